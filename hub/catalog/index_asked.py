"""A search checked and made ready: areas in the planes, collections by number, times in microseconds."""

import sqlite3
from dataclasses import dataclass

import shapely

from hub.catalog.index_plan import EVER
from hub.catalog.plane import Footprint, box_footprint, footprint
from hub.catalog.search import Interval, Search
from hub.catalog.where import Prefilter, Where, compiled, microseconds
from hub.errors import BadInput

MOST = 10_000  # items on a page


@dataclass(frozen=True)
class Asked:
    """A search that was checked and made ready."""

    search: Search
    collections: tuple[int, ...] | None
    areas: tuple[Footprint, ...]  # all must be met; the least comes first
    interval: tuple[int, int] | None
    where: Where | None

    @property
    def prefilters(self) -> tuple[Prefilter, ...]:
        """What SQLite may check before cql2 does."""
        return self.where.prefilters if self.where else ()

    @property
    def by_time(self) -> bool:
        """Whether the order is that of the indexes: by datetime, ties by id the same way."""
        fields = [name for name, _ in self.search.sort]
        ways = {way for _, way in self.search.sort}
        return fields in (["datetime"], ["datetime", "id"]) and len(ways) == 1 and self.search.ids is None

    @property
    def newest_first(self) -> bool:
        """The way in which it is sorted, where it is sorted by time."""
        return self.search.sort[0][1]


def checked(connection: sqlite3.Connection, search: Search) -> Asked:
    """The search made ready. Raises BadInput naming the parameter that cannot be used."""
    if not 1 <= search.limit <= MOST:
        raise BadInput(f"The limit is between 1 and {MOST:,}.", where="limit")
    if not search.sort:
        raise BadInput("A sort order names at least one field.", where="sortby")
    where = compiled(search.where) if search.where is not None else None
    areas = [] if search.bbox is None else [box_footprint(search.bbox)]
    areas += [] if search.area is None else [footprint(search.area, "intersects")]
    areas += where.areas if where else ()
    for area in areas:
        for shape in (area.north, area.south):
            if shape is not None:
                shapely.prepare(shape)
    areas.sort(key=_extent)
    numbers = None
    if search.collections is not None:
        known = dict(connection.execute("SELECT id, number FROM collections"))
        numbers = tuple(sorted({known[name] for name in search.collections if name in known}))
    return Asked(search, numbers, tuple(areas), _span(search.interval), where)


def _extent(area: Footprint) -> float:
    extent = 0.0
    for shape in (area.north, area.south):
        x0, y0, x1, y1 = shape.bounds if shape is not None else (0, 0, 0, 0)
        extent += (x1 - x0) * (y1 - y0)
    return extent


def _span(interval: Interval | None) -> tuple[int, int] | None:
    if interval is None or interval == (None, None):
        return None
    if any(moment is not None and moment.tzinfo is None for moment in interval):
        raise BadInput("Times need a zone, such as Z.", where="datetime")
    begins, ends = interval
    span = (microseconds(begins) if begins else -EVER, microseconds(ends) if ends else EVER)
    if span[0] > span[1]:
        raise BadInput("The interval ends before it starts.", where="datetime")
    return span
