"""What nobody ends is ended, and what was kept for long enough goes with its files."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.headless.job import Finish, Job, NewJob
from hub.headless.keeping import stuck
from hub.headless.keeping_loop import forget, keep
from hub.headless.service import Headless
from hub.settings import Settings


@pytest.fixture
def headless(tmp_path: Path) -> Iterator[Headless]:
    found = Headless(Settings.load({"POLARHUB_DATA": str(tmp_path), "POLARHUB_RESULTS_DAYS": "30"}))
    yield found
    found.engine.dispose()


def running(headless: Headless, lease: float = 30) -> Job:
    headless.jobs.accept(NewJob(owner="ada", profile="small", inputs={}, path="a.ipynb"))
    [job] = headless.jobs.claim("ada", "small", "worker-1", 1, lease)
    return job


async def test_a_run_whose_runner_does_not_obey_is_gone_within_three_seconds(headless: Headless) -> None:
    job = running(headless)
    loop = asyncio.create_task(keep(headless))
    async with headless.changes.watch("ada") as news:
        began = time.monotonic()
        headless.jobs.dismiss("ada", job.id)
        assert await news.next(10) == job.id
    loop.cancel()
    ended = headless.jobs.get("ada", job.id)
    assert (ended.status, stuck(ended)) == ("dismissed", True)
    assert 2 <= time.monotonic() - began < 3


async def test_a_run_whose_runner_vanished_is_said_to_have_failed(headless: Headless) -> None:
    job = running(headless, lease=0.2)
    loop = asyncio.create_task(keep(headless))
    async with headless.changes.watch("ada") as news:
        assert await news.next(10) == job.id
    loop.cancel()
    ended = headless.jobs.get("ada", job.id)
    assert (ended.status, stuck(ended)) == ("failed", False)


def test_a_run_goes_with_its_files_after_its_time_and_not_before(headless: Headless) -> None:
    job, other = running(headless), running(headless)
    for one in (job, other):
        headless.results.put("ada", one.id, "notebook.ipynb", [b"{}"])
    headless.jobs.finish("ada", job.id, "worker-1", job.fence, Finish(status="successful"))
    assert forget(headless) == []
    now = time.time()
    headless.jobs.clock = lambda: now + 31 * 86400
    assert [one.id for one in forget(headless)] == [job.id]
    assert list(headless.results.list("ada", job.id)) == []
    headless.jobs.clock = time.time
    assert [one.path for one in headless.results.list("ada", other.id)] == ["notebook.ipynb"]
    assert headless.jobs.get("ada", other.id).status == "running"
