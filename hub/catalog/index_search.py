"""One search in the index: candidates in order, tested exactly on their shapes, until a page is full."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import shapely
from pydantic_core import from_json

from hub.catalog.geometry import Flags
from hub.catalog.index_asked import Asked, checked
from hub.catalog.index_newest import Place, by_time
from hub.catalog.index_plan import Sample
from hub.catalog.index_schema import COUNTED, PLANE_NAMES
from hub.catalog.index_sorted import in_order, keys_of
from hub.catalog.index_sql import Row
from hub.catalog.plane import Footprint, Shapes
from hub.catalog.search import Json, Page, Search
from hub.catalog.tokens import bad_token, read_token, write_token

BATCH = 32  # rows that are tested at once


def find(connection: sqlite3.Connection, sample_of: Callable[[str], Sample], search: Search) -> Page:
    """The page. Raises BadInput naming the parameter that cannot be used."""
    asked = checked(connection, search)
    if asked.by_time:
        place = _place(search)
        rows = by_time(connection, sample_of, asked, place) if _any(asked) else iter(())
        areas = asked.areas[1:]
    else:
        keys = keys_of(search)
        after = read_token(search, len(keys))
        rows = in_order(connection, asked, keys, after) if _any(asked) else iter(())
        areas = asked.areas
    found = list(islice(_tested(connection, asked, areas, rows), search.limit + 1))
    shown = found[: search.limit]
    known = {} if asked.where else _texts(connection, [row[-1] for row, _ in shown])
    items = [item or from_json(known[row[-1]]) for row, item in shown]
    if len(found) > search.limit:
        return Page(items, None, write_token(search, list(shown[-1][0][:-1])))
    return Page(items, None if search.token else len(items), None)


def _any(asked: Asked) -> bool:
    """Whether there can be anything: there is nothing in no collection, and nothing has no id."""
    return asked.collections != () and asked.search.ids != ()


def _place(search: Search) -> Place | None:
    place = read_token(search, 3)
    if place is None:
        return None
    at, name, collection = place
    if not (isinstance(at, int) and isinstance(name, str) and isinstance(collection, int)):
        raise bad_token()
    return at, name, collection


def _tested(
    connection: sqlite3.Connection, asked: Asked, areas: Sequence[Footprint], rows: Iterator[Row]
) -> Iterator[tuple[Row, Json | None]]:
    for row in _met(connection, areas, rows) if areas else rows:
        if asked.where is None:
            yield row, None
            continue
        item = _item(connection, row[-1])
        if asked.where.matches(item, _lies(connection, row[-1]) if asked.where.places else None):
            yield row, item


def _met(connection: sqlite3.Connection, areas: Sequence[Footprint], rows: Iterator[Row]) -> Iterator[Row]:
    while batch := list(islice(rows, BATCH)):
        met = _meet(connection, areas, [row[-1] for row in batch])
        yield from (row for row, meets in zip(batch, met, strict=True) if meets)


def _meet(connection: sqlite3.Connection, areas: Sequence[Footprint], numbers: list[int]) -> Flags:
    """Which items meet all of some areas: tested on their shapes in each plane that an area reaches."""
    meets = np.ones(len(numbers), dtype=bool)
    shapes: dict[str, Shapes] = {}
    for area in areas:
        met = np.zeros(len(numbers), dtype=bool)
        for plane, shape in zip(PLANE_NAMES, (area.north, area.south), strict=True):
            if shape is None:
                continue
            if plane not in shapes:
                there = _shapes(connection, plane, numbers)
                shapes[plane] = shapely.from_wkb([there.get(number) for number in numbers])
            met |= shapely.intersects(shape, shapes[plane])
        meets &= met
    return meets


def _shapes(connection: sqlite3.Connection, plane: str, numbers: list[int]) -> dict[int, bytes]:
    marks = ", ".join("?" * len(numbers))
    select = f"SELECT number, shape FROM {plane} WHERE number IN ({marks})"  # noqa: S608
    return dict(connection.execute(select, numbers).fetchall())


def _lies(connection: sqlite3.Connection, number: int) -> Footprint:
    both = (_shapes(connection, plane, [number]).get(number) for plane in PLANE_NAMES)
    return Footprint(*(shapely.from_wkb(shape) for shape in both))


def _texts(connection: sqlite3.Connection, numbers: list[int]) -> dict[int, str]:
    marks = ", ".join("?" * len(numbers))
    select = f"SELECT number, json FROM items WHERE serial IN ({marks})"  # noqa: S608
    return dict(connection.execute(select, [number & COUNTED for number in numbers]).fetchall())


def _item(connection: sqlite3.Connection, number: int) -> Any:
    return from_json(_texts(connection, [number])[number])
