"""The loops that start runs by themselves: at set times, and for new items of the catalog."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hub.catalog.catalog import Catalog
from hub.errors import PolarhubError
from hub.headless import finding
from hub.headless.job import Job
from hub.headless.schedules import Schedules
from hub.headless.triggers import LOOKED_AT, Triggers

if TYPE_CHECKING:
    from hub.headless.service import Headless

TICK = 1.0  # seconds between two looks at the clock
SEARCHED_EVERY = 60.0  # seconds between two searches of one trigger

log = logging.getLogger(__name__)


async def start_scheduled(headless: "Headless") -> None:
    """A loop of the service: what is due is started within a second."""
    schedules = Schedules(headless.jobs, headless.processes)
    while True:
        _tell(headless, await asyncio.to_thread(schedules.fire))
        await asyncio.sleep(TICK)


def start_found(catalog: Catalog, every: float = SEARCHED_EVERY) -> "Callable[[Headless], Awaitable[None]]":
    """A loop of the service: saved searches are asked again, and what is new in them is started."""

    async def watch_catalog(headless: "Headless") -> None:
        triggers = Triggers(headless.jobs, headless.processes)
        while True:
            for row in await asyncio.to_thread(triggers.watching, headless.jobs.clock() - every):
                try:
                    items = await finding.items(catalog, row["search"], LOOKED_AT, all_of=False)
                except PolarhubError as error:
                    log.info("The search of trigger %s was not answered: %s", row["id"], error)
                    continue
                _tell(headless, await asyncio.to_thread(triggers.found, row, items))
            await asyncio.sleep(min(every, TICK))

    return watch_catalog


def _tell(headless: "Headless", started: list[Job]) -> None:
    for job in started:
        headless.changes.tell(job.owner, job.id)
