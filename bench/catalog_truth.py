"""Right or wrong: answers over the poles and the antimeridian, compared with those of S2."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from bench import s2
from bench.footprints import World, make_searches
from hub.catalog.plane import box_footprint, footprint
from hub.catalog.search import Search
from hub.catalog.where import meet

Ask = Callable[[Search], list[str]]
TOUCHING = 20.0  # metres: what meets by less is left to rounding and to the 10 m to which curves are followed
ALL = 10_000


def special(world: World) -> World:
    """The footprints that lie over a pole or the antimeridian: those with an edge that jumps."""
    lon = (world.rings[..., 0] + 180) % 360 - 180
    return world.chosen(np.flatnonzero((np.abs(np.diff(lon, axis=1)) > 180).any(1)))


def hard_searches(world: World, each: int) -> list[Search]:
    """Questions over the poles and the antimeridian, without dates, for all items there are."""
    made = make_searches(world, 2 * each, seed=3)
    chosen = [*made["over the pole"], *made["antimeridian"]]
    return [replace(search, interval=None, collections=None, limit=ALL) for search in chosen]


def judge(search: Search, items: Any) -> Any:
    """What S2 says: which of the items meet the question."""
    return s2.meet(s2.box(search.bbox) if search.bbox else s2.area(search.area or {}), items)


def touching(search: Search, geometry: Any) -> bool:
    """Whether item and question meet or miss each other by less than rounding and curves can be off."""
    asked = box_footprint(search.bbox) if search.bbox else footprint(search.area)
    lies = footprint(geometry)
    for a, b in ((asked.north, lies.north), (asked.south, lies.south)):
        if a is not None and b is not None and not b.is_empty:
            near = shapely.distance(a, b) < TOUCHING
            deep = shapely.intersects(a, b.buffer(-TOUCHING)) and shapely.intersects(a.buffer(-TOUCHING), b)
            if near and not (deep or (a.geom_type == "Point" and meet(asked, lies))):
                return True
    return False


def count_wrong(world: World, searches: Iterable[Search], ask: Ask, truth: list[Any]) -> dict[str, object]:
    """How many of the pairs an asker has wrong."""
    number = {f"scene-{n:07d}": n for n in range(len(world))}
    false = missed = close = 0
    for search, true in zip(searches, truth, strict=True):
        said = np.zeros(len(world), dtype=bool)
        said[[number[name] for name in ask(search)]] = True
        for n in np.flatnonzero(said != true):
            if touching(search, world.item(int(n))["geometry"]):
                close += 1
            elif said[n]:
                false += 1
            else:
                missed += 1
    hits = int(sum(true.sum() for true in truth))
    pairs = len(world) * len(truth)
    return {
        "pairs": f"{pairs:,}",
        "true hits": f"{hits:,}",
        "false": false,
        "missed": missed,
        "touching": close,
    }
