"""Items by time: a stream of rows from each plane, in the way the plan found cheaper, tested and merged."""

import heapq
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice

import shapely
from shapely.geometry.base import BaseGeometry

from hub.catalog.index_asked import Asked
from hub.catalog.index_plan import EVER, Sample, Window
from hub.catalog.index_rows import bounds_of_one
from hub.catalog.index_schema import COUNTED, LASTING, PLANE_NAMES, first_of
from hub.catalog.index_sql import Condition, Row, Select, at, during, in_tree, meets, prefiltered, within

Place = tuple[int, str, int]
"""The time, id and collection of the last item shown."""

BATCH = 256  # shapes that are tested at once, at the most
SLICE = 96  # numbers that the tree is asked for at first
FEW = 24  # rows that are looked up at once, at the least
INSIDE = LASTING | COUNTED  # the part of a number within a step of time
COLUMNS = "n.at, n.id, n.collection, n.number"
NOWHERE = (0, 0, 0, 0, 0, 0)


def by_time(
    connection: sqlite3.Connection, sample_of: Callable[[str], Sample], asked: Asked, place: Place | None
) -> Iterator[Row]:
    """Rows (at, id, collection, number) after a place, of all items that may be meant.

    They meet the first of the areas; whether they meet the others is not looked at here.
    """
    if asked.areas:
        streams = list(_of_planes(connection, sample_of, asked, place))
    else:
        streams = list(_of_items(connection, asked, place))
    last = None
    for row in streams[0] if len(streams) == 1 else heapq.merge(*streams, reverse=asked.newest_first):
        if row != last:  # what lies in both planes comes twice
            yield row
        last = row


def windows(asked: Asked, limits: tuple[int, int]) -> Iterator[tuple[str, BaseGeometry, Window]]:
    """What has to be looked for in which plane, for the area that is least."""
    for plane, shape in zip(PLANE_NAMES, (asked.areas[0].north, asked.areas[0].south), strict=True):
        if shape is not None:
            yield plane, shape, Window(bounds_of_one(shape), asked.interval, limits, asked.collections)


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


def _of_planes(
    connection: sqlite3.Connection, sample_of: Callable[[str], Sample], asked: Asked, place: Place | None
) -> Iterator[Iterator[Row]]:
    shared = [*_after(asked, place), *within(asked), *during(asked), *prefiltered(asked, "i")]
    more = f" CROSS JOIN items i ON i.serial = (n.number & {COUNTED})" if prefiltered(asked, "i") else ""
    for plane, shape, wide in windows(asked, limits_of(asked, place)):
        window = _near(connection, plane, wide)
        if window is None:
            continue
        here = [meets(window.bounds), *shared]
        if sample_of(plane).prefers_tree(window, asked.search.limit, asked.newest_first):
            source, conditions = f"{plane} n NOT INDEXED{more}", [at(window.at), *here]
            numbers = _from_tree(connection, plane, window, asked.newest_first)
            yield _met(_looked_up(connection, numbers, source, conditions, asked), shape, asked)
            continue
        for index, first in _ways(window, f"{plane}_walk", f"{plane}_of"):
            select = _select(f"{plane} n INDEXED BY {index}{more}", [*first, *here], asked, ", n.shape")
            yield _met(select.ask(connection), shape, asked)


def _met(rows: Iterator[Row], shape: BaseGeometry, asked: Asked) -> Iterator[Row]:
    """The rows whose shape, which is their last column, meets the area; without it."""
    size = min(max(asked.search.limit + 6, 16), BATCH)
    while batch := list(islice(rows, size)):
        met = shapely.intersects(shape, shapely.from_wkb([row[-1] for row in batch]))
        yield from (row[:-1] for row, meets in zip(batch, met, strict=True) if meets)
        size = min(size * 2, BATCH)


