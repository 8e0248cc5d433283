"""/health tells what is ready, in a form that a start script and a person can read."""

import asyncio

import httpx
from fastapi import FastAPI

from hub.api import health


async def _fine() -> str | None:
    return None


async def _building() -> str | None:
    return "being built, 40 %"


async def _broken() -> str | None:
    raise RuntimeError("the password is hunter2")


async def _silent() -> str | None:
    await asyncio.sleep(60)
    return None


async def _ask(**checks: health.Check) -> httpx.Response:
    app = FastAPI()
    app.include_router(health.health_router(checks))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get("/health")


async def test_200_when_all_is_ready() -> None:
    answer = await _ask(catalog=_fine)
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"catalog": "ready"}}


async def test_503_with_what_is_not_ready_and_no_secret_of_what_broke() -> None:
    answer = await _ask(catalog=_building, hub=_broken, disk=_fine)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "catalog": "being built, 40 %",
        "hub": "failed (RuntimeError)",
        "disk": "ready",
    }
    assert "hunter2" not in answer.text


async def test_a_note_is_told_and_keeps_nobody_from_working() -> None:
    app = FastAPI()
    app.include_router(health.health_router({"catalog": _fine}, {"processors": _building, "disk": _fine}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["notes"] == {"processors": "being built, 40 %"}


async def test_a_check_that_never_answers_is_given_up() -> None:
    answer = await _ask(catalog=_silent)
    assert "no answer" in answer.json()["checks"]["catalog"]
