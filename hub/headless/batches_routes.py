"""runs/batches: one process over everything that a search finds."""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api.auth import CurrentUser
from hub.catalog.catalog import Catalog
from hub.headless import batches as rules
from hub.headless import finding
from hub.headless.asked_for import Bound, Id, Moment
from hub.headless.batches import Batches
from hub.headless.orders import Order
from hub.headless.service import Headless


class NewBatch(Bound):
    """A process, a search, and which input gets what of each item found."""

    search: dict[str, Any] = Field(max_length=20, description="a STAC search: collections, bbox, datetime, …")


class Batch(NewBatch):
    """A batch as it stands; its runs are the jobs whose origin is `batch:<id>`."""

    id: str
    jobs: int
    status: Literal["running", "successful", "failed", "dismissed"]
    counts: dict[str, int]
    created: Moment


class BatchList(BaseModel):
    """All of one's own."""

    batches: list[Batch]


def batches_router(headless: Headless, catalog: Catalog) -> APIRouter:
    """The routes, below `runs/batches`."""
    router = APIRouter(prefix="/runs/batches", tags=["Runs"])
    batches = Batches(headless.jobs, headless.processes)

    @router.get("")
    async def all_of_them(user: CurrentUser) -> BatchList:
        """Your batches, newest first, each with how its runs do."""
        return BatchList(batches=[_sent(one) for one in await asyncio.to_thread(batches.of, user.name)])

    @router.post("", status_code=201)
    async def add(new: NewBatch, user: CurrentUser, response: Response) -> Batch:
        """Run a process for every item that a search finds: all of them are accepted, or none."""
        order, groups = Order(user.name, new.process, new.inputs, new.bind), tuple(sorted(user.groups))
        finding.check(new.search)
        await asyncio.to_thread(batches.check, order, groups)
        items = await finding.items(catalog, new.search, rules.MOST, all_of=True)
        made = await asyncio.to_thread(batches.add, order, groups, new.title, new.search, items)
        headless.changes.tell(user.name, made.row["id"])
        response.headers["Location"] = f"batches/{made.row['id']}"
        return _sent(made)

    @router.get("/{id}")
    async def one(id: Id, user: CurrentUser) -> Batch:
        """One of your batches, and how its runs do."""
        return _sent(await asyncio.to_thread(batches.get, user.name, id))

    @router.delete("/{id}", status_code=204)
    async def remove(id: Id, user: CurrentUser) -> None:
        """Dismiss what has not ended yet, and remove the batch. Its runs stay."""
        for job in await asyncio.to_thread(batches.remove, user.name, id):
            headless.changes.tell(user.name, job.id)

    return router


def _sent(batch: rules.Batch) -> Batch:
    own = {name: batch.row[name] for name in Batch.model_fields if name in batch.row}
    return Batch.model_validate({**own, "status": batch.status, "counts": dict(batch.counts)})
