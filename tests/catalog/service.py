"""The whole api, really running on a free port, with a tiny index and a small hub that knows two tokens."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from hub.api.app import create_app
from hub.catalog.embedded import state
from hub.catalog.index import Index
from hub.settings import Settings
from tests.fakes.hub import fake_hub, tokens_of
from tests.fakes.serving import served

Json = dict[str, Any]
ADA = {"Authorization": "token token-ada"}
STAC = "/services/api/stac"


def square(lon: float, lat: float, half: float = 1) -> list[list[float]]:
    """A ring as providers give it: longitudes wrap to -180..180 and nothing is cut."""
    corners = [
        (lon - half, lat - half),
        (lon + half, lat - half),
        (lon + half, lat + half),
        (lon - half, lat + half),
    ]
    ring = [[(x + 180) % 360 - 180, y] for x, y in corners]
    return [*ring, ring[0]]


def item(number: int, collection: str, ring: list[list[float]], **properties: Any) -> Json:
    """A STAC Item; the higher its number, the newer it is."""
    lons, lats = zip(*ring, strict=True)
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "id": f"{collection}-{number:03}",
        "collection": collection,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [min(lons), min(lats), max(lons), max(lats)],
        "properties": {
            "datetime": f"2020-{1 + number // 28:02}-{1 + number % 28:02}T00:00:00Z",
            "gsd": 10 * (1 + number % 3),
            **properties,
        },
        "assets": {"data": {"href": f"https://data.example.org/{number}.tif", "roles": ["data"]}},
        "links": [{"rel": "license", "href": "https://example.org/licence"}],
    }


def collection(name: str, **more: Any) -> Json:
    """A STAC Collection."""
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "id": name,
        "title": f"The {name}",
        "description": f"Things of {name}.",
        "license": "CC-BY-4.0",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]},
        },
        "summaries": {"gsd": [10, 20, 30]},
        "links": [],
        **more,
    }


def around_the_world(name: str = "world", count: int = 72) -> list[Json]:
    """Squares at 80° N all round, one of them over 180°, and one that holds the pole."""
    lat = 80 if name == "world" else 20
    items = [item(n, name, square(-180 + n * 360 / count, lat)) for n in range(count)]
    pole = [[-180.0, 85.0], [-90.0, 85.0], [0.0, 85.0], [90.0, 85.0], [-180.0, 85.0]]
    return [*items, item(count, name, pole)] if name == "world" else items


def fill(path: Path, collections: list[Json], items: list[Json]) -> None:
    """An index file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    index = Index.open(path)
    for one in collections:
        index.put_collection(one)
    index.put_items(items)
    index.close()


def settings_for(folder: Path, **more: Any) -> Settings:
    """Settings with a data folder, no outside catalogs."""
    return Settings.model_validate({"data": folder, "outside_catalogs": "off", **more})


def with_tiny_index(settings: Settings) -> Settings:
    """The settings, with an index of two collections in their folder."""
    items = around_the_world() + around_the_world("tropics", 12)
    fill(state.index_path(settings), [collection("world"), collection("tropics")], items)
    state.write(settings, state.State("ready", 1.0, "", "test", time.time()))
    return settings


@contextmanager
def service(settings: Settings) -> Iterator[str]:
    """`http://127.0.0.1:PORT` of a running api."""
    with fake_hub() as hub, served(create_app(settings, tokens_of(hub))) as address:
        yield address


@contextmanager
def client_of(address: str, **more: Any) -> Iterator[httpx.Client]:
    """Somebody who is signed in, and asks the STAC API."""
    with httpx.Client(base_url=address + STAC, headers=ADA, timeout=20, trust_env=False, **more) as client:
        yield client
