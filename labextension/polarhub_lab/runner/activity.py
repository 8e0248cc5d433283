"""Tells the hub that a runner is busy, so that it is not taken for idle."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from polarhub_lab.runner.facts import Facts

EVERY = 60.0  # seconds


async def report_activity(facts: Facts, busy: Callable[[], bool]) -> None:
    """Say so at the start, then again and again while it is."""
    if facts.activity is None:
        return
    async with httpx.AsyncClient(timeout=20, trust_env=False) as hub:
        first = True
        while True:
            if first or busy():
                with contextlib.suppress(httpx.HTTPError):
                    await _report(hub, facts, facts.activity)
            first = False
            await asyncio.sleep(EVERY)


async def _report(hub: httpx.AsyncClient, facts: Facts, where: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    await hub.post(
        where,
        headers={"Authorization": f"token {facts.token}"},
        json={"servers": {facts.server: {"last_activity": now}}},
    )
