"""The runner's life: ask for work, run it, end what is to be ended, and end itself when all is done."""

import asyncio
import contextlib
import logging
import time

import httpx

from polarhub_lab.runner import door
from polarhub_lab.runner.activity import report_activity
from polarhub_lab.runner.api import FIRST, LONGEST, Api
from polarhub_lab.runner.facts import Facts
from polarhub_lab.runner.job import Running
from polarhub_lab.runner.units import NoUnit, Units
from polarhub_lab.warm.trees import adopt_orphans

log = logging.getLogger(__name__)


class Runner:
    """One worker: as many jobs at once as its facts say."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.api = Api(facts)
        self.units = Units(facts.jobs)
        self.running: dict[str, Running] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.stopping = asyncio.Event()
        self.changed = asyncio.Event()  # there is room again
        self.last = time.monotonic()  # when there was something to do

    def stop(self) -> None:
        """End soon: what runs is ended and told as not our fault, so that it may be tried again."""
        self.stopping.set()
        self.changed.set()

    async def live(self) -> None:
        """Serve until there is nothing to do any more, or told to stop."""
        adopt_orphans()
        served = door.open_door(self.facts)
        helpers = [
            asyncio.create_task(self._keep_units_ready()),
            asyncio.create_task(report_activity(self.facts, lambda: bool(self.running))),
        ]
        try:
            await self._keep_asking()
            await self._end_all()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            self.units.close()
            served.stop()
            await self.api.goodbye()

    async def _keep_asking(self) -> None:
        pause = FIRST
        while not self.stopping.is_set() and not self._idle():
            try:
                await self._ask()
                pause = FIRST
            except (httpx.HTTPError, ValueError) as error:
                log.info("The api is away (%s); again in %.1f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST)

    def _idle(self) -> bool:
        if self.running:
            self.last = time.monotonic()
        return time.monotonic() - self.last > self.facts.idle

    async def _ask(self) -> None:
        """One question for work; taken back when there is room for more, to ask again at once."""
        self.changed.clear()
        held = {id: one.job.fence for id, one in self.running.items()}
        asking = asyncio.create_task(self.api.poll(self.facts.jobs - len(held), held))
        changing = asyncio.create_task(self.changed.wait())
        await asyncio.wait({asking, changing}, return_when=asyncio.FIRST_COMPLETED)
        changing.cancel()
        if not asking.done():
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return
        jobs, stop = asking.result()
        for id in stop:
            if one := self.running.get(id):
                one.dismissed.set()
        for job in jobs:
            if job.id not in self.running:
                self._begin(Running(job, self.api, self.units, self.facts.home))

    def _begin(self, one: Running) -> None:
        self.running[one.job.id] = one
        task = asyncio.create_task(self._run(one))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _run(self, one: Running) -> None:
        try:
            await one.live()
            log.info("%s: %s", one.job.id, one.ended.status if one.ended else "lost")
        except Exception:
            log.exception("%s: broke", one.job.id)
        finally:
            del self.running[one.job.id]
            self.changed.set()

    async def _keep_units_ready(self) -> None:
        while True:
            try:
                await self.units.fill()
            except NoUnit as error:
                log.warning("%s", error)
                await asyncio.sleep(5)
            await asyncio.sleep(0.05)

    async def _end_all(self) -> None:
        for one in list(self.running.values()):
            one.interrupted.set()
        if self.tasks:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*self.tasks, return_exceptions=True), 3)
