"""POST runs/processors: a notebook of JupyterLab becomes a process, as by Part 2's deploy and replace."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.api.auth import CurrentUser
from hub.headless.service import Headless


class Publish(BaseModel):
    """A notebook under a name. `replace`: true only replaces, false only makes, left out does either."""

    model_config = ConfigDict(extra="forbid")

    slug: str
    notebook: dict[str, Any]
    definition: dict[str, Any] | None = Field(None, description="as a processor.json; left out: inferred")
    replace: bool | None = None


def publish_router(headless: Headless) -> APIRouter:
    """The route, below `runs/`."""
    router = APIRouter(prefix="/runs", tags=["Runs"])

    @router.post("/processors", status_code=201)
    async def publish(asked: Publish, user: CurrentUser, response: Response) -> dict[str, Any]:
        """Publish a notebook as a process of yours; the same content again is the same version."""
        process = await asyncio.to_thread(
            headless.processes.publish,
            user.name,
            asked.slug,
            asked.notebook,
            asked.definition,
            exists=asked.replace,
        )
        response.headers["Location"] = f"/services/api/ogc/processes/{process.id}"
        return process.summary()

    return router
