"""From an execute request to a job: inputs fetched and checked, accepted, waited for."""

import asyncio
import time
from typing import Any

from hub.errors import BadInput, NotFound
from hub.headless import inputs as checking
from hub.headless.fetching import as_value, fetch
from hub.headless.job import Job, NewJob
from hub.headless.ogc.execute import Asked, Reference, plain, references
from hub.headless.processes import Process
from hub.headless.schema import Schema
from hub.headless.service import Headless

POLL = 1.0  # seconds; another api process's changes are seen in the table only
REFERENCES = 20  # of one request


async def accept(
    headless: Headless, owner: str, groups: frozenset[str], process: Process, asked: Asked, base: str
) -> Job:
    """Take a run in. Raises BadInput with the place in the request, NotAllowed when the month is spent."""
    fetched = await _with_what_was_fetched(headless, process, asked.inputs)
    known = process.definition.inputs
    given = {
        name: plain(known[name], value, f"inputs.{name}") if name in known else value
        for name, value in fetched.items()
    }
    inputs = await asyncio.to_thread(checking.read, process.definition, given)
    definition = process.definition
    new = NewJob(
        owner=owner,
        groups=tuple(sorted(groups)),
        profile=definition.profile,
        process=process.id,
        version=process.version,
        inputs=inputs,
        wanted=asked.wanted,
        response=asked.response,
        callbacks={**asked.callbacks, "base": base} if asked.callbacks else None,
        environment=definition.environment,
        time_limit=definition.time_limit,
        attempts_allowed=definition.attempts,
    )
    job = await asyncio.to_thread(headless.jobs.accept, new)
    headless.changes.tell(owner, job.id)
    return job


async def _with_what_was_fetched(
    headless: Headless, process: Process, given: dict[str, Any]
) -> dict[str, Any]:
    found = list(references(given))
    if len(found) > REFERENCES:
        raise BadInput(f"No more than {REFERENCES} inputs may be addresses.", where="inputs")
    known = [one for one in found if one.name in process.definition.inputs]
    fetched = await asyncio.gather(*(_value(headless, process, one) for one in known))
    values = {name: [*value] if isinstance(value, list) else value for name, value in given.items()}
    for reference, value in zip(known, fetched, strict=True):
        if reference.index is None:
            values[reference.name] = value
        else:
            values[reference.name][reference.index] = value
    return values


async def _value(headless: Headless, process: Process, reference: Reference) -> Any:
    schema: Schema = process.definition.inputs[reference.name]
    if reference.index is not None and schema.items is not None:
        schema = schema.items
    body, kind = await fetch(headless.client, reference.href, reference.where)
    return as_value(schema, body, reference.kind or kind, reference.where)


async def ended(headless: Headless, job: Job, seconds: float) -> Job:
    """The job as it is once it has ended, or after so many seconds."""
    deadline = time.monotonic() + seconds
    async with headless.changes.watch(job.owner) as watch:
        while True:
            job = await asyncio.to_thread(headless.jobs.get, job.owner, job.id)
            left = deadline - time.monotonic()
            if job.final or left <= 0:
                return job
            await watch.next(min(left, POLL))


async def dismiss(headless: Headless, owner: str, job_id: str, seconds: float) -> Job:
    """End a job, and wait until it has ended. Raises NotFound."""
    job = await asyncio.to_thread(headless.jobs.dismiss, owner, job_id)
    headless.changes.tell(owner, job_id)
    return job if job.final else await ended(headless, job, seconds)


def process_of(headless: Headless, job: Job) -> Process | None:
    """The version of the process that a job ran; nothing for a file of the home."""
    try:
        return headless.processes.version(job.version) if job.version is not None else None
    except NotFound:
        return None
