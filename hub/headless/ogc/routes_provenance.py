"""Where results come from, for whoever downloads them: RO-Crate metadata, and the whole run as a zip."""

import asyncio
import json

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from hub.headless.job import Job
from hub.headless.ogc import problems
from hub.headless.ogc.asked import Asked, Asking
from hub.headless.ogc.routes_about import READ
from hub.headless.ogc.running import process_of
from hub.headless.ogc.saying import VARY
from hub.headless.provenance import METADATA, Run, crate_zip, metadata

JSON_LD, ZIP = "application/ld+json", "application/zip"
PRIVATE = {**VARY, "Cache-Control": "private, no-cache"}
provenance = APIRouter()


@provenance.api_route(f"/jobs/{{job_id}}/files/{METADATA}", methods=READ)
async def get_metadata(job_id: str, asking: Asked) -> Response:
    """The run's provenance: what ran, on what, with which inputs, and what came of it."""
    asking.plain("download")
    job = await asking.job(job_id)
    document = await asyncio.to_thread(lambda: metadata(_run(asking, job)))
    return Response(json.dumps(document, indent=1), 200, PRIVATE, JSON_LD)


@provenance.api_route("/jobs/{job_id}/crate.zip", methods=READ)
async def get_crate(job_id: str, asking: Asked) -> Response:
    """All files of the run with their provenance, as one zip."""
    asking.plain("download")
    job = await asking.job(job_id)
    run = await asyncio.to_thread(_run, asking, job)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="run-{job.id[:8]}.zip"'}
    chunks = iter(()) if asking.request.method == "HEAD" else crate_zip(run, asking.headless.results)
    return StreamingResponse(chunks, 200, headers, ZIP)


def _run(asking: Asking, job: Job) -> Run:
    if not job.final:
        raise problems.not_ready()
    return Run.of(job, process_of(asking.headless, job), asking.headless.results)
