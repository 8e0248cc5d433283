"""runs/schedules: processes that run at set times."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from hub.api.auth import CurrentUser
from hub.headless.asked_for import Asked, Id, Moment
from hub.headless.schedules import Schedules
from hub.headless.service import Headless


class NewSchedule(Asked):
    """A process, and when it is to run."""

    cron: str = Field(max_length=100, description="minute, hour, day of month, month, day of week")
    zone: str = Field("UTC", max_length=64, description="time zone, such as Europe/Oslo")


class Pause(BaseModel):
    """Whether it rests."""

    model_config = ConfigDict(extra="forbid", strict=True)

    paused: bool


class Schedule(NewSchedule):
    """A schedule as it stands. `told` is what went otherwise than planned at the last time."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    paused: bool
    next: Moment | None
    last: Moment | None
    last_job: str | None
    told: str
    created: Moment


class ScheduleList(BaseModel):
    """All of one's own."""

    schedules: list[Schedule]


def schedules_router(headless: Headless) -> APIRouter:
    """The routes, below `runs/schedules`."""
    router = APIRouter(prefix="/runs/schedules", tags=["Runs"])
    schedules = Schedules(headless.jobs, headless.processes)

    @router.get("")
    async def all_of_them(user: CurrentUser) -> ScheduleList:
        """Your schedules, newest first."""
        return ScheduleList(schedules=[_sent(r) for r in await asyncio.to_thread(schedules.of, user.name)])

    @router.post("", status_code=201)
    async def add(new: NewSchedule, user: CurrentUser, response: Response) -> Schedule:
        """Run a process at set times from now on."""
        groups = tuple(sorted(user.groups))
        times = {"cron": new.cron, "zone": new.zone, "title": new.title}
        row = await asyncio.to_thread(
            lambda: schedules.add(user.name, groups, new.process, new.inputs, **times)
        )
        response.headers["Location"] = f"schedules/{row['id']}"
        return _sent(row)

    @router.get("/{id}")
    async def one(id: Id, user: CurrentUser) -> Schedule:
        """One of your schedules."""
        return _sent(await asyncio.to_thread(schedules.get, user.name, id))

    @router.patch("/{id}")
    async def pause(id: Id, change: Pause, user: CurrentUser) -> Schedule:
        """Pause it, or let it go on from its next time."""
        return _sent(await asyncio.to_thread(schedules.pause, user.name, id, change.paused))

    @router.delete("/{id}", status_code=204)
    async def remove(id: Id, user: CurrentUser) -> None:
        """Remove it. Its runs stay."""
        await asyncio.to_thread(schedules.remove, user.name, id)

    return router


def _sent(row: RowMapping) -> Schedule:
    return Schedule.model_validate({name: row[name] for name in Schedule.model_fields})
