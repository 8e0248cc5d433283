"""STAC Items made into rows of the index: their times, their shapes in the planes, the bounds of these."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from hub.catalog.index_plan import Bounds
from hub.catalog.index_schema import DAY, number_of
from hub.catalog.plane import Shapes, footprints
from hub.catalog.search import Json
from hub.catalog.where import microseconds
from hub.errors import BadInput

Row = tuple[Any, ...]
POLE = shapely.Point(0, 0)
compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True)
class Rows:
    """What is written for some items: `planes` has for each plane the rows of its table and of its tree."""

    items: list[Row]
    planes: list[tuple[list[Row], list[Row]]]


def rows_of(items: Sequence[Json], collections: Sequence[int], serial: int) -> Rows:
    """The rows of items, which are counted from `serial`. Raises BadInput naming item and field."""
    names = [f"{item['id']}: geometry" for item in items]
    times = [times_of(item) for item in items]
    crossing = np.array([_crosses(item.get("bbox")) for item in items])
    found = footprints([item.get("geometry") for item in items], names, crossing)
    heads = [
        (number_of(_lasting(*time), time[0], n), collection, item["id"], *time, _lasting(*time))
        for n, (collection, item, time) in enumerate(zip(collections, items, times, strict=True), serial)
    ]
    texts = map(compact, items)
    return Rows(
        [(*head, text) for head, text in zip(heads, texts, strict=True)],
        [_plane_rows(heads, shapes) for shapes in (found.north, found.south)],
    )


def _plane_rows(heads: list[Row], shapes: Shapes) -> tuple[list[Row], list[Row]]:
    here = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if not len(here):
        return [], []
    bounds = bounds_of(shapes[here]).tolist()
    plain, tree = [], []
    for at, bound, shape in zip(here.tolist(), bounds, shapely.to_wkb(shapes[here]), strict=True):
        plain.append((*heads[at], *bound, shape))
        tree.append((heads[at][0], *bound[:4]))
    return plain, tree


def bounds_of(shapes: Shapes) -> np.ndarray[Any, np.dtype[np.int64]]:
    """x0, x1, y0, y1, r0, r1 of shapes in a plane: whole metres, rounded away from the shape."""
    x0, y0, x1, y1 = shapely.bounds(shapes).T
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    far = np.maximum.reduceat(np.hypot(*corners.T), np.flatnonzero(np.diff(owner, prepend=-1)))
    near = shapely.distance(shapes, POLE)
    low, high = np.floor((x0, y0, near)), np.ceil((x1, y1, far))
    return np.column_stack((low[0], high[0], low[1], high[1], low[2], high[2])).astype(np.int64)


def _lasting(at: int, begins: int, ends: int) -> int:
    return int(at - begins > DAY or ends - at > DAY)


def bounds_of_one(shape: BaseGeometry) -> Bounds:
    """The same of one shape."""
    x0, y0, x1, y1 = shape.bounds
    far = np.hypot(*shapely.get_coordinates(shape).T).max()
    near = shapely.distance(shape, POLE)
    return floor(x0), ceil(x1), floor(y0), ceil(y1), floor(near), ceil(far)


def times_of(item: Json) -> tuple[int, int, int]:
    """When an item is sorted, begins and ends, in microseconds since 1970. Raises BadInput."""
    given = item.get("properties") or {}
    moment, begins, ends = (given.get(name) for name in ("datetime", "start_datetime", "end_datetime"))
    begins, ends = begins or moment, ends or moment
    if not begins or not ends:
        raise BadInput("An item has a datetime, or a start and an end.", where=f"{item['id']}: datetime")
    first, last = (_instant(item, value) for value in (begins, ends))
    if last < first:
        raise BadInput("It ends before it starts.", where=f"{item['id']}: end_datetime")
    at = _instant(item, moment) if moment else first
    return at, min(first, at), max(last, at)


def _instant(item: Json, text: Any) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadInput(
            "A time is written like 2024-03-01T12:00:00Z.", where=f"{item['id']}: datetime"
        ) from None
    return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _crosses(bbox: Any) -> bool:
    half = len(bbox) // 2 if isinstance(bbox, list | tuple) else 0
    return half >= 2 and bool(bbox[0] > bbox[half])
