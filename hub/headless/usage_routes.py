"""GET runs/usage: what somebody has used of this month."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api.auth import CurrentUser
from hub.headless.quota import Month
from hub.headless.service import Headless

Seconds = Annotated[float, Field(description="CPU seconds")]


class UsageOfMonth(BaseModel):
    """A month of one user, in CPU seconds. `cpu_hours` is missing where the plan has no bound."""

    month: str = Field(description="yyyy-mm, UTC")
    plan: str
    cpu_hours: float | None = Field(None, description="CPU-hours of the plan")
    used_seconds: Seconds
    reserved_seconds: Seconds
    interactive_seconds: Seconds
    run_seconds: Seconds
    spent: bool = Field(description="nothing more can be started this month")
    sentence: str = Field(description="the same for people")

    @classmethod
    def of(cls, month: Month) -> "UsageOfMonth":
        """As it is sent."""
        return cls(
            month=month.month,
            plan=month.plan,
            cpu_hours=None if month.allowed == float("inf") else month.allowed / 3600,
            used_seconds=round(month.used, 3),
            reserved_seconds=round(month.reserved, 3),
            interactive_seconds=round(month.interactive, 3),
            run_seconds=round(month.runs, 3),
            spent=month.spent,
            sentence=month.sentence,
        )


def usage_router(headless: Headless) -> APIRouter:
    """The route, below `runs/`."""
    router = APIRouter(prefix="/runs", tags=["Runs"])

    @router.get("/usage", response_model_exclude_none=True)
    async def usage(user: CurrentUser, response: Response) -> UsageOfMonth:
        """What you have used of this month, by JupyterLab and by runs."""
        response.headers["Cache-Control"] = "no-store"
        return UsageOfMonth.of(await asyncio.to_thread(headless.jobs.month, user.name, tuple(user.groups)))

    return router
