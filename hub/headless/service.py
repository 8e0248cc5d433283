"""Headless runs as one object: the table, the processes, the results, and what works behind them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from hub.catalog.outside.address import outside_client
from hub.errors import PolarhubError, Unavailable
from hub.headless.callbacks import Callbacks
from hub.headless.changes import Changes
from hub.headless.job import Job
from hub.headless.jobs import Jobs
from hub.headless.keeping_loop import keep
from hub.headless.limits import JobLimits
from hub.headless.ogc.answers import Answers, parts
from hub.headless.ogc.documents import Links, status_info
from hub.headless.ogc.execute import Mode
from hub.headless.processes import Processes
from hub.headless.results import Results
from hub.headless.runners import start_runners
from hub.headless.signing import hub_key
from hub.headless.starting_loops import start_scheduled
from hub.headless.tables import connect
from hub.settings import Settings

Loop = Callable[["Headless"], Awaitable[None]]
AGAIN = 5.0  # seconds after which a loop that broke is started again

log = logging.getLogger(__name__)


class Headless:
    """Everything that a route of headless runs needs. Its loops run within `running()`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = connect(settings.database_url("headless"))
        self.jobs = Jobs(self.engine, JobLimits.of(settings))
        self.processes = Processes(self.engine)
        self.results = Results.of(settings)
        self.changes = Changes()
        self.callbacks = Callbacks(self.engine, hub_key(settings.data), self._told)
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        """For addresses that users name: it reaches the world outside, not the machines beside this one."""
        if self._client is None:
            raise Unavailable("Runs are not started yet; try again in a moment.")
        return self._client

    @asynccontextmanager
    async def running(self, *more: Loop) -> AsyncIterator[None]:
        """Keeps the loops going, and ends them."""
        async with AsyncExitStack() as stack:
            self._client = await stack.enter_async_context(
                outside_client(self.settings.allow_inside_addresses)
            )
            tasks = [asyncio.create_task(self._kept_going(loop)) for loop in (*LOOPS, *more)]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.engine.dispose()
                self._client = None

    async def _kept_going(self, loop: Loop) -> None:
        while True:
            try:
                await loop(self)
            except PolarhubError as error:
                log.warning("%s goes on in %s s: %s", loop.__name__, AGAIN, error)
            except Exception:  # whatever broke it, the others' runs go on
                log.exception("%s broke; it goes on in %s s", loop.__name__, AGAIN)
            await asyncio.sleep(AGAIN)

    async def problem(self) -> str | None:
        """For /health: what keeps runs from being accepted, in a sentence."""
        await asyncio.to_thread(self.jobs.owners_waiting)
        return None

    async def note(self) -> str | None:
        """For /health: processors that came along and cannot be used; the others can."""
        return self.processes.problem()

    def _told(self, job: Job) -> dict[str, Any]:
        """What a subscriber is sent: the results of a run that did well, else how it is."""
        links = Links((job.callbacks or {}).get("base", ""))
        if job.status != "successful":
            return status_info(job, links)
        declared = self.processes.version(job.version).definition.outputs if job.version else {}
        found = parts(job, [name for name, one in declared.items() if one.binary])
        wanted: dict[str, Mode] = job.wanted if job.version else dict.fromkeys(found, "value")
        return Answers(job, self.results, links).document(wanted, found)


async def deliver(headless: Headless) -> None:
    """Sends what subscribers of runs are to be told."""
    await headless.callbacks.run(headless.client)


LOOPS: tuple[Loop, ...] = (deliver, keep, start_runners, start_scheduled)
