"""POST jobs: a notebook of one's home, its inputs and a token, as users of Polar TEP know it."""

import asyncio
import keyword
import re
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.api.auth import CurrentUser
from hub.errors import BadInput
from hub.headless.job import NewJob
from hub.headless.service import Headless

LONGEST = 1000  # characters of a path


class Plain(BaseModel):
    """What to run. `notebook`: its path in the home; the executed one lands in `job-output/` there."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    notebook: str = Field(description="path of a notebook in your home, such as ice/drift.ipynb")
    inputs: dict[str, Any] = Field(default={}, description="values of the cell tagged `parameters`, by name")
    profile: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")] = "small"
    time_limit: Annotated[int, Field(ge=1, alias="timeLimit", description="seconds of the whole run")] = 3600


def plain_router(headless: Headless) -> APIRouter:
    """The route."""
    router = APIRouter(tags=["Runs"])

    @router.post("/jobs", status_code=201)
    async def run(asked: Plain, user: CurrentUser, request: Request, response: Response) -> dict[str, str]:
        """Run a notebook of yours in the background. `Location` is where to see how it goes."""
        new = NewJob(
            owner=user.name,
            groups=tuple(user.groups),
            path=notebook_path(asked.notebook),
            inputs=variables(asked.inputs),
            profile=asked.profile,
            time_limit=asked.time_limit,
        )
        job = await asyncio.to_thread(headless.jobs.accept, new)
        headless.changes.tell(user.name, job.id)
        base = str(request.base_url).rstrip("/")
        response.headers["Location"] = f"{base}/services/api/ogc/jobs/{job.id}"
        return {"jobID": job.id, "status": job.status, "href": response.headers["Location"]}

    return router


def notebook_path(path: str) -> str:
    """The path, as the runner looks it up in the home. Raises BadInput where it cannot be one there."""
    parts = PurePosixPath(path).parts
    if not path or len(path) > LONGEST or re.search(r"[\x00-\x1f\x7f\\]", path):
        raise BadInput(
            "Write the path of a notebook in your home, such as ice/drift.ipynb.", where="notebook"
        )
    if path.startswith(("/", "~")) or ".." in parts:
        raise BadInput(
            "Write it as seen from your home: without a / in front, and without ..", where="notebook"
        )
    if not path.endswith(".ipynb"):
        raise BadInput("This is no notebook: its name has to end in .ipynb.", where="notebook")
    return str(PurePosixPath(*parts))


def variables(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs, each under a name that a variable can have. Raises BadInput."""
    for name in inputs:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", name) or keyword.iskeyword(name):
            raise BadInput(
                "Name it as a variable: letters, digits and _, a letter first.", where=f"inputs.{name[:80]}"
            )
    return inputs
