"""Asks the catalogs of others, each within its time; what fails costs a sentence."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from anyio import to_thread

from hub.catalog.outside.answer import Batch, Reader
from hub.catalog.outside.ask import Ask
from hub.catalog.outside.fetch import fetch_json
from hub.catalog.outside.paging import Cursor, Request, first_request, next_cursor, next_request
from hub.catalog.outside.source import Source
from hub.catalog.outside.state import Trouble
from hub.catalog.search import Json
from hub.errors import NotFound, Unavailable

MOST_PAGES = 5  # asked for in a row where none of a page's items is good
REST = 60.0  # seconds for which a catalog that did not answer is left alone, unless it is named
KEPT, KEPT_FOR = 24, 120.0  # answers, seconds: the rest of a page is shown without asking again


@dataclass
class Found:
    """A page of a catalog: its good items, where it was, and where the next one is."""

    batch: Batch
    cursor: Cursor | None
    next: Cursor | None


class Asking:
    """Asks catalogs over one client. Remembers for a moment what they said, and which do not answer."""

    def __init__(self, client: httpx.AsyncClient, sources: dict[str, Source]) -> None:
        self.client = client
        self.sources = sources
        self._resting: dict[str, tuple[float, Trouble]] = {}
        self._kept: OrderedDict[str, tuple[float, Json]] = OrderedDict()

    async def page(self, ask: Ask, cursor: Cursor | None, reader: Reader, *, named: bool) -> Found:
        """The page at `cursor`, or the next one that has a good item. Raises Trouble with its sentence."""
        if not named:
            self._still_resting(ask.source)
        try:
            async with asyncio.timeout(ask.source.time_limit):
                found = await self._pages(ask, cursor, reader)
        except TimeoutError:
            trouble = Trouble("slow", f"gave no answer within {ask.source.time_limit:g} s.")
            self._rest(ask.source, trouble)
            raise trouble from None
        except Trouble as trouble:
            self._rest(ask.source, trouble)
            raise
        self._resting.pop(ask.source.id, None)
        return found

    async def _pages(self, ask: Ask, cursor: Cursor | None, reader: Reader) -> Found:
        wrong = ""
        for _ in range(MOST_PAGES):
            url, body = _request(ask, cursor)
            answer = await self._answer(ask.source, url, body)
            batch = await to_thread.run_sync(reader.read, ask, url, answer)
            batch.wrong = wrong = wrong or batch.wrong
            try:
                following = next_cursor(ask.address, ask.body, url, answer)
            except Trouble as trouble:
                following, batch.wrong = None, batch.wrong or trouble.message
            if following is not None and following == cursor:
                following, batch.wrong = None, batch.wrong or "names the same page as the next one for ever."
            if batch.items or following is None:
                return Found(batch, cursor, following)
            cursor = following
        if wrong:  # it goes on with what was not asked for
            following = None
        return Found(batch, cursor, following)

    async def _answer(self, source: Source, url: str, body: Json | None) -> Json:
        key = hashlib.sha256(json.dumps([url, body], sort_keys=True).encode()).hexdigest()
        now = time.monotonic()
        kept = self._kept.get(key)
        if kept and kept[0] > now:
            return kept[1]
        answer = await fetch_json(self.client, url, body=body, seconds=source.time_limit)
        self._kept[key] = now + KEPT_FOR, answer
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return answer

    def _rest(self, source: Source, trouble: Trouble) -> None:
        if trouble.state in ("slow", "unreachable"):
            self._resting[source.id] = time.monotonic() + REST, trouble

    def _still_resting(self, source: Source) -> None:
        until, trouble = self._resting.get(source.id, (0.0, None))
        left = until - time.monotonic()
        if trouble and left > 0:
            again = f"It is asked again in {left:.0f} s, or at once when one of its collections is named."
            raise Trouble(trouble.state, f"{trouble.message} {again}")

    async def item(self, source: Source, collection: str, item_id: str) -> Json:
        """One item. Raises NotFound, and Unavailable with the catalog's sentence."""
        ask = Ask(source, (collection,), 0, {})
        url = f"{source.address}/collections/{quote(collection, safe='')}/items/{quote(item_id, safe='')}"
        try:
            answer = await fetch_json(self.client, url, seconds=source.time_limit)
        except Trouble as trouble:
            if trouble.message.startswith("answered 404"):
                raise NotFound("There is no such item.") from None
            raise Unavailable(f"{source.title} {trouble.message}") from None
        page: dict[str, Any] = {"type": "FeatureCollection", "features": [answer]}
        batch = await to_thread.run_sync(Reader.plain().read, ask, url, page)
        if not batch.items or answer.get("id") != item_id:
            raise Unavailable(f"{source.title} sent something that is not this item.")
        return batch.items[0]


def _request(ask: Ask, cursor: Cursor | None) -> Request:
    if cursor is None:
        return first_request(ask.address, ask.body, ask.source.understands.method)
    return next_request(ask.address, ask.body, cursor)
