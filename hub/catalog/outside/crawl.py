"""Static catalogs cannot be searched over the network: they are read once, into an index of their own.

A crawl stays on the catalog's own origin, within limits of documents, time and depth. What it has read is
kept beside the index, so that a crawl that was stopped goes on where it was. The index that people search
is replaced when all has been read.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from hub.catalog.index import Index
from hub.catalog.outside.address import next_address
from hub.catalog.outside.answer import Reader
from hub.catalog.outside.ask import Ask
from hub.catalog.outside.fetch import fetch_json
from hub.catalog.outside.source import Source
from hub.catalog.outside.state import Trouble
from hub.catalog.search import Json
from hub.errors import BadInput, Unavailable

SAVED_EVERY = 40  # documents
MOST_FAILED = 0.5  # part of all documents: when more cannot be read, the index is not replaced
NAMES = ("title", "description", "license")


@dataclass(frozen=True)
class Limits:
    """Of one run."""

    documents: int = 50_000
    seconds: float = 3600
    depth: int = 10
    together: int = 8


@dataclass
class Progress:
    """How far a crawl is. `todo` are addresses with their depth and the collection that they lie in."""

    todo: list[tuple[str, int, str | None]]
    seen: list[str]
    collections: int = 0
    items: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """For the operator."""
        failed = f", {len(self.failed)} could not be read" if self.failed else ""
        return f"{self.collections} collections, {self.items} items, {len(self.todo)} documents to go{failed}"


class Crawl:
    """Reads one static catalog into the index at `path`."""

    def __init__(self, source: Source, path: Path, client: httpx.AsyncClient, limits: Limits) -> None:
        self.source = source
        self.path = path
        self.client = client
        self.limits = limits
        self._aside = path.with_suffix(".building.sqlite")
        self._state = path.with_suffix(".crawl.json")
        self._reader = Reader.plain()
        self.progress = self._resumed()
        self._seen = set(self.progress.seen)

    def _resumed(self) -> Progress:
        """Where a crawl that was stopped goes on, or the beginning of a new one."""
        try:
            progress = Progress(**json.loads(self._state.read_text()))
            progress.todo = [(str(url), int(depth), inside) for url, depth, inside in progress.todo]
            if self._aside.exists():
                return progress
        except (OSError, ValueError, TypeError):
            pass  # there is none, or it cannot be read
        _remove(self._aside)
        return Progress([(self.source.address, 0, None)], [self.source.address])

    async def run(self, say: Callable[[str], None] = lambda _: None) -> bool:
        """Read on; True when all is read and in place, False when a limit was reached. Raises Unavailable."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        began, read = time.monotonic(), 0
        index = Index.open(self._aside)
        try:
            while self.progress.todo:
                if read >= self.limits.documents or time.monotonic() - began > self.limits.seconds:
                    return False
                some = self.progress.todo[: min(SAVED_EVERY, self.limits.documents - read)]
                items = await self._documents(index, some)
                self.progress.items += self._put(index, items)
                self.progress.todo = self.progress.todo[len(some) :]
                read += len(some)
                self._save()
                say(self.progress.sentence)
        finally:
            index.close()
        self._finish()
        return True

    def _save(self) -> None:
        self.progress.seen = sorted(self._seen)
        aside = self._state.with_suffix(".new")
        aside.write_text(json.dumps(asdict(self.progress)))
        aside.replace(self._state)

    def _finish(self) -> None:
        """Put the index in place, if it is worth it."""
        self._state.unlink(missing_ok=True)
        failed, seen = self.progress.failed, len(self._seen)
        if len(failed) > MOST_FAILED * seen:
            _remove(self._aside)
            said = f"{len(failed)} of {seen} documents could not be read; the first one {failed[0]}"
            raise Unavailable(f"{self.source.title}: {said} The index stays as it was.")
        _remove(self.path, only_beside=True)  # what lies beside the old index is not the new one's
        self._aside.replace(self.path)

    async def _documents(self, index: Index, some: list[tuple[str, int, str | None]]) -> list[Json]:
        """Read some documents: what is in them, and where they lead."""
        gate = asyncio.Semaphore(self.limits.together)

        async def one(url: str) -> Json | Trouble:
            async with gate:
                try:
                    return await fetch_json(self.client, url, seconds=self.source.time_limit)
                except Trouble as trouble:
                    return trouble

        found = await asyncio.gather(*(one(url) for url, _, _ in some))
        items: list[Json] = []
        for (url, depth, inside), document in zip(some, found, strict=True):
            if isinstance(document, Trouble):
                self.progress.failed.append(document.message)
            elif document.get("type") == "Feature":
                items += self._item(url, inside, document)
            else:
                self._follow(url, depth, self._collection(index, inside, document), document)
        return items

    def _collection(self, index: Index, inside: str | None, document: Json) -> str | None:
        """The collection that what lies below belongs to."""
        name = document.get("id")
        if document.get("type") != "Collection" or not isinstance(name, str):
            return inside
        index.put_collection(as_our_collection(self.source, name, document))
        self.progress.collections += 1
        return name

    def _put(self, index: Index, items: list[Json]) -> int:
        """Store items; one that cannot be used does not cost the others."""
        try:
            return index.put_items(items)
        except BadInput as error:
            if len(items) == 1:
                self.progress.failed.append(f"is not a STAC item: {error.message}")
                return 0
            return sum(self._put(index, [item]) for item in items)

    def _item(self, url: str, inside: str | None, document: Json) -> list[Json]:
        if inside is None:
            self.progress.failed.append("lies in no collection.")
            return []
        ask = Ask(self.source, (inside,), 0, {})
        page = {"type": "FeatureCollection", "features": [{**document, "collection": inside}]}
        items = self._reader.read(ask, url, page).items
        if not items:
            self.progress.failed.append("is not a STAC item.")
        return items

    def _follow(self, url: str, depth: int, inside: str | None, document: Json) -> None:
        links: Any = document.get("links")
        for link in links if isinstance(links, list) and depth < self.limits.depth else ():
            if (
                isinstance(link, dict)
                and link.get("rel") in ("child", "item")
                and isinstance(link.get("href"), str)
            ):
                target = next_address(url, link["href"])
                if target is not None and target not in self._seen:
                    self._seen.add(target)
                    self.progress.todo.append((target, depth + 1, inside))


def as_our_collection(source: Source, name: str, document: Json) -> Json:
    """A crawled collection as it is listed here."""
    words = {key: str(document[key]) for key in NAMES if document.get(key)}
    kept = {
        key: document[key] for key in ("extent", "summaries", "keywords", "providers") if document.get(key)
    }
    world = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "description": name,
        "license": source.licence,
        "extent": world,
        **words,
        **kept,
        "id": source.named(name),
        "links": [],
        "polarhub:source": source.id,
        "polarhub:access": source.access,
        "polarhub:crawled": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _remove(path: Path, *, only_beside: bool = False) -> None:
    """Remove an index file and what SQLite keeps beside it."""
    for suffix in ("-wal", "-shm") if only_beside else ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
