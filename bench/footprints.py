"""Synthetic footprints as polar archives have them, and questions to ask of them; the same every time.

Strips, tiles and radar scenes lie around both poles, over the antimeridian and on the poles themselves;
scenes of mid-latitudes and some boxes over the equator lie beside them. Rings are written as providers
write them: four corners, either winding, most from -180 to 180 and some from 0 to 360, no cut anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.enums import TransformDirection

from hub.catalog.search import Search

Floats = NDArray[np.float64]

EPSG = {1: 3413, -1: 3031}
SINCE = datetime(2009, 1, 1, tzinfo=UTC)
SECONDS = 17.5 * 365.25 * 86400
EMPTY = [(-140, -55), (-120, -45), (-30, -45), (80, -45), (-35, 30), (-150, 30), (165, 40), (70, -15)]

# share, hemisphere (0: mid-latitudes), lon, lat, spread km, least and most length km, the same of width km
KINDS: list[tuple[float, int, float, float, float, tuple[float, float], tuple[float, float]]] = [
    (0.16, 1, -42, 73, 600, (30, 150), (13, 18)),  # strips: Greenland
    (0.07, 1, -82, 79, 300, (30, 150), (13, 18)),  # Ellesmere
    (0.07, 1, -150, 67, 400, (30, 150), (13, 18)),  # Alaska
    (0.05, 1, 180, 69, 350, (30, 150), (13, 18)),  # Chukotka and Wrangel, over the antimeridian
    (0.07, 1, 100, 75, 500, (30, 150), (13, 18)),  # Taymyr
    (0.04, 1, 20, 79, 200, (30, 150), (13, 18)),  # Svalbard
    (0.02, 1, 0, 90, 350, (250, 410), (250, 410)),  # radar over the north pole
    (0.05, 1, 40, 77, 500, (170, 260), (170, 260)),  # radar: Barents Sea
    (0.25, -1, 0, -90, 1400, (30, 150), (13, 18)),  # strips: Antarctica
    (0.04, -1, 0, -90, 1100, (50, 50), (50, 50)),  # tiles: Antarctica
    (0.02, -1, 0, -90, 300, (100, 250), (100, 250)),  # scenes over the south pole
    (0.05, 0, 10, 47, 500, (110, 110), (110, 110)),  # Alps
    (0.03, 0, -70, -42, 600, (110, 110), (110, 110)),  # Patagonia
    (0.03, 0, 85, 32, 600, (110, 110), (110, 110)),  # Himalaya
    (0.02, 0, 20, 0, 600, (110, 110), (110, 110)),  # on the equator
    (0.02, 0, 180, -17, 400, (110, 110), (110, 110)),  # Fiji, over the antimeridian
    (0.01, 0, -100, 45, 900, (110, 110), (110, 110)),  # North America
]
COLLECTIONS = ("strips-north", "strips-south", "radar", "mosaics", "optical")


@dataclass(frozen=True)
class World:
    """Many footprints: (n, 5, 2) closed rings in degrees, their times and collections."""

    rings: Floats
    seconds: Floats
    collection: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rings)

    def when(self, number: int) -> datetime:
        """The datetime of an item."""
        return SINCE + timedelta(seconds=round(float(self.seconds[number])))

    def item(self, number: int) -> dict[str, Any]:
        """One STAC Item, about as long as real ones."""
        name = f"scene-{number:07d}"
        ring = self.rings[number]
        href = f"https://data.example/{COLLECTIONS[self.collection[number]]}/{name}"
        return {
            "type": "Feature",
            "stac_version": "1.0.0",
            "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
            "id": name,
            "collection": COLLECTIONS[self.collection[number]],
            "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]},
            "bbox": [*ring.min(0).tolist(), *ring.max(0).tolist()],
            "properties": {
                "datetime": self.when(number).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "gsd": 2.0,
                "eo:cloud_cover": number % 101,
                "platform": f"sat-{number % 7}",
            },
            "links": [{"rel": "collection", "href": href}],
            "assets": {
                key: {
                    "href": f"{href}_{key}.tif",
                    "type": "image/tiff; application=geotiff",
                    "roles": ["data"],
                }
                for key in ("dem", "mask", "browse")
            },
        }

    def items(self) -> Iterator[dict[str, Any]]:
        """All of them."""
        return map(self.item, range(len(self)))

    def chosen(self, numbers: NDArray[Any]) -> "World":
        """Some of them."""
        return World(self.rings[numbers], self.seconds[numbers], self.collection[numbers])


def make_world(count: int, seed: int = 1) -> World:
    """So many footprints."""
    random = np.random.default_rng(seed)
    kinds = random.choice(len(KINDS), count, p=np.array([kind[0] for kind in KINDS]))
    rings = np.empty((count, 5, 2))
    for number, kind in enumerate(KINDS):
        here = np.flatnonzero(kinds == number)
        rings[here] = _rings(random, kind, len(here))
    turned = random.random(count) < 0.5
    rings[turned] = rings[turned, ::-1]
    from_zero = random.random(count) < 0.1
    rings[from_zero, :, 0] %= 360
    collection = np.array([_collection(kind) for kind in KINDS])[kinds]
    seconds = SECONDS * np.sqrt(random.random(count))  # archives grow faster and faster
    return World(np.round(rings, 6), seconds, collection)


def _collection(kind: Any) -> int:
    if kind[1] == 0:
        return 4
    if kind[6][1] > 60:
        return 2
    return 3 if kind[6][1] > 20 else (0 if kind[1] > 0 else 1)


def _rings(random: np.random.Generator, kind: Any, count: int) -> Floats:
    _, side, lon, lat, spread, lengths, widths = kind
    length, width = (random.uniform(sizes[0], sizes[1], count) * 500 for sizes in (lengths, widths))
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]], dtype=float)
    corners = square * np.stack((length, width), -1)[:, None, :]
    angle = random.uniform(0, 2 * np.pi, count)
    turn = np.stack((np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)), -1).reshape(-1, 2, 2)
    corners = np.einsum("nij,nkj->nki", turn, corners) + random.normal(0, spread * 1000, (count, 1, 2))
    if side == 0:
        latitude = np.clip(lat + corners[..., 1] / 111_000, -59.9, 59.9)
        degrees = corners[..., 0] / (111_000 * np.cos(np.radians(lat)))
        return np.stack(((lon + degrees + 180) % 360 - 180, latitude), -1)
    to_plane = Transformer.from_crs(4326, EPSG[side], always_xy=True)
    middle = np.array(to_plane.transform(lon, lat))
    x, y = (corners + middle).reshape(-1, 2).T
    lonlat = to_plane.transform(x, y, direction=TransformDirection.INVERSE)
    return np.stack(lonlat, -1).reshape(count, 5, 2)


def make_searches(world: World, each: int, seed: int = 2) -> dict[str, list[Search]]:
    """Questions of every sort, half of them with dates, a quarter in one collection."""
    random = np.random.default_rng(seed)

    def middle() -> tuple[float, float]:
        ring = world.rings[random.integers(len(world))]
        return float((ring[0, 0] + 180) % 360 - 180), float(ring[0, 1])

    def box(width: float, height: float) -> tuple[float, ...]:
        lon, lat = middle()
        west, east = lon - width / 2, lon + width / 2
        wrapped = [(edge + 180) % 360 - 180 for edge in (west, east)]
        return (wrapped[0], max(lat - height / 2, -90.0), wrapped[1], min(lat + height / 2, 90.0))

    def over_pole() -> dict[str, Any]:
        side = random.choice([-1, 1])
        edge = float(random.uniform(70, 89.5))
        if random.random() < 0.5:
            return {"bbox": (-180.0, edge, 180.0, 90.0) if side > 0 else (-180.0, -90.0, 180.0, -edge)}
        lons = random.uniform(0, 120) + np.array([0, 120, 240, 0])
        ring = [[float((lon + 180) % 360 - 180), float(side * edge)] for lon in lons]
        return {"area": {"type": "Polygon", "coordinates": [ring]}}

    def point() -> dict[str, Any]:
        return {"area": {"type": "Point", "coordinates": list(middle())}}

    def empty() -> dict[str, Any]:
        lon, lat = EMPTY[random.integers(len(EMPTY))]
        size = float(random.uniform(1, 8))
        return {"bbox": (lon - size, lat - size, lon + size, lat + size)}

    def antimeridian() -> dict[str, Any]:
        half, low = float(random.uniform(0.5, 20)), float(random.choice([-85, -78, -20, 65, 70, 75]))
        return {"bbox": (180 - half, low, -180 + half, low + float(random.uniform(0.5, 10)))}

    sorts = {
        "small box": lambda: {"bbox": box(random.uniform(0.3, 3), random.uniform(0.2, 1.5))},
        "broad box": lambda: {"bbox": box(random.uniform(20, 120), random.uniform(8, 25))},
        "over the pole": over_pole,
        "antimeridian": antimeridian,
        "point": point,
        "empty area": empty,
    }

    def ask(place: dict[str, Any], number: int) -> Search:
        if number % 2:
            begins = SINCE + timedelta(seconds=float(SECONDS * np.sqrt(random.random())))
            place["interval"] = (begins, begins + timedelta(days=float(random.choice([30, 365, 2000]))))
        if number % 8 >= 6:
            place["collections"] = (COLLECTIONS[random.integers(len(COLLECTIONS))],)
        return Search(**place)

    return {name: [ask(make(), number) for number in range(each)] for name, make in sorts.items()}
