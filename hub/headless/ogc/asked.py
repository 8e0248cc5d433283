"""What every route of this API knows of a request: who asks, from which address, for which face."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from hub.api.auth import User
from hub.api.sign_in import Visitor, page_word
from hub.errors import BadInput, NotFound
from hub.headless.job import Job
from hub.headless.ogc import problems, questions
from hub.headless.ogc.documents import Links
from hub.headless.ogc.wanted import Face, face
from hub.headless.processes import Process
from hub.headless.service import Headless

LARGEST = 24 << 20  # bytes of a body


@dataclass(frozen=True)
class Asking:
    """One request."""

    request: Request
    user: User
    headless: Headless
    links: Links
    face: Face
    word: str  # of the page's forms, against requests that others forge

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        """The query's parameters in their order."""
        return self.request.query_params.multi_items()

    @property
    def again(self) -> dict[str, str]:
        """The query for links to this page and the next: what was repeated is joined by commas."""
        names = dict.fromkeys(name for name, _ in self.query if name != "f")
        return {name: ",".join(value for key, value in self.query if key == name) for name in names}

    def plain(self, *names: str) -> None:
        """Raises BadInput where the query holds anything but these names and `f`."""
        questions.known(self.query, (*names, "f"))

    async def job(self, job_id: str) -> Job:
        """A job of the user's. Raises the standard's no-such-job."""
        try:
            return await asyncio.to_thread(self.headless.jobs.get, self.user.name, job_id)
        except NotFound:
            raise problems.no_such_job() from None

    async def process(self, process_id: str) -> Process:
        """A process that the user may see. Raises the standard's no-such-process."""
        get, user = self.headless.processes.get, self.user
        try:
            return await asyncio.to_thread(get, user.name, process_id, None, user.groups)
        except NotFound:
            raise problems.no_such_process() from None


def face_of(request: Request) -> Face:
    """JSON or HTML. Raises BadInput."""
    return face(questions.one(request.query_params.multi_items(), "f"), request.headers.get("accept"))


def links_of(request: Request) -> Links:
    """Links that begin with the address that the client used."""
    return Links(f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}")


async def _asking(request: Request, user: Visitor) -> Asking:
    headless: Headless = request.app.state.headless
    return Asking(request, user, headless, links_of(request), face_of(request), page_word(request))


Asked = Annotated[Asking, Depends(_asking)]


async def body_of(request: Request, largest: int = LARGEST) -> bytes:
    """The whole body. Raises a Problem where it is too large."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > largest:
            raise problems.Problem(
                413,
                "about:blank",
                "Too large",
                f"A request may hold {largest >> 20} MiB: send data by address.",
            )
    return b"".join(parts)


async def json_of(request: Request) -> Any:
    """The body as JSON. Raises BadInput, or a Problem where it says that it is something else."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise problems.Problem(
            415, "about:blank", "Not this type", f"Send application/json, not {kind[:80]!r}."
        )
    body = await body_of(request)
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadInput("This is no JSON.", where="body") from None


def _no_number(word: str) -> None:
    raise ValueError(word)
