"""runs/triggers and runs/deliveries: runs that something new starts."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from hub.api.auth import CurrentUser
from hub.catalog.catalog import Catalog
from hub.errors import BadInput
from hub.headless import deliveries as arriving
from hub.headless import finding
from hub.headless.asked_for import Bound, Id, Moment
from hub.headless.deliveries import Deliveries
from hub.headless.orders import Order
from hub.headless.results import Stored
from hub.headless.service import Headless
from hub.headless.signing import hub_key
from hub.headless.triggers import LOOKED_AT, Triggers
from hub.ready import address


class NewTrigger(Bound):
    """A process, and a search whose new items start it; without a search, scenes that are delivered do."""

    search: dict[str, Any] | None = Field(None, max_length=20, description="a STAC search")


class TriggerChange(BaseModel):
    """Pause it, or have its address made anew."""

    model_config = ConfigDict(extra="forbid", strict=True)

    paused: bool | None = None
    new_address: bool = Field(False, description="the old address opens nothing any more")


class Trigger(NewTrigger):
    """A trigger as it stands. Whoever has `deliver_to` can deliver: give it to the sender alone."""

    id: str
    paused: bool
    fired: int
    looked: Moment | None
    told: str
    created: Moment
    deliver_to: str | None = None


class TriggerList(BaseModel):
    """All of one's own."""

    triggers: list[Trigger]


class Scene(BaseModel):
    """A delivery: its STAC item, and the run that it started."""

    id: str
    trigger: str
    job: str | None
    created: Moment
    item: dict[str, Any]


class SceneList(BaseModel):
    """All of one's own, and nobody else's."""

    deliveries: list[Scene]


class Receipt(BaseModel):
    """What the sender is told. `again`: the same scene had come before, and started nothing."""

    delivery: str
    again: bool


