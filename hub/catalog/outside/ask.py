"""A question put into what a catalog of others understands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.catalog.outside.area import Area
from hub.catalog.outside.source import OutsideCollection, Source
from hub.catalog.search import Interval, Json, Search


@dataclass(frozen=True)
class Ask:
    """One request to one catalog. A box that crosses 180° may need two: `part` counts them."""

    source: Source
    collections: tuple[str, ...]  # as the catalog itself names them
    part: int
    body: Json
    alone: bool = True

    @property
    def id(self) -> str:
        """Its name in a token."""
        return f"{self.source.id}/{self.part}" if self.part else self.source.id

    @property
    def address(self) -> str:
        """Where the catalog is searched."""
        return f"{self.source.address}/search"


def asks_for(search: Search, area: Area | None, sources: Iterable[Source]) -> list[Ask]:
    """The requests that the question makes: to every catalog that it names or, if it names none, concerns."""
    asks = []
    for source in sources:
        if wanted := _collections(source, search, area):
            parts = area.put(source.understands.intersects) if area else [{}]
            for part, where in enumerate(parts):
                asks.append(Ask(source, wanted, part, _body(source, wanted, search, where), len(parts) == 1))
    return asks


def _collections(source: Source, search: Search, area: Area | None) -> tuple[str, ...]:
    if search.collections is not None:
        return tuple(c.id for c in source.collections if source.named(c.id) in search.collections)
    return tuple(c.id for c in source.collections if _concerned(c, search.interval, area))


def _concerned(about: OutsideCollection, interval: Interval | None, area: Area | None) -> bool:
    if about.embedded:
        return False
    start, end = about.interval
    after, before = interval or (None, None)
    if (before and start and before < start) or (after and end and after > end):
        return False
    return area is None or any(area.touches_box(box) for box in about.bbox)


def _body(source: Source, collections: tuple[str, ...], search: Search, where: Json) -> Json:
    understands = source.understands
    body: Json = {
        "collections": list(collections),
        "limit": min(search.limit, understands.largest_page),
        **where,
    }
    if search.ids:
        body["ids"] = list(search.ids)
    if search.interval:
        body["datetime"] = _interval(search.interval)
    if understands.sort:
        body["sortby"] = [
            {"field": _field(name), "direction": "desc" if down else "asc"} for name, down in search.sort
        ]
    if search.where and understands.filter and not _mentions(search.where, "collection"):
        body |= {"filter-lang": "cql2-json", "filter": search.where}
    return body


def _interval(interval: Interval) -> str:
    start, end = interval
    if start and start == end:
        return _time(start)
    return "/".join(_time(t) if t else ".." for t in interval)


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _field(name: str) -> str:
    return name if name in ("id", "collection") else f"properties.{name}"


def _mentions(where: object, name: str) -> bool:
    """Whether a filter speaks of a property; our names of collections mean nothing elsewhere."""
    if isinstance(where, dict):
        return where.get("property") == name or any(_mentions(part, name) for part in where.values())
    return isinstance(where, list) and any(_mentions(part, name) for part in where)
