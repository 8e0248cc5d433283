"""What the runner asks the api: work, and to hear how it goes. What must arrive is said until it has."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from polarhub_lab.runner.facts import Facts

WAIT = 10.0  # seconds that a question for work is held open
PIECE = 1 << 20  # bytes
FIRST, LONGEST = 0.2, 10.0  # seconds between two tries

T = TypeVar("T")
log = logging.getLogger(__name__)


class Lost(Exception):
    """The run is no longer ours: another runner has it, or it has ended."""


class Refused(Exception):
    """The api does not take what it was told, and never will; the message says why."""


@dataclass(frozen=True)
class Job:
    """One run to do, as the api hands it over."""

    id: str
    fence: int
    slug: str
    path: str | None
    notebook: dict[str, Any] | None
    inputs: dict[str, Any]
    outputs: dict[str, dict[str, Any]]
    time_limit: float
    kernel: str | None
    environment: str | None
    created: float


class Api:
    """The api, for one worker."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.client = httpx.AsyncClient(
            base_url=f"{facts.api}/runner/",
            headers={"Authorization": f"token {facts.token}"},
            timeout=httpx.Timeout(30, read=WAIT + 30),
            trust_env=False,
        )

    async def poll(self, free: int, running: dict[str, int]) -> tuple[list[Job], list[str]]:
        """New jobs, and the ids of those to end. Raises httpx.HTTPError where the api is away."""
        held = [{"id": id, "fence": fence} for id, fence in running.items()]
        asked = {"profile": self.facts.profile, "free": free, "running": held, "wait": WAIT}
        answer = await self.client.post("poll", json={**asked, "worker": self.facts.worker})
        answer.raise_for_status()
        said = answer.json()
        return [Job(**job) for job in said["jobs"]], said["stop"]

    async def progress(self, job: Job, done: int, total: int, line: str) -> None:
        """Tell how far a job is; the next time tells more, so a failure is no matter."""
        told = {"cells_done": done, "cells_total": total, "last_line": line, **self._claim(job)}
        answer = await self.client.post(f"jobs/{job.id}/progress", json=told)
        answer.raise_for_status()

    async def keep(self, job: Job, path: str, file: Path) -> dict[str, Any]:
        """Store a file of the run, once. Raises httpx.HTTPError, OSError, Lost and Refused."""
        size, sha256 = await asyncio.to_thread(_digest, file)
        headers = {"X-SHA256": sha256, "Content-Length": str(size)}
        at = f"jobs/{job.id}/files/{quote(path)}"
        answer = await self.client.put(
            at, content=_pieces(file, size), headers=headers, params=self._claim(job)
        )
        _check(answer)
        stored: dict[str, Any] = answer.json()
        return stored

    async def finish(self, job: Job, end: dict[str, Any]) -> None:
        """Tell how a run ended, until the api has it. Raises Lost and Refused."""
        told = {**end, **self._claim(job)}

        async def tell() -> None:
            _check(await self.client.post(f"jobs/{job.id}/finish", json=told))

        await insist(tell)

    async def goodbye(self) -> None:
        """Say that we ask no more; nobody minds if it does not arrive."""
        with contextlib.suppress(httpx.HTTPError):
            await self.client.post("gone", json={"worker": self.facts.worker}, timeout=3)
        await self.client.aclose()

    def _claim(self, job: Job) -> dict[str, Any]:
        return {"worker": self.facts.worker, "fence": job.fence}


async def insist(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until there is an answer that is final. Raises Lost and Refused."""
    pause = FIRST
    while True:
        try:
            return await ask()
        except httpx.HTTPError as error:
            log.info("The api is away (%s); again in %.1f s", type(error).__name__, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST)


def _check(answer: httpx.Response) -> None:
    if answer.status_code in (404, 409):
        raise Lost
    if 400 <= answer.status_code < 500 and answer.status_code not in (401, 403, 408, 429):
        raise Refused(_said(answer))
    answer.raise_for_status()


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("description") or answer.status_code)
    except ValueError:
        return str(answer.status_code)


def _digest(file: Path) -> tuple[int, str]:
    made, size = hashlib.sha256(), 0
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            made.update(piece)
            size += len(piece)
    return size, made.hexdigest()


async def _pieces(file: Path, size: int) -> AsyncIterator[bytes]:
    """The file's bytes, not more than when it was measured."""
    with file.open("rb") as content:
        while size > 0 and (piece := await asyncio.to_thread(content.read, min(PIECE, size))):
            size -= len(piece)
            yield piece