def triggers_router(headless: Headless, catalog: Catalog) -> APIRouter:
    """The routes, below `runs/triggers` and `runs/deliveries`."""
    router = APIRouter(prefix="/runs", tags=["Runs"])
    triggers = Triggers(headless.jobs, headless.processes)
    deliveries = Deliveries(triggers, headless.results, hub_key(headless.settings.data))
    inside = f"{address(headless.settings)}/services/api"

    def sent(row: RowMapping, request: Request) -> Trigger:
        own = {name: row[name] for name in Trigger.model_fields if name in row}
        if row["search"] is None:
            base = str(request.url).partition("/runs/")[0]
            signed = f"signature={deliveries.signature(row)}"
            own["deliver_to"] = f"{base}/runs/deliveries/{row['id']}?{signed}"
        return Trigger.model_validate(own)

    @router.get("/triggers")
    async def all_of_them(user: CurrentUser, request: Request, response: Response) -> TriggerList:
        """Your triggers, newest first."""
        response.headers["Cache-Control"] = "no-store"
        rows = await asyncio.to_thread(triggers.of, user.name)
        return TriggerList(triggers=[sent(row, request) for row in rows])

    @router.post("/triggers", status_code=201)
    async def add(new: NewTrigger, user: CurrentUser, request: Request, response: Response) -> Trigger:
        """Run a process for each item that is new from now on, or for each scene that is delivered."""
        order, groups = Order(user.name, new.process, new.inputs, new.bind), tuple(sorted(user.groups))
        await asyncio.to_thread(triggers.check, order, groups)
        items: list[dict[str, Any]] = []
        if new.search is not None:
            finding.check(new.search)
            items = await finding.items(catalog, new.search, LOOKED_AT, all_of=False)
        row = await asyncio.to_thread(triggers.add, order, groups, new.title, new.search, items)
        response.headers.update({"Cache-Control": "no-store", "Location": f"triggers/{row['id']}"})
        return sent(row, request)

    @router.get("/triggers/{id}")
    async def one(id: Id, user: CurrentUser, request: Request, response: Response) -> Trigger:
        """One of your triggers."""
        response.headers["Cache-Control"] = "no-store"
        return sent(await asyncio.to_thread(triggers.get, user.name, id), request)

    @router.patch("/triggers/{id}")
    async def change(
        id: Id, change: TriggerChange, user: CurrentUser, request: Request, response: Response
    ) -> Trigger:
        """Pause it, let it go on, or have its address made anew."""
        response.headers["Cache-Control"] = "no-store"
        row = await asyncio.to_thread(
            lambda: triggers.change(user.name, id, paused=change.paused, new_address=change.new_address)
        )
        return sent(row, request)

    @router.delete("/triggers/{id}", status_code=204)
    async def remove(id: Id, user: CurrentUser) -> None:
        """Remove it. Its runs and its scenes stay."""
        await asyncio.to_thread(triggers.remove, user.name, id)

    @router.post("/deliveries/{id}", status_code=201)
    async def deliver(
        id: Id,
        signature: Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")],
        request: Request,
        response: Response,
    ) -> Receipt:
        """Deliver a scene: its bytes as the body, what it is as `Content-Type`. No token is needed."""
        trigger = await asyncio.to_thread(deliveries.opened_by, id, signature)
        name, kind = arriving.name_of(request.headers.get("content-type", ""))
        own = arriving.new_id()
        stored = await _receive(headless, trigger["owner"], own, name, request)
        found = await asyncio.to_thread(deliveries.take, trigger, own, stored, kind, inside)
        if found.job is not None:
            headless.changes.tell(found.job.owner, found.job.id)
        response.status_code = 200 if found.again else 201
        return Receipt(delivery=found.row["id"], again=found.again)

    @router.get("/deliveries")
    async def scenes(user: CurrentUser) -> SceneList:
        """The scenes that were delivered to you, newest first."""
        return SceneList(deliveries=[_scene(r) for r in await asyncio.to_thread(deliveries.of, user.name)])

    @router.get("/deliveries/{id}")
    async def scene(id: Id, user: CurrentUser) -> Scene:
        """One of the scenes that were delivered to you."""
        return _scene(await asyncio.to_thread(deliveries.get, user.name, id))

    @router.get("/deliveries/{id}/scene", response_class=Response)
    async def bytes_of(id: Id, user: CurrentUser) -> StreamingResponse:
        """The bytes of a scene that was delivered to you."""
        row = await asyncio.to_thread(deliveries.get, user.name, id)
        name, kind = arriving.name_of(row["item"]["assets"]["scene"]["type"])
        opened = await asyncio.to_thread(headless.results.open, user.name, id, name)
        headers = {"Content-Length": str(opened.size), "Content-Disposition": f"attachment; filename={name}"}
        headers |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return StreamingResponse(opened.chunks, media_type=kind, headers=headers)

    @router.delete("/deliveries/{id}", status_code=204)
    async def forget(id: Id, user: CurrentUser) -> None:
        """Remove a scene and its bytes. The run that it started stays."""
        await asyncio.to_thread(deliveries.remove, user.name, id)

    return router


def _scene(row: RowMapping) -> Scene:
    return Scene.model_validate({name: row[name] for name in Scene.model_fields})


async def _receive(headless: Headless, owner: str, id: str, name: str, request: Request) -> Stored:
    """The body into the store, piece by piece; it is not there unless it came whole and fits."""
    largest = headless.settings.delivery_mb * 1_000_000
    announced = request.headers.get("content-length", "0")
    size = int(announced) if announced.isdecimal() else 0
    writing = headless.results.writing(owner, id, name)
    writer = await asyncio.to_thread(writing.__enter__)
    try:
        async for chunk in request.stream():
            size = max(size, writer.stored.size + len(chunk))
            if size > largest:
                raise BadInput(f"A scene may have {headless.settings.delivery_mb} MB.", where="body")
            await asyncio.to_thread(writer.write, chunk)
        if writer.stored.size == 0:
            raise BadInput("Send the bytes of the scene as the body.", where="body")
    except BaseException as error:
        await asyncio.to_thread(writing.__exit__, type(error), error, error.__traceback__)
        raise
    await asyncio.to_thread(writing.__exit__, None, None, None)
    return writer.stored
