"""What can be asked of a catalog and what comes back: the contract of index, API and outside sources."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]
Interval = tuple[datetime | None, datetime | None]

NEWEST_FIRST: tuple[tuple[str, bool], ...] = (("datetime", True),)


@dataclass(frozen=True)
class Search:
    """One question. What is None asks nothing; what is given must hold all together.

    `area` is a GeoJSON geometry in lon/lat degrees as the client gave it, `bbox` west, south, east, north
    (with heights: six numbers) where west > east runs over the antimeridian. `interval` is closed, with
    aware datetimes. `where` is CQL2 as JSON: `hub.catalog.where.parse_where` makes it from text or JSON.
    `sort` names fields (`datetime`, `id`, `collection` or any property) with True for descending.
    """

    collections: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    area: Json | None = None
    bbox: tuple[float, ...] | None = None
    interval: Interval | None = None
    where: Json | None = None
    sort: tuple[tuple[str, bool], ...] = NEWEST_FIRST
    limit: int = 10
    token: str | None = None


@dataclass(frozen=True)
class Page:
    """Some of the items found. `matched` is None where counting is too dear; `next` asks for what follows."""

    items: list[Json]
    matched: int | None
    next: str | None
