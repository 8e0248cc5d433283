"""Starts the runner of whoever has jobs that wait, by the hub's own API; says why where it cannot."""

import asyncio
import logging
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from sqlalchemy import select

from hub.errors import BadInput
from hub.headless.tables import reading, workers
from hub.spawning.names import runner_of

if TYPE_CHECKING:
    from hub.headless.service import Headless

LOOK_EVERY = 1.0  # seconds
SEEN = 5.0  # seconds without a word after which a runner does not count as there
HUNG = 90.0  # seconds that a server may run without a word until it is ended and started anew
FIRST, LONGEST = 1.0, 60.0  # seconds between two tries
AT_ONCE = 4  # starts

log = logging.getLogger(__name__)
Key = tuple[str, str]  # owner, profile


@dataclass
class Try:
    """What came of starting one runner so far."""

    after: float = 0.0  # not before
    pause: float = FIRST
    silent_since: float | None = None  # the hub says it runs, and it says nothing

    def later(self, now: float) -> None:
        """Wait longer each time."""
        self.after, self.pause = now + self.pause, min(self.pause * 2, LONGEST)


@dataclass
class Runners:
    """Which runners are being started."""

    headless: "Headless"
    hub: httpx.AsyncClient
    tries: dict[Key, Try] = field(default_factory=dict)

    async def look(self) -> None:
        """Start what is missing, several at once."""
        needed = await asyncio.to_thread(self._needed)
        self.tries = {key: self.tries.get(key, Try()) for key in needed}
        now = time.monotonic()
        due = [key for key in needed if self.tries[key].after <= now][:AT_ONCE]
        await asyncio.gather(*(self._start(*key) for key in due))

    def _needed(self) -> list[Key]:
        waiting = self.headless.jobs.owners_waiting()
        query = select(workers.c.owner, workers.c.profile).where(workers.c.seen > time.time() - SEEN)
        with reading(self.headless.engine) as connection:
            there = {(row.owner, row.profile) for row in connection.execute(query)}
        return [(owner, profile) for owner, profile, _ in waiting if (owner, profile) not in there]

    async def _start(self, owner: str, profile: str) -> None:
        attempt = self.tries[owner, profile]
        attempt.later(time.monotonic())
        try:
            server = f"users/{quote(owner, safe='')}/servers/{runner_of(profile)}"
            answer = await self.hub.post(server, json={"profile": profile})
        except BadInput as error:
            await self._refuse(owner, profile, error.message)
        except httpx.HTTPError as error:
            log.warning("The hub does not answer (%s)", type(error).__name__)
        else:
            await self._answered(owner, profile, server, answer)

    async def _answered(self, owner: str, profile: str, server: str, answer: httpx.Response) -> None:
        said = _message(answer)
        if answer.status_code in (201, 202):
            self.tries[owner, profile].silent_since = None
        elif answer.status_code == 404:
            await self._refuse(owner, profile, "The account of this run's owner no longer exists.")
        elif answer.status_code == 400 and said.endswith("is already running"):
            await self._wake(self.tries[owner, profile], server)
        elif answer.status_code in (400, 403) and " is pending " not in said:
            await self._refuse(owner, profile, f"The runner could not be started: {said}")
        else:
            log.warning("The runner of %s for %s did not start: %s", owner, profile, said)

    async def _wake(self, attempt: Try, server: str) -> None:
        """A server that runs and asks for nothing is given some time, then ended."""
        now = time.monotonic()
        attempt.silent_since = attempt.silent_since or now
        if now - attempt.silent_since > HUNG:
            log.warning("%s hangs: it is ended", server)
            await self.hub.delete(server)
            attempt.silent_since = None

    async def _refuse(self, owner: str, profile: str, why: str) -> None:
        ended = await asyncio.to_thread(self.headless.jobs.refuse, owner, profile, why)
        for job in ended:
            self.headless.changes.tell(owner, job.id)


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"the hub answered {answer.status_code}"


async def start_runners(headless: "Headless") -> None:
    """A loop of the service: start runners as they are needed. Without a hub there is nothing to start."""
    address, token = os.environ.get("JUPYTERHUB_API_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
    if not address or not token:
        await asyncio.Event().wait()
        return
    async with httpx.AsyncClient(
        base_url=f"{address}/", headers={"Authorization": f"token {token}"}, timeout=30, trust_env=False
    ) as hub:
        runners = Runners(headless, hub)
        async with headless.changes.watch_all() as news:
            while True:
                await runners.look()
                await news.next(LOOK_EVERY)
