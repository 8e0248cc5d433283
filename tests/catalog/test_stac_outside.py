"""The STAC API over catalogs of others: a second polarhub, and servers that stall, break and lie."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pystac_client
import pytest

from tests.catalog.outside.liars import liars
from tests.catalog.service import ADA, STAC, client_of, service, settings_for, with_tiny_index
from tests.fakes.proxy import passing_on
from tests.fakes.serving import served

Json = dict[str, Any]
CAN_ALL = {"intersects": True, "filter": True, "sort": True, "largest_page": 7}
BOXES_ONLY = {"intersects": False, "filter": False, "sort": False, "method": "GET", "largest_page": 7}


def listed(folder: Path, name: str, address: str, collection: str, **more: Any) -> None:
    """A file that describes a catalog."""
    described = {
        "id": name,
        "title": f"The {name}",
        "description": "A catalog for tests.",
        "address": address,
        "licence": "CC-BY-4.0",
        "access": "Nobody needs anything.",
        "collections": [
            {
                "id": collection,
                "title": f"{collection} there",
                "description": "Things that are elsewhere.",
                "bbox": [[-180, -90, 180, 90]],
                "interval": ["2000-01-01T00:00:00Z", None],
            }
        ],
        **more,
    }
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(json.dumps(described))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second polarhub, open to everybody through a proxy that signs in."""
    settings = with_tiny_index(settings_for(tmp_path_factory.mktemp("there")))
    with service(settings) as address, served(passing_on(address, ADA)) as front:
        yield front


