"""The catalog as the API uses it: what is embedded, what was crawled, and the catalogs of others."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from hub.catalog.embedded import state
from hub.catalog.local import LocalIndex
from hub.catalog.outside.address import outside_client
from hub.catalog.outside.asking import Asking
from hub.catalog.outside.crawled import crawled_path
from hub.catalog.outside.source import chosen_sources, searched
from hub.catalog.question import Question
from hub.catalog.search import Json
from hub.catalog.together import HERE, TITLE, Event, Local, Together, source_of
from hub.errors import NotFound, PolarhubError, Unavailable
from hub.settings import Settings

THREADS = 4  # searches of indexes at one time; each thread keeps connections of its own


class Catalog:
    """Collections, items and searches. Use it within `running()`."""

    def __init__(self, settings: Settings) -> None:
        """Reads the list of outside catalogs. Raises BadFile for one that cannot be used."""
        self._settings = settings
        known = chosen_sources(settings.outside_catalogs)
        self.sources = searched(known)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="catalog")
        self._embedded = LocalIndex(state.index_path(settings), self._threads, self._not_built)
        self._crawled = {
            source.id: (source, LocalIndex(crawled_path(settings, source.id), self._threads, lambda: ""))
            for source in known
            if source.kind == "static"
        }
        self._together: Together | None = None

    def _not_built(self) -> str:
        return f"The catalog is {state.read(self._settings).sentence() or 'gone'}; try again in a minute."

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps connections open, and closes them and the threads at the end."""
        async with outside_client(self._settings.allow_inside_addresses) as client:
            self._together = Together(self._locals, Asking(client, self.sources))
            try:
                yield
            finally:
                self._together = None
                self._threads.shutdown(wait=True, cancel_futures=True)
                for index in (self._embedded, *(index for _, index in self._crawled.values())):
                    index.close()

    def _locals(self) -> list[Local]:
        crawled = [
            Local(source.id, source.title, index.search)
            for source, index in self._crawled.values()
            if index.is_there()
        ]
        return [Local(HERE, TITLE, self._embedded.search), *crawled]

    @property
    def _running(self) -> Together:
        if self._together is None:
            raise Unavailable("The catalog is not started.")
        return self._together

    async def problem(self) -> str | None:
        """For /health: what keeps the embedded catalog from being searched, in a sentence."""
        try:
            found = await self._embedded.collections()
        except PolarhubError as error:
            return state.read(self._settings).sentence() or error.message
        return state.read(self._settings).sentence() or (None if found else "holds no collection")

    def events(self, question: Question) -> AsyncIterator[Event]:
        """What a search finds, as it finds it. Raises BadInput and Unavailable before the first event."""
        return self._running.events(question)

    async def collections(self) -> list[Json]:
        """All collections: what is embedded, what was crawled, then those of others."""
        found = await self._embedded.collections()
        for _, index in self._crawled.values():
            found += await index.collections() if index.is_there() else []
        return found + [document for s in self.sources.values() for document in s.documents()]

    def _index_of(self, collection: str) -> LocalIndex:
        """The index that would have a collection."""
        crawled = self._crawled.get(source_of(collection))
        return crawled[1] if crawled and crawled[1].is_there() else self._embedded

    async def collection(self, name: str) -> Json:
        """One collection. Raises NotFound."""
        source = self.sources.get(source_of(name))
        if source is None:
            return await self._index_of(name).use(lambda index: index.collection(name))
        about = source.collection(name.partition(":")[2])
        if about is None:
            raise NotFound("There is no such collection.")
        return source.document(about)

    async def item(self, collection: str, name: str) -> Json:
        """One item. Raises NotFound, and Unavailable where the catalog that has it does not answer."""
        source = self.sources.get(source_of(collection))
        if source is None:
            return await self._index_of(collection).use(lambda index: index.item(collection, name))
        await self.collection(collection)
        return await self._running.asking.item(source, collection.partition(":")[2], name)
