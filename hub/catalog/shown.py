"""What a search found, as one GeoJSON document or as lines while it happens."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from anyio import to_thread

from hub.catalog.fields import chosen
from hub.catalog.links import Links
from hub.catalog.question import Question
from hub.catalog.search import Json
from hub.catalog.together import Ended, Event, order
from hub.errors import Unavailable

LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Shown:
    """The events of one search as one document, or as lines while they happen."""

    links: Links
    question: Question
    path: str  # seen from the landing page
    address: str  # as it was asked
    query: Json
    body: Json | None  # of a POST

    def _item(self, item: Json) -> Json:
        return chosen(self.links.item(item), self.question.fields)

    def _page(self, ended: Ended) -> list[Json]:
        return self.links.page(self.path, self.address, self.query, self.body, ended.next)

    async def whole(self, first: Event, events: AsyncIterator[Event]) -> bytes:
        """A FeatureCollection in the order that was asked for, else newest first.

        Raises Unavailable where no catalog answered: a program would take an empty list for the truth.
        """
        items: list[Json] = []
        ended = Ended(None, None, [])
        async with aclosing(_all(first, events)) as happened:
            async for kind, what in happened:
                if kind == "feature":
                    items.append(what)
                elif kind == "end":
                    ended = what
        if ended.reports and not any(report.answered for report in ended.reports):
            said = " ".join(f"{report.title} {report.message}" for report in ended.reports)
            raise Unavailable(said)
        if not self.question.sorted:
            items.sort(key=lambda item: order(item, "datetime"), reverse=True)
        document = {
            "type": "FeatureCollection",
            "features": [self._item(item) for item in items],
            "links": self._page(ended),
            "numberReturned": len(items),
            "polarhub:sources": [report.document() for report in ended.reports],
        }
        if ended.matched is not None:
            document["numberMatched"] = ended.matched
        return await to_thread.run_sync(_json, document) if len(items) > 100 else _json(document)

    async def lines(self, first: Event, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        """One JSON object a line."""
        async with aclosing(_all(first, events)) as happened:
            async for kind, what in happened:
                if kind == "asked":
                    line: Json = {"asked": [{"id": r.id, "title": r.title} for r in what]}
                elif kind == "source":
                    line = {"source": what.document()}
                elif kind == "feature":
                    line = {"feature": self._item(what)}
                else:
                    reports = [report.document() for report in what.reports]
                    end = {"next": what.next, "matched": what.matched, "links": self._page(what)}
                    line = {"end": {**end, "sources": reports}}
                yield _json(line) + b"\n"


async def _all(first: Event, events: AsyncIterator[Event]) -> AsyncGenerator[Event]:
    yield first
    async for event in events:
        yield event


def _json(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
