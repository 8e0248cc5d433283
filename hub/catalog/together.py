"""One search over the embedded index and the catalogs of others: asked in parallel, shown as one."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hub.catalog.outside.answer import Reader
from hub.catalog.outside.area import Area
from hub.catalog.outside.ask import Ask, asks_for
from hub.catalog.outside.asking import Asking
from hub.catalog.outside.state import Report, Trouble
from hub.catalog.places import Place, read_token, write_token
from hub.catalog.question import Question
from hub.catalog.search import Json, Page, Search
from hub.catalog.where import matcher

HERE = "polarhub"
TITLE = "This polarhub"
Event = tuple[str, Any]
"""("asked", [reports]), ("source", report), ("feature", item), then ("end", Ended)."""


@dataclass
class Ended:
    """What is known when all have answered."""

    next: str | None
    matched: int | None
    reports: list[Report]


@dataclass(frozen=True)
class Local:
    """An index on this machine. Its collections are those whose names begin with its name, or, HERE, all
    that belong to nobody else."""

    id: str
    title: str
    search: Callable[[Search], Awaitable[Page]]


@dataclass
class Stream:
    """The items of one request, in the order in which they are to be shown."""

    id: str
    report: Report
    ask: Ask | None = None
    local: Local | None = None
    place: Place = field(default_factory=lambda: Place(None, 0))
    items: list[Json] = field(default_factory=list)
    following: Any = None
    shown: int = 0

    def take(self, most: int) -> list[Json]:
        """The next items, `most` at the most."""
        part = self.items[self.shown : self.shown + most]
        self.shown += len(part)
        return part

    def fill(self, items: list[Json], cursor: Any, following: Any) -> None:
        """What a page brought; what was shown of it before is left out."""
        skip = self.place.skip if cursor == self.place.cursor else 0
        self.items, self.following, self.place = items[skip:], following, Place(cursor, skip)

    def rest(self) -> Place | None:
        """Where the next page goes on."""
        if self.shown < len(self.items):
            return replace(self.place, skip=self.place.skip + self.shown)
        return Place(self.following, 0) if self.following is not None else None


class Together:
    """Answers questions from the indexes on this machine and the catalogs of others."""

    def __init__(self, locals_: Callable[[], list[Local]], asking: Asking) -> None:
        """`locals_` gives the indexes that there are now."""
        self.locals = locals_
        self.asking = asking

    async def events(self, question: Question) -> AsyncIterator[Event]:
        """What happens, as it happens. Raises BadInput and Unavailable before the first event."""
        search = question.search
        places = read_token(search)
        area = Area.of(search)
        streams = self._streams(search, area, places)
        reader = Reader(search, area, matcher(search.where))
        reports = list({stream.report.id: stream.report for stream in streams}.values())
        tasks = [asyncio.create_task(self._ask(s, s.ask, reader, search)) for s in streams if s.ask]
        try:
            here = [(s, s.local) for s in streams if s.local]
            await asyncio.gather(*(self._look(stream, local, search) for stream, local in here))
            yield "asked", [stream.report for stream in streams if stream.ask and stream.ask.part == 0]
            share = 0 if question.sorted else search.limit // max(len(streams), 1)
            for stream, _ in here:
                for event in _arrived(stream, share):
                    yield event
            waiting = {report.id: sum(s.report is report for s in streams) for report in reports}
            for task in asyncio.as_completed(tasks):
                stream = await task
                waiting[stream.report.id] -= 1
                for event in _arrived(stream, share, last=not waiting[stream.report.id]):
                    yield event
            for item in _remainder(streams, search, question.sorted):
                yield "feature", item
            yield "end", _ended(search, streams, reports, first=places is None)
        finally:
            for task in tasks:
                task.cancel()

    def _streams(self, search: Search, area: Area | None, places: dict[str, Place] | None) -> list[Stream]:
        reports: dict[str, Report] = {}
        streams = [
            Stream(local.id, Report(local.id, local.title), local=local)
            for local in self.locals()
            if search.collections is None or self._names(local, search)
        ]
        for ask in asks_for(search, area, self.asking.sources.values()):
            report = reports.setdefault(ask.source.id, Report(ask.source.id, ask.source.title))
            streams.append(Stream(ask.id, report, ask))
        if places is None:
            return streams
        kept = [stream for stream in streams if stream.id in places]
        for stream in kept:
            stream.place = places[stream.id]
        return kept

    def _names(self, local: Local, search: Search) -> tuple[str, ...] | None:
        """The collections of an index that a search names."""
        if search.collections is None:
            return None
        others = {one.id for one in self.locals()} | self.asking.sources.keys()
        owners = {
            name: owner if (owner := source_of(name)) in others else HERE for name in search.collections
        }
        return tuple(name for name, owner in owners.items() if owner == local.id)

    async def _look(self, stream: Stream, local: Local, search: Search) -> None:
        began = time.monotonic()
        cursor = stream.place.cursor
        own = replace(search, collections=self._names(local, search), token=cursor)
        page = await local.search(own)
        stream.fill(page.items, cursor, page.next)
        stream.report.matched = page.matched
        stream.report.returned = len(stream.items)
        stream.report.seconds = time.monotonic() - began

    async def _ask(self, stream: Stream, ask: Ask, reader: Reader, search: Search) -> Stream:
        report, began = stream.report, time.monotonic()
        try:
            named = search.collections is not None
            found = await self.asking.page(ask, stream.place.cursor, reader, named=named)
        except Trouble as trouble:
            report.state, report.message, report.answered = trouble.state, trouble.message, False
        else:
            stream.fill(found.batch.items, found.cursor, found.next)
            report.returned += len(stream.items)
            exact = ask.alone and (not search.where or "filter" in ask.body)
            report.matched = found.batch.matched if exact else None
            if found.batch.wrong and report.state == "ok":
                report.state, report.message = "wrong", found.batch.wrong
        report.seconds = max(report.seconds, time.monotonic() - began)
        return stream


def source_of(collection: str) -> str:
    """The catalog that a collection's name speaks of, if it does: what stands before the first colon."""
    return collection.partition(":")[0] if ":" in collection else ""