@pytest.fixture(scope="module")
def here(there: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A polarhub that lists the other one twice, once as one that understands little, and three bad ones."""
    folder = tmp_path_factory.mktemp("here")
    with served(liars()) as bad:
        lists = folder / "lists"
        listed(lists, "able", there + STAC, "world", understands=CAN_ALL)
        listed(lists, "simple", there + STAC, "world", understands=BOXES_ONLY)
        listed(lists, "stalls", f"{bad}/stall", "ice", time_limit=1)
        listed(lists, "breaks", f"{bad}/drop", "ice")
        listed(lists, "lies", f"{bad}/ignores_area", "ice")
        settings = settings_for(folder / "data", outside_catalogs=str(lists), allow_inside_addresses=True)
        with service(with_tiny_index(settings)) as address:
            yield address


@pytest.fixture
def client(here: str) -> Iterator[httpx.Client]:
    with client_of(here) as found:
        yield found


def everything(client: httpx.Client, body: Json) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    answer = client.post("/search", json=body)
    for _ in range(60):
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [feature["id"] for feature in page["features"]]
        links = [link for link in page["links"] if link["rel"] == "next"]
        if not links:
            return found
        answer = client.post("/search", json=links[0]["body"])
    raise AssertionError("there is no end")


def questions() -> list[Json]:
    """Areas of all kinds, most of them over the pole or 180°."""
    chance = random.Random(7)
    asked: list[Json] = [{}, {"bbox": [170, 70, -170, 90]}, {"bbox": [-180, 84, 180, 90]}]
    for _ in range(6):
        west, east = chance.uniform(-180, 180), chance.uniform(-180, 180)
        asked.append({"bbox": [west, chance.uniform(50, 80), east, chance.uniform(81, 90)]})
        lon, lat, half = chance.uniform(-180, 180), chance.uniform(70, 88), chance.uniform(1, 30)
        corners = [(lon - half, lat), (lon + half, lat), (lon + half, lat + 1.5), (lon - half, lat + 1.5)]
        ring = [[(x + 180) % 360 - 180, y] for x, y in corners]
        asked.append({"intersects": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}})
        asked.append({"intersects": {"type": "Point", "coordinates": [lon, 80.2]}})
    asked.append({"datetime": "2020-01-05T00:00:00Z/2020-02-05T00:00:00Z", "bbox": [90, 60, -90, 90]})
    asked.append({"filter": {"op": "=", "args": [{"property": "gsd"}, 20]}, "bbox": [100, 70, -100, 90]})
    asked.append({"sortby": [{"field": "id", "direction": "asc"}], "bbox": [100, 70, -100, 90]})
    return asked


@pytest.mark.parametrize("question", questions(), ids=lambda q: json.dumps(q)[:60])
def test_another_catalog_gives_what_it_would_give_itself(client: httpx.Client, question: Json) -> None:
    expected = everything(client, {**question, "collections": ["world"], "limit": 100})
    for name in ("able:world", "simple:world"):
        found = everything(client, {**question, "collections": [name], "limit": 10})
        assert len(found) == len(set(found)), name
        assert set(found) == set(expected), name
        if "sortby" in question and name == "able:world":
            assert found == expected


def test_all_together_one_bad_one_costs_a_sentence(client: httpx.Client) -> None:
    began = time.monotonic()
    answer = client.post("/search", json={"bbox": [-180, 70, 180, 90], "limit": 30}).json()
    assert time.monotonic() - began < 8
    reports = {report["id"]: report for report in answer["polarhub:sources"]}
    assert {name: report["state"] for name, report in reports.items()} == {
        "polarhub": "ok",
        "able": "ok",
        "simple": "ok",
        "stalls": "slow",
        "breaks": "failed",
        "lies": "wrong",
    }
    assert reports["stalls"]["message"] == "gave no answer within 1 s."
    assert "lie outside the area" in reports["lies"]["message"]
    assert len(answer["features"]) == 30
    assert {f["collection"] for f in answer["features"]} == {
        "world",
        "able:world",
        "simple:world",
        "lies:ice",
    }
    for feature in answer["features"]:
        own = next(link["href"] for link in feature["links"] if link["rel"] == "self")
        assert own.startswith(str(client.base_url).rstrip("/"))


def test_lines_show_who_has_answered(client: httpx.Client) -> None:
    body = {"bbox": [-180, 70, 180, 90], "limit": 30, "collections": ["world", "able:world", "stalls:ice"]}
    began, times = time.monotonic(), {}
    headers = {"Accept": "application/x-ndjson"}
    with client.stream("POST", "/search", json=body, headers=headers) as answer:
        for line in answer.iter_lines():
            what = json.loads(line)
            if "source" in what:
                times[what["source"]["id"]] = time.monotonic() - began
    assert list(times) == ["polarhub", "able", "stalls"]
    assert times["able"] < times["stalls"] and times["stalls"] > 0.9


def test_collections_and_items_of_others(client: httpx.Client) -> None:
    about = client.get("/collections/able:world").json()
    assert about["polarhub:source"] == "able" and about["polarhub:access"] == "Nobody needs anything."
    assert client.get("/collections/able:nothing").status_code == 404
    assert client.get("/collections/nobody:world").status_code == 404
    assert len(client.get("/collections/simple:world/items", params={"limit": 4}).json()["features"]) == 4
    one = client.get("/collections/able:world/items/world-003").json()
    assert one["id"] == "world-003" and one["collection"] == "able:world"
    assert client.get("/collections/able:world/items/nothing").status_code == 404
    assert client.get("/collections/able:world/items/..%2F..%2Fsearch").status_code == 404
    for name, sentence in (("stalls", "gave no answer within 1 s."), ("breaks", "answered 404.")):
        answer = client.get(f"/collections/{name}:ice/items/one")
        assert answer.status_code in (404, 503)
        if answer.status_code == 503:
            assert sentence in answer.json()["description"]


def test_when_nobody_answers_a_program_is_told_so(client: httpx.Client) -> None:
    body = {"collections": ["stalls:ice", "breaks:ice"], "bbox": [-180, 70, 180, 90]}
    answer = client.post("/search", json=body)
    assert answer.status_code == 503
    assert answer.json()["description"] == (
        "The breaks broke off its answer. The stalls gave no answer within 1 s."
    )
    lines = client.post("/search", json=body, headers={"Accept": "application/x-ndjson"}).text.splitlines()
    states = {s["id"]: s["state"] for s in json.loads(lines[-1])["end"]["sources"]}
    assert states == {"breaks": "failed", "stalls": "slow"}


def test_listing_needs_no_network(here: str, client: httpx.Client) -> None:
    began = time.monotonic()
    names = {c["id"] for c in client.get("/collections").json()["collections"]}
    assert time.monotonic() - began < 3
    assert {"world", "tropics", "able:world", "simple:world", "stalls:ice", "lies:ice"} <= names
    catalog = pystac_client.Client.open(f"{here}{STAC}/", headers=ADA)
    found = catalog.search(collections=["able:world", "world"], bbox=[170, 70, -170, 90], limit=3)
    assert sorted(i.id for i in found.items()) == sorted(
        2 * ["world-000", "world-001", "world-002", "world-070", "world-071", "world-072"]
    )
