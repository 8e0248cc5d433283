"""/health: is everything there that a user needs?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response

Check = Callable[[], Awaitable[str | None]]
"""Says in a sentence what is not ready, or nothing."""

LIMIT = 2.0  # seconds a check may take


async def _ask(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), LIMIT)
    except TimeoutError:
        return f"gave no answer within {LIMIT:.0f} s"
    except Exception as error:  # a check that breaks is a part that is not ready, whatever broke it
        return f"failed ({type(error).__name__})"


def health_router(checks: Mapping[str, Check], notes: Mapping[str, Check] | None = None) -> APIRouter:
    """200 when every check has nothing to say, else 503 with what is not ready.

    What `notes` say is told beside it, for operators: it keeps nobody from working.
    """
    router = APIRouter(tags=["health"])

    @router.get(
        "/health", summary="Is everything ready?", responses={503: {"description": "what is not ready"}}
    )
    async def health(response: Response) -> dict[str, object]:
        said = dict(zip(checks, await asyncio.gather(*map(_ask, checks.values())), strict=True))
        missing = {name: word for name, word in said.items() if word}
        response.status_code = 503 if missing else 200
        response.headers["Cache-Control"] = "no-store"
        told = {name: word for name, ask in (notes or {}).items() if (word := await _ask(ask))}
        found = {"ready": not missing, "checks": {name: said[name] or "ready" for name in said}}
        return found | ({"notes": told} if told else {})

    return router