def _arrived(stream: Stream, share: int, *, last: bool = True) -> list[Event]:
    said: list[Event] = [("source", stream.report)] if last else []
    return said + [("feature", item) for item in stream.take(share)]


def _remainder(streams: list[Stream], search: Search, in_order: bool) -> list[Json]:
    """What still fits on the page: in the order that was asked for, or one of each catalog in turn."""
    room = search.limit - sum(stream.shown for stream in streams)
    items: list[Json] = []
    while room > len(items):
        waiting = [s for s in streams if s.shown < len(s.items)]
        if in_order and any(s.following is not None and s.shown == len(s.items) and s.items for s in streams):
            break  # what comes next of that one is not known yet, and may belong here
        if not waiting:
            break
        if in_order:
            items += _first(waiting, search.sort).take(1)
        else:
            for stream in waiting[: room - len(items)]:
                items += stream.take(1)
    return items


def _first(streams: list[Stream], sort: tuple[tuple[str, bool], ...]) -> Stream:
    for name, descending in reversed(sort):
        streams = sorted(streams, key=lambda s: order(s.items[s.shown], name), reverse=descending)
    return streams[0]


def order(item: Json, name: str) -> tuple[int, float, str]:
    """A key that puts any two values of a field in one order: nothing, then numbers, then words."""
    properties = item.get("properties", {})
    value = item.get(name) if name in ("id", "collection") else properties.get(name)
    if name == "datetime" and value is None:
        value = properties.get("start_datetime")
    if isinstance(value, bool | int | float):
        return 1, float(value), ""
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))


def _ended(search: Search, streams: list[Stream], reports: list[Report], *, first: bool) -> Ended:
    for report in reports:
        report.returned = sum(stream.shown for stream in streams if stream.report is report)
    places = {stream.id: rest for stream in streams if (rest := stream.rest())}
    counts = [report.matched for report in reports]
    known = first and all(r.state == "ok" for r in reports) and None not in counts
    return Ended(write_token(search, places), sum(c or 0 for c in counts) if known else None, reports)
