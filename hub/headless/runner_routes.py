"""What runners ask for and tell. Who asks is whose token it is; each word needs the fence of its claim."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.api.auth import CurrentUser
from hub.errors import BadInput, Conflict
from hub.headless import handing
from hub.headless.job import Finish, Job, Kind, Progress
from hub.headless.results import Writer
from hub.headless.service import Headless

LEASE = 30.0  # seconds a claim holds without a word from its runner
LARGEST = 32 << 20  # bytes of what a runner tells at a run's end: values that notebooks glue
LOOK_EVERY = 1.0  # seconds: another process of the api may have taken a job in

log = logging.getLogger(__name__)
Worker = Annotated[str, Field(pattern=r"^[0-9a-zA-Z-]{8,64}$")]
JobId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    worker: Worker


class Gone(_Asked):
    """A runner that asks no more."""


class Held(BaseModel):
    """A job that the runner has, and the fence it got with it."""

    model_config = ConfigDict(extra="forbid")

    id: JobId
    fence: int


class Poll(_Asked):
    """A runner that has room for `free` jobs more, and waits up to `wait` seconds for one."""

    profile: str = Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")
    free: int = Field(ge=0, le=64)
    running: list[Held] = Field(default=[], max_length=256)
    wait: float = Field(10, ge=0, le=20)


class Told(_Asked):
    """How far a job is."""

    fence: int
    cells_done: int = Field(ge=0, le=1_000_000)
    cells_total: int = Field(ge=0, le=1_000_000)
    last_line: str = Field("", max_length=2000)


class End(_Asked):
    """How a run ended. `outputs`: name -> {mediaType, value} or {mediaType, file, size, sha256}."""

    fence: int
    status: Literal["successful", "failed", "dismissed"]
    message: str = Field("", max_length=4000)
    kind: Kind | None = None
    outputs: dict[str, dict[str, Any]] | None = Field(None, max_length=1000)
    cpu_seconds: float | None = Field(None, ge=0)
    record: dict[str, Any] | None = None


def runner_router(headless: Headless) -> APIRouter:
    """The routes of runners, below `runner/`."""
    router = APIRouter(prefix="/runner", include_in_schema=False)

    @router.post("/poll")
    async def poll(asked: Poll, user: CurrentUser, request: Request) -> Response:
        """Renew what the runner holds; answer as soon as there is a job for it, or one to end."""
        deadline, jobs, stop = time.monotonic() + asked.wait, list[dict[str, Any]](), list[str]()
        async with headless.changes.watch(user.name) as news:
            while not await request.is_disconnected():
                jobs, stop = await asyncio.to_thread(_look, headless, user.name, asked)
                left = deadline - time.monotonic()
                if jobs or stop or left <= 0:
                    break
                await news.next(min(left, LOOK_EVERY))
        ids = [job["id"] for job in jobs]
        if ids and await request.is_disconnected():
            await asyncio.to_thread(handing.put_back, headless.engine, ids, time.time())
        for id in ids:
            headless.changes.tell(user.name, id)
        # plain ASCII: inputs may hold half a surrogate pair, which UTF-8 cannot
        return Response(json.dumps({"jobs": jobs, "stop": stop}), media_type="application/json")

    @router.post("/gone")
    async def gone(asked: Gone, user: CurrentUser) -> dict[str, int]:
        """A runner ends: what it still had is ended, or tried again, at once."""
        jobs = await asyncio.to_thread(headless.jobs.gone, user.name, asked.worker)
        await asyncio.to_thread(handing.forget, headless.engine, user.name, asked.worker)
        for job in jobs:
            headless.changes.tell(user.name, job.id)
        return {"jobs": len(jobs)}

    @router.post("/jobs/{id}/progress")
    async def progress(id: JobId, told: Told, user: CurrentUser) -> dict[str, bool]:
        """Note how far a job is. `held` is false when it is no longer this runner's."""
        how_far = Progress(told.cells_done, told.cells_total, told.last_line)
        held = await asyncio.to_thread(
            headless.jobs.progress, user.name, id, told.worker, told.fence, how_far
        )
        headless.changes.tell(user.name, id)
        return {"held": held}

    @router.put("/jobs/{id}/files/{path:path}", status_code=201)
    async def keep(
        id: JobId,
        path: str,
        worker: Annotated[Worker, Query()],
        fence: int,
        user: CurrentUser,
        request: Request,
        sha256: Annotated[str | None, Header(alias="X-SHA256")] = None,
    ) -> dict[str, Any]:
        """Keep a file of a run. It replaces an older one when it is there whole, and is what was meant."""
        if not await asyncio.to_thread(headless.jobs.holds, user.name, id, worker, fence):
            raise Conflict("This run has ended already, or another runner has it now.")
        writing = headless.results.writing(user.name, id, path)
        writer = await asyncio.to_thread(writing.__enter__)
        try:
            await _receive(request, writer, sha256)
        except BaseException as error:
            await asyncio.to_thread(writing.__exit__, type(error), error, error.__traceback__)
            raise
        await asyncio.to_thread(writing.__exit__, None, None, None)
        return {"path": writer.stored.path, "size": writer.stored.size, "sha256": writer.stored.sha256}

    @router.post("/jobs/{id}/finish")
    async def finish(id: JobId, end: End, user: CurrentUser, request: Request) -> dict[str, str]:
        """End a run. The same end told twice is one end."""
        if int(request.headers.get("content-length") or 0) > LARGEST:
            raise BadInput(f"The values of a run may hold {LARGEST >> 20} MiB in all.", where="outputs")
        job = await asyncio.to_thread(_finish, headless, user.name, id, end)
        headless.changes.tell(user.name, id)
        return {"status": job.status}

    return router


def _look(headless: Headless, owner: str, asked: Poll) -> tuple[list[dict[str, Any]], list[str]]:
    running = [(held.id, held.fence) for held in asked.running]
    stop = headless.jobs.renew(owner, asked.worker, running, LEASE)
    known = {held.id for held in asked.running}
    jobs = handing.lost_on_the_way(headless.engine, owner, asked.worker, known)
    free = max(asked.free - len(jobs), 0)
    jobs += headless.jobs.claim(owner, asked.profile, asked.worker, free, LEASE)
    return [order for job in jobs if (order := _order(headless, job, asked.worker))], stop


def _order(headless: Headless, job: Job, worker: str) -> dict[str, Any] | None:
    """What the runner gets of a job. One that cannot be handed over is ended: it would block the others."""
    try:
        return handing.order(job, headless.processes)
    except Exception as error:
        log.warning("Run %s cannot be handed over: %r", job.id, error)
        end = Finish(status="failed", kind="system", message="The notebook of this run cannot be read.")
        headless.jobs.finish(job.owner, job.id, worker, job.fence, end)
        return None


def _finish(headless: Headless, owner: str, id: str, end: End) -> Job:
    said: Mapping[str, Any] = end.model_dump(exclude={"worker", "fence"})
    try:
        return headless.jobs.finish(owner, id, end.worker, end.fence, Finish(**said))
    except Conflict:
        job = headless.jobs.get(owner, id)
        if job.final and (job.worker, job.fence) == (end.worker, end.fence):
            return job  # the answer to the first time was lost
        raise


async def _receive(request: Request, writer: Writer, sha256: str | None) -> None:
    async for chunk in request.stream():
        await asyncio.to_thread(writer.write, chunk)
    if sha256 and writer.stored.sha256 != sha256.lower():
        raise BadInput("The file changed on its way: send it again.", where="X-SHA256")
