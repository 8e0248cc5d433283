"""A user's jobs: the list, how far one is, ending it, and what is told while it runs."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from hub.api.sign_in import FORMS
from hub.errors import Conflict
from hub.headless.job import Job
from hub.headless.ogc import documents, questions, running
from hub.headless.ogc.asked import Asked, Asking
from hub.headless.ogc.routes_about import READ
from hub.headless.ogc.saying import VARY, Compact, said
from hub.headless.service import Headless

DISMISSED_WITHIN = 4.0  # seconds that the answer to a dismissal waits for the run's end
BEAT = 15.0  # seconds between signs of life
jobs = APIRouter()


@jobs.api_route("/jobs", methods=READ)
async def list_jobs(asking: Asked) -> Response:
    """The user's jobs, newest first."""
    wanted = questions.jobs(asking.query)
    page = await asyncio.to_thread(asking.headless.jobs.listed, asking.user.name, wanted)
    document = documents.job_list(page, asking.links, asking.again)
    return said(asking, document, "jobs.html", jobs=page.jobs, wanted=wanted)


@jobs.api_route("/jobs/{job_id}", methods=READ)
async def status(job_id: str, asking: Asked) -> Response:
    """How far a job is."""
    asking.plain()
    job = await asking.job(job_id)
    files = []
    if asking.face == "html":
        files = await asyncio.to_thread(asking.headless.results.list, job.owner, job.id)
    return said(asking, documents.status_info(job, asking.links), "job.html", job=job, files=files)


@jobs.delete("/jobs/{job_id}")
async def dismiss(job_id: str, asking: Asked) -> Response:
    """End a job; its record stays."""
    asking.plain()
    job = await _dismissed(asking, await asking.job(job_id))
    return Compact(documents.status_info(job, asking.links), headers=VARY)


@jobs.post("/jobs/{job_id}/dismiss")
async def dismiss_form(job_id: str, asking: Asked) -> Response:
    """As `dismiss`, for the button of the page: forms cannot say DELETE."""
    job = await asking.job(job_id)
    if asking.request.headers.get("content-type", "").partition(";")[0].strip().lower() not in FORMS:
        raise Conflict("This address is for the page's button: send DELETE to the job instead.")
    if not job.final:
        await _dismissed(asking, job)
    return RedirectResponse(asking.links.at("jobs", job.id, f="html"), 303)


async def _dismissed(asking: Asking, job: Job) -> Job:
    if not job.final:
        job = await running.dismiss(asking.headless, job.owner, job.id, DISMISSED_WITHIN)
    if job.final and job.status != "dismissed":
        raise Conflict(f"The run has ended already: it is {job.status}, and its record is kept.")
    return job


@jobs.get("/jobs/{job_id}/request")
async def request(job_id: str, asking: Asked) -> Response:
    """The execute request of a job, to run it again with other inputs."""
    asking.plain()
    job = await asking.job(job_id)
    outputs = {name: {"transmissionMode": mode} for name, mode in job.wanted.items()}
    callbacks = {k: v for k, v in (job.callbacks or {}).items() if k != "base"}
    document = {"inputs": _as_sent(job.inputs), "outputs": outputs, "response": job.response}
    return Compact({**document, "subscriber": callbacks} if callbacks else document, headers=VARY)


def _as_sent(inputs: dict[str, object]) -> dict[str, object]:
    """Objects go into `value`, as the standard wants them; a null, which it has not, is left out."""
    wrapped = {k: {"value": v} if isinstance(v, dict) and "bbox" not in v else v for k, v in inputs.items()}
    return {name: value for name, value in wrapped.items() if value is not None}


@jobs.get("/jobs/{job_id}/events")
async def events(job_id: str, asking: Asked) -> Response:
    """The job's statusInfo each time it changes, as server-sent events, until it ends."""
    asking.plain()
    job = await asking.job(job_id)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(asking.headless, job, asking.links), 200, headers, "text/event-stream")


async def _told(headless: Headless, job: Job, links: documents.Links) -> AsyncIterator[str]:
    last, told = None, time.monotonic()
    async with headless.changes.watch(job.owner) as watch:
        while True:
            job = await asyncio.to_thread(headless.jobs.get, job.owner, job.id)
            if (now := (job.updated, job.status, job.dismissing)) != last:
                last, told = now, time.monotonic()
                yield f"event: status\ndata: {json.dumps(documents.status_info(job, links))}\n\n"
            elif time.monotonic() - told > BEAT:
                told = time.monotonic()
                yield ": still here\n\n"
            if job.final:
                return
            await watch.next(running.POLL)
