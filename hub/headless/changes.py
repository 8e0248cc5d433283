"""Who waits for news of jobs hears of them at once; within one process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

EVERYBODY = ""  # no user has this name
KEPT = 1000  # changes that a listener may lag behind


class Watch:
    """News of one owner's jobs."""

    def __init__(self) -> None:
        self._ids: asyncio.Queue[str] = asyncio.Queue(KEPT)

    def add(self, job_id: str) -> None:
        """Hand over a change; the oldest goes where nobody listens, as a reader looks the state up anyway."""
        if self._ids.full():
            self._ids.get_nowait()
        self._ids.put_nowait(job_id)

    async def next(self, timeout: float) -> str | None:  # noqa: ASYNC109 - a plain limit, no error
        """The id of a job that has changed; None where nothing did in this many seconds."""
        try:
            async with asyncio.timeout(timeout):
                return await self._ids.get()
        except TimeoutError:
            return None


class Changes:
    """Tells changes of jobs to whoever watches their owner. Another process's changes are not heard here:
    whoever watches looks at the table once a second too."""

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = defaultdict(set)

    def tell(self, owner: str, job_id: str) -> None:
        """A job was accepted, or it has changed."""
        for watch in (*self._watches.get(owner, ()), *self._watches.get(EVERYBODY, ())):
            watch.add(job_id)

    def watch_all(self) -> AbstractAsyncContextManager[Watch]:
        """Hear every change of everybody's jobs from now on."""
        return self.watch(EVERYBODY)

    @asynccontextmanager
    async def watch(self, owner: str) -> AsyncIterator[Watch]:
        """Hear every change from now on."""
        watch = Watch()
        self._watches[owner].add(watch)
        try:
            yield watch
        finally:
            self._watches[owner].discard(watch)
            if not self._watches[owner]:
                del self._watches[owner]
