"""runs/preview: what something would be, before it is run, published or scheduled."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from hub.api.auth import CurrentUser
from hub.headless.cron import check, next_after
from hub.headless.notebook import read_notebook
from hub.headless.ogc.form import cost
from hub.headless.processes import complete
from hub.headless.processor import Processor
from hub.headless.service import Headless

SHOWN = 3  # times of a schedule


class Draft(BaseModel):
    """A notebook, and what is said about it beside what it tells itself."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field("notebook", max_length=63)
    notebook: dict[str, Any]
    definition: dict[str, Any] | None = None


class Preview(BaseModel):
    """A process as it would be offered. `cost`: what a run may take of the month, in a sentence."""

    description: dict[str, Any]
    profile: str
    time_limit: int = Field(description="seconds")
    visibility: str
    shared: dict[str, list[str]]
    cost: str


class Times(BaseModel):
    """The next times of a schedule."""

    times: list[datetime]


def preview_router(headless: Headless) -> APIRouter:
    """The routes, below `runs/preview`. Nothing is kept."""
    router = APIRouter(prefix="/runs/preview", tags=["Runs"])

    async def preview(user: CurrentUser, said: Processor, process: str, version: str) -> Preview:
        month = await asyncio.to_thread(headless.jobs.month, user.name, tuple(sorted(user.groups)))
        return Preview(
            description=said.describe(process, version),
            profile=said.profile,
            time_limit=said.time_limit,
            visibility=said.visibility,
            shared=said.shared.model_dump(),
            cost=cost(said, headless.jobs.limits, month),
        )

    @router.post("/notebook")
    async def notebook(draft: Draft, user: CurrentUser) -> Preview:
        """A notebook as a process: what its definition says, else what its cell tagged `parameters` tells."""
        said = await asyncio.to_thread(
            lambda: complete(draft.definition, read_notebook(draft.notebook), draft.slug)
        )
        return await preview(user, said, draft.slug, "0")

    @router.get("/processes/{process_id}")
    async def process(process_id: str, user: CurrentUser) -> Preview:
        """A process that you may run, and what a run of it may cost."""
        found = await asyncio.to_thread(
            lambda: headless.processes.get(user.name, process_id, groups=user.groups)
        )
        return await preview(user, found.definition, found.id, str(found.version))

    @router.get("/times")
    async def times(
        _: CurrentUser,
        cron: Annotated[str, Query(max_length=100)],
        zone: Annotated[str, Query(max_length=64)] = "UTC",
    ) -> Times:
        """When a schedule would run next."""
        check(cron, zone)
        found: list[datetime] = []
        moment: float | None = time.time()
        while len(found) < SHOWN and moment is not None:
            moment = next_after(cron, zone, moment)
            if moment is not None:
                found.append(datetime.fromtimestamp(moment, UTC))
        return Times(times=found)

    return router