def _near(connection: sqlite3.Connection, plane: str, window: Window) -> Window | None:
    """The window without collections that have nothing near; None where there is nothing at all."""
    bounds, values = meets(window.bounds)
    reach = f"SELECT n.collection FROM reach n WHERE n.plane = ? AND {bounds}"  # noqa: S608
    near = {number for (number,) in connection.execute(reach, [plane, *values])}
    if window.collections is None:
        return window if near else None
    if near.issuperset(window.collections):
        return window
    some = tuple(number for number in window.collections if number in near)
    return replace(window, collections=some) if some else None


def _from_tree(
    connection: sqlite3.Connection, plane: str, window: Window, newest_first: bool
) -> Iterator[list[int]]:
    """Numbers of the right place and time, in slices of which none cuts a step of time in two."""
    (low, high), size = window.at, SLICE
    brief = [first_of(window.brief[0]), first_of(window.brief[1]) | INSIDE]
    first, last = first_of(low), first_of(high) | INSIDE
    while True:
        when: list[Condition] = [
            ("t.number BETWEEN ? AND ?", [first, last]),
            (f"(t.number & {LASTING} OR t.number BETWEEN ? AND ?)", brief),
        ]
        order = f"t.number {'DESC' if newest_first else 'ASC'} LIMIT {size}"
        select = Select("t.number", f"{plane}_tree t", [in_tree(window.bounds), *when], order)
        numbers = [number for (number,) in select.ask(connection)]
        if len(numbers) < size:
            yield numbers
            return
        end = numbers[-1] & ~INSIDE  # the step that may be cut
        some = [number for number in numbers if number & ~INSIDE != end]
        if some:
            yield some
            first, last = (first, end | INSIDE) if newest_first else (end, last)
        size *= 4


def _looked_up(
    connection: sqlite3.Connection,
    slices: Iterator[list[int]],
    source: str,
    conditions: list[Condition],
    asked: Asked,
) -> Iterator[Row]:
    """The rows of these numbers, in order."""
    for numbers in chain.from_iterable(map(_steps, slices)):
        these: Condition = (f"n.number IN ({', '.join('?' * len(numbers))})", [*numbers])
        select = Select(f"{COLUMNS}, n.shape", source, [these, *conditions], "NULL")
        rows = select.ask(connection).fetchall()
        yield from sorted(rows, reverse=asked.newest_first)


def _steps(numbers: list[int]) -> Iterator[list[int]]:
    """A few at a time, each step of time whole."""
    begin = 0
    while begin < len(numbers):
        end = min(begin + FEW, len(numbers))
        while end < len(numbers) and numbers[end] & ~INSIDE == numbers[end - 1] & ~INSIDE:
            end += 1
        yield numbers[begin:end]
        begin = end


def _of_items(connection: sqlite3.Connection, asked: Asked, place: Place | None) -> Iterator[Iterator[Row]]:
    window = Window(NOWHERE, asked.interval, limits_of(asked, place), asked.collections)
    shared = [*_after(asked, place), *within(asked), *during(asked), *prefiltered(asked, "n")]
    for index, first in _ways(window, "items_at", "items_of"):
        yield _select(f"items n INDEXED BY {index}", [*first, *shared], asked).ask(connection)


def _ways(window: Window, of_all: str, by_collection: str) -> Iterator[tuple[str, list[Condition]]]:
    """Indexes to walk and where to begin; items that last on their own: of the others `at` tells enough."""
    for lasting, limits in ((0, window.brief), (1, window.at)):
        when: list[Condition] = [(f"n.lasting = {lasting}", []), at(limits)]
        if not window.by_collection:
            yield of_all, when
        for number in window.collections or () if window.by_collection else ():
            yield by_collection, [("n.collection = ?", [number]), *when]


def _select(source: str, conditions: list[Condition], asked: Asked, more: str = "") -> Select:
    way = "DESC" if asked.newest_first else "ASC"
    order = f"n.at {way}, n.id {way}, n.collection {way}"
    return Select(COLUMNS + more, source, conditions, order)


def _after(asked: Asked, place: Place | None) -> list[Condition]:
    if place is None:
        return []
    return [(f"(n.at, n.id, n.collection) {'<' if asked.newest_first else '>'} (?, ?, ?)", [*place])]
