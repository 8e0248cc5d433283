"""The loop that ends what its runner does not end, and forgets what was kept for long enough."""

import asyncio
import logging
import os
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from hub.headless import keeping
from hub.headless.job import Job
from hub.spawning.names import runner_of

if TYPE_CHECKING:
    from hub.headless.service import Headless

LOOK_EVERY = 0.25  # seconds: a dismissed run is to be gone within two
THOROUGHLY_EVERY = 10.0
FORGET_EVERY = 60.0

log = logging.getLogger(__name__)


async def keep(headless: "Headless") -> None:
    """A loop of the service."""
    thorough = forgotten = 0.0
    while True:
        now = time.monotonic()
        if await asyncio.to_thread(headless.jobs.anything_due) or now - thorough > THOROUGHLY_EVERY:
            await reap(headless)
            thorough = now
        if now - forgotten > FORGET_EVERY:
            await asyncio.to_thread(forget, headless)
            forgotten = now
        await asyncio.sleep(LOOK_EVERY)


async def reap(headless: "Headless") -> None:
    """End what is due; a runner that did not obey is ended with its server."""
    ended = await asyncio.to_thread(headless.jobs.reap)
    for job in ended:
        headless.changes.tell(job.owner, job.id)
        if job.final:
            log.warning("Run %s of %s was ended: %s", job.id, job.owner, job.message)
    for owner, profile in {(job.owner, job.profile) for job in ended if keeping.stuck(job)}:
        await stop_runner(owner, profile)


async def stop_runner(owner: str, profile: str) -> None:
    """End a runner's server, with all that it runs; the hub does it, and is asked again where it is away."""
    address, token = os.environ.get("JUPYTERHUB_API_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
    if not address or not token:
        return
    path = f"{address}/users/{quote(owner, safe='')}/servers/{runner_of(profile)}"
    async with httpx.AsyncClient(timeout=30, trust_env=False) as hub:
        try:
            answer = await hub.delete(path, headers={"Authorization": f"token {token}"})
            log.warning("The runner of %s for %s did not obey: it is ended (%s)", owner, profile, answer)
        except httpx.HTTPError as error:
            log.warning(
                "The runner of %s for %s could not be ended: %s", owner, profile, type(error).__name__
            )


def forget(headless: "Headless") -> list[Job]:
    """Remove runs and their files after their time; the files first, so that none is left without a row."""
    gone = headless.jobs.expired()
    for job in gone:
        headless.results.drop(job.owner, job.id)
        headless.jobs.forget(job.id)
    return gone
