"""Processes: the list, a description, and running one."""

import asyncio
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from hub.api.sign_in import FORMS
from hub.errors import BadInput, NotAllowed
from hub.headless.job import Job
from hub.headless.ogc import documents, form, questions, running
from hub.headless.ogc.asked import Asked, Asking, json_of
from hub.headless.ogc.execute import read
from hub.headless.ogc.prefer import Prefer
from hub.headless.ogc.routes_about import READ
from hub.headless.ogc.routes_results import results_answer
from hub.headless.ogc.saying import VARY, Compact, said, shown
from hub.headless.processes import Process

processes = APIRouter()


@processes.api_route("/processes", methods=READ)
async def list_processes(asking: Asked) -> Response:
    """What the user may run, by id."""
    questions.known(asking.query, questions.PROCESSES)
    limit, after = questions.limit(asking.query), questions.one(asking.query, "after") or ""
    user = asking.user
    found = await asyncio.to_thread(asking.headless.processes.visible, user.name, user.groups)
    later = [one for one in found if one.id > after]
    following = later[limit - 1].id if len(later) > limit else None
    document = documents.process_list(later[:limit], user.name, asking.links, asking.again, following)
    return said(asking, document, "processes.html", definitions={one.id: one.definition for one in later})


@processes.api_route("/processes/{process_id}", methods=READ)
async def describe_process(process_id: str, asking: Asked) -> Response:
    """Its inputs and outputs; for people, the form to run it."""
    asking.plain("from")
    process = await asking.process(process_id)
    if asking.face == "json":
        return Compact(documents.process_description(process, asking.user.name, asking.links), headers=VARY)
    return await _form(asking, process, await _former(asking, process), {})


async def _former(asking: Asking, process: Process) -> dict[str, Any]:
    """The inputs of a former run, to begin with: `?from=` names it."""
    job_id = questions.one(asking.query, "from")
    job = await asking.job(job_id) if job_id else None
    return job.inputs if job and job.process == process.id else {}


async def _form(
    asking: Asking, process: Process, given: dict[str, Any], wrong: dict[str, str], status: int = 200
) -> Response:
    month = await asyncio.to_thread(asking.headless.jobs.month, asking.user.name, sorted(asking.user.groups))
    document = documents.process_description(process, asking.user.name, asking.links)
    fields = form.fields(process.definition, given, wrong)
    cost = form.cost(process.definition, asking.headless.jobs.limits, month)
    values = {"document": document, "definition": process.definition, "month": month, "cost": cost}
    return shown(asking, "process.html", status, **values, fields=fields, wrong=wrong)


@processes.post("/processes/{process_id}/execution")
async def execute(process_id: str, asking: Asked) -> Response:
    """Run it: accepted durably before this answers."""
    process = await asking.process(process_id)
    kind = asking.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in FORMS:
        return await _execute_form(asking, process)
    asked = read(await json_of(asking.request), process.definition)
    user, prefer = asking.user, Prefer.read(asking.request.headers.getlist("prefer"))
    job = await running.accept(asking.headless, user.name, user.groups, process, asked, asking.links.base)
    seconds = prefer.seconds(asking.headless.settings.jobs_wait)
    if seconds > 0:
        job = await running.ended(asking.headless, job, seconds)
    answer = await _answer(asking, job, prefer)
    if applied := prefer.applied():
        answer.headers["Preference-Applied"] = applied
    return answer


async def _answer(asking: Asking, job: Job, prefer: Prefer) -> Response:
    if prefer.seconds(1) > 0 and job.final:
        return await results_answer(asking, job)
    where = asking.links.at("jobs", job.id)
    return Compact(documents.status_info(job, asking.links), 201, headers={**VARY, "Location": where})


async def _execute_form(asking: Asking, process: Process) -> Response:
    sent = await asking.request.form(max_files=50, max_fields=500, max_part_size=8 << 20)
    given, wrong = await form.read(process.definition, sent.multi_items())
    if not wrong:
        asked = read({"inputs": given, "response": "document"}, process.definition)
        try:
            job = await running.accept(
                asking.headless, asking.user.name, asking.user.groups, process, asked, asking.links.base
            )
        except (BadInput, NotAllowed) as error:
            wrong = form.placed(error, process.definition)
        else:
            return RedirectResponse(asking.links.at("jobs", job.id, f="html"), 303)
    return await _form(asking, process, given, wrong, 400)
