"""Indexes on this machine as the API uses them: opened when they are there, read in threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TypeVar

from hub.catalog.index import Index
from hub.catalog.search import Json, Page, Search
from hub.errors import BadInput, NotFound, Unavailable

T = TypeVar("T")


class LocalIndex:
    """One index file. It may be missing, and may be replaced at any time: then the new one is opened."""

    def __init__(self, path: Path, threads: ThreadPoolExecutor, missing: Callable[[], str]) -> None:
        """`missing` says in a sentence why the file is not there."""
        self.path = path
        self._threads = threads
        self._missing = missing
        self._index: Index | None = None
        self._opened: tuple[int, int] | None = None
        self._lock = Lock()

    def is_there(self) -> bool:
        """Whether there is a file to open."""
        return self.path.is_file()

    def _open(self) -> Index:
        with self._lock:
            try:
                found = self.path.stat()
            except OSError:
                raise Unavailable(self._missing()) from None
            if self._index is None or self._opened != (found.st_dev, found.st_ino):
                # one that is replaced is not closed here: another thread may be reading from it
                self._index = Index.open(self.path, readonly=True)
                self._opened = found.st_dev, found.st_ino
            return self._index

    async def use(self, work: Callable[[Index], T]) -> T:
        """What `work` makes of the index, in a thread. Raises Unavailable where there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(self._open()))

    async def search(self, search: Search) -> Page:
        """A page. Raises BadInput, for a collection that is not there too."""
        return await self.use(lambda index: _look(index, search))

    async def collections(self) -> list[Json]:
        """All collections."""
        return await self.use(Index.collections)

    def close(self) -> None:
        """Close the file."""
        if self._index is not None:
            self._index.close()
            self._index = None


def _look(index: Index, search: Search) -> Page:
    for name in search.collections or ():
        try:
            index.collection(name)
        except NotFound:
            raise BadInput(f"There is no collection `{name[:100]}`.", where="collections") from None
    return index.search(search)
