"""What runs leave: results as they were asked for, files, the log, the notebook for reading."""

import asyncio
import json

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from hub.errors import NotFound
from hub.headless.job import Job
from hub.headless.log_text import log_text
from hub.headless.ogc import problems, questions
from hub.headless.ogc.answers import Answers, Part, boundary, parts
from hub.headless.ogc.asked import Asked, Asking
from hub.headless.ogc.documents import provenance_links
from hub.headless.ogc.execute import Mode
from hub.headless.ogc.reading import READABLE, notebook_page
from hub.headless.ogc.routes_about import READ
from hub.headless.ogc.running import process_of
from hub.headless.ogc.saying import VARY, Compact, said, shown
from hub.headless.results import NOTEBOOK, Opened

# what a run left may be anything, scripts too: browsers show it as a page of nobody's, without scripts
FOREIGN = {
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "font-src data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Authorization, Cookie",
}
SAVED = ("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml")
results = APIRouter()


@results.api_route("/jobs/{job_id}/results", methods=READ)
async def get_results(job_id: str, asking: Asked) -> Response:
    """The results, in the form that the execute request asked for."""
    asking.plain("outputs")
    job = await asking.job(job_id)
    return await results_answer(asking, job, questions.many(asking.query, "outputs"))


async def results_answer(asking: Asking, job: Job, only: tuple[str, ...] = ()) -> Response:
    """A run's results, or the exception that says why there are none."""
    wanted, found = await _outputs(asking, job, only)
    answers = Answers(job, asking.headless.results, asking.links)
    if asking.face == "html" and asking.request.method in ("GET", "HEAD"):
        return shown(asking, "results.html", job=job, parts=found, reference=answers.reference)
    where = {"Content-Location": asking.links.at("jobs", job.id, "results")}
    if job.response == "document":
        document = await asyncio.to_thread(answers.document, wanted, found)
        return Compact(document, headers={**VARY, **where})
    return _raw(answers, wanted, found, where)


async def _outputs(
    asking: Asking, job: Job, only: tuple[str, ...]
) -> tuple[dict[str, Mode], dict[str, Part]]:
    _check_ended(job)
    process = await asyncio.to_thread(process_of, asking.headless, job)
    declared = process.definition.outputs if process else {}
    found = parts(job, [name for name, one in declared.items() if one.binary])
    wanted: dict[str, Mode] = dict(job.wanted) if process else dict.fromkeys(found, "value")
    for name in only:
        if name not in wanted:
            raise problems.no_such_output(name)
    return {name: mode for name, mode in wanted.items() if not only or name in only}, found


def _check_ended(job: Job) -> None:
    if not job.final:
        raise problems.not_ready()
    if job.status == "dismissed":
        raise problems.not_available("The run was dismissed: it has no results.")
    if job.status == "failed":
        raise problems.failed(job.message)


def _raw(
    answers: Answers, wanted: dict[str, Mode], found: dict[str, Part], where: dict[str, str]
) -> Response:
    there = {name: mode for name, mode in wanted.items() if name in found}
    headers = {**FOREIGN, **where}
    if "value" not in there.values():
        answer = Response(status_code=204, headers=VARY)
        for link in answers.link_headers(there, found):
            answer.headers.append("Link", link)
        return answer
    if len(wanted) == 1:
        [name] = there
        return bare(answers, found[name], headers)
    mark = boundary()
    first = found[next(iter(there))].kind
    kind = f'multipart/related; type="{first}"; boundary={mark}'
    return StreamingResponse(answers.multipart(there, found, mark), 200, headers, kind)


def bare(answers: Answers, part: Part, headers: dict[str, str]) -> Response:
    """One output as it is."""
    headers = {**headers, **_saved(part.kind, (part.file or part.name).rpartition("/")[2])}
    if part.file is not None:
        opened = answers.results.open(answers.job.owner, answers.job.id, part.file)
        return _sent(Opened(opened.size, part.kind, opened.chunks), headers)
    return Response(b"".join(answers.chunks(part)), 200, headers, part.kind)


def _sent(opened: Opened, headers: dict[str, str]) -> Response:
    headers = {**headers, "Content-Length": str(opened.size)}
    return StreamingResponse(opened.chunks, 200, headers, opened.media_type)


def _saved(kind: str, name: str) -> dict[str, str]:
    """Pages and drawings are saved, not shown."""
    if kind.partition(";")[0].lower() not in SAVED:
        return {}
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {"Content-Disposition": f'attachment; filename="{plain}"'}


@results.api_route("/jobs/{job_id}/results/{output}", methods=READ)
async def get_output(job_id: str, output: str, asking: Asked) -> Response:
    """One output, bare."""
    asking.plain()
    job = await asking.job(job_id)
    _, found = await _outputs(asking, job, ())
    if output not in found:
        raise problems.no_such_output(output)
    return await asyncio.to_thread(
        bare, Answers(job, asking.headless.results, asking.links), found[output], FOREIGN
    )


@results.api_route("/jobs/{job_id}/files", methods=READ)
async def list_files(job_id: str, asking: Asked) -> Response:
    """All files that the run left."""
    asking.plain()
    job = await asking.job(job_id)
    found = await asyncio.to_thread(asking.headless.results.list, job.owner, job.id)
    here = ("jobs", job.id, "files")
    files = [
        {
            **asking.links.to("item", *here, *one.path.split("/"), kind=one.media_type),
            "name": one.path,
            "size": one.size,
        }
        for one in found
    ]
    links = [*asking.links.both(*here), *provenance_links(job, asking.links)]
    return said(asking, {"files": files, "links": links}, "files.html", job=job)


@results.api_route("/jobs/{job_id}/files/{path:path}", methods=READ)
async def get_file(job_id: str, path: str, asking: Asked) -> Response:
    """One file that the run left."""
    asking.plain("download")
    job = await asking.job(job_id)
    opened = await asyncio.to_thread(_opened, asking, job, path)
    headers = {**FOREIGN, **_saved(opened.media_type, path.rpartition("/")[2])}
    return _sent(opened, headers)


def _opened(asking: Asking, job: Job, path: str) -> Opened:
    try:
        return asking.headless.results.open(job.owner, job.id, path)
    except NotFound as error:
        raise problems.not_available(error.message) from None


@results.api_route("/jobs/{job_id}/log", methods=READ)
async def get_log(job_id: str, asking: Asked) -> Response:
    """What the run has printed so far."""
    asking.plain()
    job = await asking.job(job_id)
    text = await asyncio.to_thread(_log, asking, job)
    return Response(text, 200, FOREIGN, "text/plain; charset=utf-8")


def _log(asking: Asking, job: Job) -> str:
    try:
        notebook = json.loads(_notebook(asking, job))
    except (problems.Problem, ValueError):
        return job.message
    return log_text(notebook) if isinstance(notebook, dict) else ""


def _notebook(asking: Asking, job: Job) -> bytes:
    opened = _opened(asking, job, NOTEBOOK)
    if opened.size > READABLE:
        raise problems.not_available(
            "The notebook is too large to be shown here: download it from the files."
        )
    return b"".join(opened.chunks)


@results.get("/jobs/{job_id}/notebook")
async def read_notebook(job_id: str, asking: Asked) -> Response:
    """The notebook as it ran, for reading: without scripts, as a page of nobody's."""
    asking.plain()
    job = await asking.job(job_id)
    html = await asyncio.to_thread(lambda: notebook_page(_notebook(asking, job)))
    return HTMLResponse(html, 200, FOREIGN)
