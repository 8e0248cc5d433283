"""Part 2 of the standard: publish a notebook as a process of one's own, replace it, take it away."""

import asyncio
import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from hub.errors import BadInput, Conflict, NotFound
from hub.headless.fetching import fetch
from hub.headless.ogc import documents, names, problems
from hub.headless.ogc.asked import Asked, Asking, json_of
from hub.headless.ogc.package import Package, read
from hub.headless.ogc.saying import VARY, Compact
from hub.headless.processes import Process

transactions = APIRouter()


@transactions.post("/processes")
async def deploy(asking: Asked) -> Response:
    """Publish a notebook; it must not be there yet."""
    asking.plain()
    package = read(await json_of(asking.request), asking.user.name)
    if package.slug is None:
        raise BadInput("is missing", where="processDescription.id")
    process = await published(asking, package, package.slug, exists=False)
    document = documents.process_summary(process, asking.user.name, asking.links)
    where = asking.links.at("processes", process.id)
    return Compact(document, 201, headers={**VARY, "Location": where})


@transactions.put("/processes/{process_id}")
async def replace(process_id: str, asking: Asked) -> Response:
    """Publish a new version; runs that are there keep theirs."""
    asking.plain()
    slug = await _own(asking, process_id)
    package = read(await json_of(asking.request), asking.user.name)
    if package.slug not in (None, slug):
        raise BadInput("must be that of the address", where="processDescription.id")
    process = await published(asking, package, slug, exists=True)
    return Compact(documents.process_summary(process, asking.user.name, asking.links), headers=VARY)


@transactions.delete("/processes/{process_id}")
async def undeploy(process_id: str, asking: Asked) -> Response:
    """Take a process off the list; runs of it stay."""
    asking.plain()
    slug = await _own(asking, process_id)
    await asyncio.to_thread(asking.headless.processes.remove, asking.user.name, slug)
    return Response(status_code=204)


async def _own(asking: Asking, name: str) -> str:
    """The slug of one's own process. Raises no-such-process, and 403 for one that others offer."""
    process = await asking.process(name)
    if process.owner != asking.user.name:
        raise problems.Problem(
            403, names.IMMUTABLE, "Not yours", "This process is not yours: only its owner can change it."
        )
    return process.slug


async def published(asking: Asking, package: Package, slug: str, *, exists: bool | None) -> Process:
    """The new version. Raises BadInput with the place, Problem where it is there already."""
    notebook = package.notebook or await _fetched(asking, str(package.href))
    publish, owner = asking.headless.processes.publish, asking.user.name
    try:
        return await asyncio.to_thread(publish, owner, slug, notebook, package.definition, exists=exists)
    except NotFound:
        raise problems.no_such_process() from None
    except Conflict as error:
        raise problems.Problem(409, names.DUPLICATED, "Already there", error.message) from None


async def _fetched(asking: Asking, href: str) -> dict[str, Any]:
    body, _ = await fetch(asking.headless.client, href, "executionUnit.href")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadInput("The address holds no notebook.", where="executionUnit.href")
    return found
