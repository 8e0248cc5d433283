"""Candidates by time: a stream of rows from each plane, in the way that the plan found cheaper, merged."""

import heapq
import sqlite3
from collections.abc import Callable, Iterator

from hub.catalog.index_asked import Asked
from hub.catalog.index_plan import EVER, Sample, Window
from hub.catalog.index_rows import bounds_of_one
from hub.catalog.index_schema import PLANE_NAMES
from hub.catalog.index_sql import Condition, Row, Select, at, during, in_tree, meets, prefiltered, within
from hub.catalog.plane import Footprint

Place = tuple[int, str, int]
"""The time, id and collection of the last item shown."""

NOWHERE = (0, 0, 0, 0, 0, 0)


def by_time(
    connection: sqlite3.Connection, sample_of: Callable[[str], Sample], asked: Asked, place: Place | None
) -> Iterator[Row]:
    """Rows (at, id, collection, number) after a place, of all items that may be meant."""
    selects = _of_planes(sample_of, asked, place) if asked.areas else _of_items(asked, place)
    streams = [select.ask(connection) for select in selects]
    last = None
    for row in streams[0] if len(streams) == 1 else heapq.merge(*streams, reverse=asked.newest_first):
        if row != last:  # what lies in both planes comes twice
            yield row
        last = row


def windows(asked: Asked, limits: tuple[int, int]) -> Iterator[tuple[str, Window]]:
    """What has to be looked for in which plane, for the area that is least."""
    area = min(asked.areas, key=_extent)
    for plane, shape in zip(PLANE_NAMES, (area.north, area.south), strict=True):
        if shape is not None:
            yield plane, Window(bounds_of_one(shape), asked.interval, limits, asked.collections)


def limits_of(asked: Asked, place: Place | None) -> tuple[int, int]:
    """Between which times the rows lie, as the filter and the place say."""
    low, high = -EVER, EVER
    for prefilter in asked.prefilters:
        if prefilter.path is None and prefilter.op in (">", ">=", "=", "between"):
            low = max(low, prefilter.values[0])
        if prefilter.path is None and prefilter.op in ("<", "<=", "=", "between"):
            high = min(high, prefilter.values[-1])
    if place is not None:
        low, high = (low, min(high, place[0])) if asked.newest_first else (max(low, place[0]), high)
    return low, high


def _of_planes(sample_of: Callable[[str], Sample], asked: Asked, place: Place | None) -> Iterator[Select]:
    shared = [*_after(asked, place), *within(asked), *during(asked), *prefiltered(asked, "i")]
    more = " CROSS JOIN items i ON i.number = n.number" if prefiltered(asked, "i") else ""
    for plane, window in windows(asked, limits_of(asked, place)):
        if sample_of(plane).prefers_tree(window, asked.search.limit, asked.newest_first):
            source = f"{plane}_tree t CROSS JOIN {plane} n ON n.number = t.number{more}"
            conditions = [in_tree(window.bounds), meets(window.bounds), at(window.at), *shared]
            yield _select(source, conditions, asked)
            continue
        for index, first in _ways(window, f"{plane}_walk", f"{plane}_of"):
            yield _select(
                f"{plane} n INDEXED BY {index}{more}", [*first, meets(window.bounds), *shared], asked
            )


def _of_items(asked: Asked, place: Place | None) -> Iterator[Select]:
    window = Window(NOWHERE, asked.interval, limits_of(asked, place), asked.collections)
    shared = [*_after(asked, place), *within(asked), *during(asked), *prefiltered(asked, "n")]
    for index, first in _ways(window, "items_at", "items_of"):
        yield _select(f"items n INDEXED BY {index}", [*first, *shared], asked)


def _ways(window: Window, of_all: str, by_collection: str) -> Iterator[tuple[str, list[Condition]]]:
    """Indexes to walk and where to begin; items that last on their own: of the others `at` tells enough."""
    for lasting, limits in ((0, window.brief), (1, window.at)):
        when: list[Condition] = [(f"n.lasting = {lasting}", []), at(limits)]
        if not window.by_collection:
            yield of_all, when
        for number in window.collections or () if window.by_collection else ():
            yield by_collection, [("n.collection = ?", [number]), *when]


def _select(source: str, conditions: list[Condition], asked: Asked) -> Select:
    way = "DESC" if asked.newest_first else "ASC"
    order = f"n.at {way}, n.id {way}, n.collection {way}"
    return Select("n.at, n.id, n.collection, n.number", source, conditions, order)


def _after(asked: Asked, place: Place | None) -> list[Condition]:
    if place is None:
        return []
    return [(f"(n.at, n.id, n.collection) {'<' if asked.newest_first else '>'} (?, ?, ?)", [*place])]


def _extent(area: Footprint) -> float:
    extent = 0.0
    for shape in (area.north, area.south):
        x0, y0, x1, y1 = shape.bounds if shape is not None else (0, 0, 0, 0)
        extent += (x1 - x0) * (y1 - y0)
    return extent
