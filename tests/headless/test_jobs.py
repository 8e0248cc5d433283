"""Jobs: accepted for good, claimed by turns, held by a fence, ended once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from hub.errors import BadInput, Conflict, NotFound
from hub.headless.job import Filter, Finish, Job, NewJob, Progress
from hub.headless.jobs import Jobs
from hub.headless.limits import JobLimits
from hub.headless.tables import connect, metadata
from hub.settings import Settings

DONE = Finish(status="successful")


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.sqlite"
    address: str = request.getfixturevalue("postgres")
    url = Settings.load({"POLARHUB_DATABASE": address}).database_url("headless")
    engine = create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()
    return url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def jobs(engine: Engine, clock: Clock) -> Jobs:
    return Jobs(engine, JobLimits(running=4, running_per_user=2), clock)


def new(owner: str = "ada", **values: Any) -> NewJob:
    return NewJob(**{"owner": owner, "profile": "small", "inputs": {"x": 1}, "path": "a.ipynb", **values})


def claim(jobs: Jobs, owner: str = "ada", worker: str = "", free: int = 9) -> list[Job]:
    return jobs.claim(owner, "small", worker or f"w-{owner}", free, 30)


def test_what_was_accepted_is_there_for_another_process(jobs: Jobs, url: str) -> None:
    job = jobs.accept(new(inputs={"bbox": [170, 70, -170, 80]}, priority=3))
    again = Jobs(connect(url), JobLimits())
    assert again.get("ada", job.id) == job
    again.engine.dispose()
    assert (job.status, job.inputs["bbox"][0], job.attempts, job.final) == ("accepted", 170, 0, False)


def test_anothers_job_is_not_there(jobs: Jobs) -> None:
    job = jobs.accept(new())
    for ask in (jobs.get, jobs.dismiss):
        with pytest.raises(NotFound):
            ask("bob", job.id)
    assert jobs.listed("bob", Filter()).jobs == []


def test_a_job_is_claimed_once_and_ends_once(jobs: Jobs) -> None:
    job = jobs.accept(new())
    [held] = claim(jobs)
    assert (held.id, held.status, held.fence, held.attempts) == (job.id, "running", 1, 1)
    assert claim(jobs, worker="other") == []
    ended = jobs.finish("ada", job.id, "w-ada", held.fence, replace(DONE, outputs={"y": {"value": 2}}))
    assert (ended.status, ended.progress, ended.outputs) == ("successful", 100, {"y": {"value": 2}})
    with pytest.raises(Conflict):
        jobs.finish("ada", job.id, "w-ada", held.fence, Finish(status="failed"))
    assert jobs.get("ada", job.id).status == "successful"


def test_no_user_runs_more_than_the_cap_and_all_no_more_than_theirs(jobs: Jobs) -> None:
    for owner in ("ada", "bob", "eve"):
        for _ in range(5):
            jobs.accept(new(owner))
    assert [len(claim(jobs, owner)) for owner in ("ada", "bob", "eve")] == [2, 2, 0]


def test_the_free_place_goes_to_who_has_fewest_not_to_who_asks_first(jobs: Jobs) -> None:
    for _ in range(50):
        jobs.accept(new("ada"))
    mine = claim(jobs, "ada")
    for owner in ("bob", "eve"):
        jobs.accept(new(owner))
        jobs.accept(new(owner))
    assert len(claim(jobs, "bob")) + len(claim(jobs, "eve")) == 2
    jobs.finish("ada", mine[0].id, "w-ada", mine[0].fence, DONE)
    # bob or eve has none or one running and waits for more: the place is not ada's again
    assert claim(jobs, "ada") == []


def test_a_runner_that_no_longer_asks_is_not_waited_for(jobs: Jobs, clock: Clock) -> None:
    small = Jobs(jobs.engine, JobLimits(running=1, running_per_user=1), clock)
    small.accept(new("ada"))
    small.accept(new("bob"))
    [held] = claim(small, "ada")
    assert claim(small, "bob") == []
    small.finish("ada", held.id, "w-ada", held.fence, DONE)
    small.accept(new("ada"))
    assert claim(small, "ada") == []  # bob waits with a runner
    clock.now += 20
    assert len(claim(small, "ada")) == 1  # bob's runner has gone


def test_higher_priority_first_then_older(jobs: Jobs) -> None:
    made = {p: jobs.accept(new(priority=p)).id for p in (0, 5, -1)}
    assert [j.id for j in claim(jobs)] == [made[5], made[0]]


def test_a_lease_that_ran_out_ends_the_run_or_has_it_tried_again(jobs: Jobs, clock: Clock) -> None:
    once, twice = jobs.accept(new()), jobs.accept(new(attempts_allowed=2))
    held = {j.id: j for j in claim(jobs)}
    clock.now += 20
    assert jobs.renew("ada", "w-ada", [(once.id, 1), (twice.id, 1)], 30) == []
    clock.now += 20
    assert jobs.reap() == []
    clock.now += 20
    assert len(jobs.reap()) == 2
    assert jobs.get("ada", once.id).status == "failed"
    assert "vanished" in jobs.get("ada", once.id).message
    assert jobs.get("ada", twice.id).status == "accepted"
    [second] = claim(jobs, worker="second")
    assert second.attempts == 2
    assert not jobs.progress("ada", twice.id, "w-ada", held[twice.id].fence, Progress(1, 2))
    assert jobs.renew("ada", "w-ada", [(twice.id, 1)], 30) == [twice.id]
    with pytest.raises(Conflict):
        jobs.finish("ada", twice.id, "w-ada", held[twice.id].fence, DONE)
    assert jobs.finish("ada", twice.id, "second", second.fence, DONE).status == "successful"


@pytest.mark.parametrize(("kind", "status"), [("system", "accepted"), ("notebook", "failed")])
def test_only_what_the_system_broke_is_tried_again(jobs: Jobs, kind: Any, status: str) -> None:
    job = jobs.accept(new(attempts_allowed=2))
    [held] = claim(jobs)
    end = Finish(status="failed", kind=kind, message="It broke.")
    assert jobs.finish("ada", job.id, "w-ada", held.fence, end).status == status


def test_a_waiting_job_is_dismissed_at_once_a_running_one_when_its_runner_says(jobs: Jobs) -> None:
    waiting, running = jobs.accept(new(priority=-1)), jobs.accept(new())
    [held] = claim(jobs, free=1)
    assert jobs.dismiss("ada", waiting.id).status == "dismissed"
    assert jobs.dismiss("ada", running.id).dismissing
    assert jobs.renew("ada", "w-ada", [(running.id, held.fence)], 30) == [running.id]
    assert jobs.finish("ada", running.id, "w-ada", held.fence, DONE).status == "dismissed"
    assert jobs.dismiss("ada", running.id).status == "dismissed"


def test_a_runner_that_does_not_dismiss_is_overtaken(jobs: Jobs, clock: Clock) -> None:
    job = jobs.accept(new(attempts_allowed=3))
    [held] = claim(jobs)
    jobs.dismiss("ada", job.id)
    assert jobs.reap() == []
    clock.now += 2.1
    assert [j.status for j in jobs.reap()] == ["dismissed"]
    with pytest.raises(Conflict):
        jobs.finish("ada", job.id, "w-ada", held.fence, DONE)


def test_a_time_limit_ends_a_run_whatever_its_runner_says(jobs: Jobs, clock: Clock) -> None:
    job = jobs.accept(new(time_limit=60))
    claim(jobs)
    for _ in range(4):
        clock.now += 20
        jobs.renew("ada", "w-ada", [(job.id, 1)], 30)
    assert [j.status for j in jobs.reap()] == ["failed"]
    assert "60 seconds" in jobs.get("ada", job.id).message


def test_pages_hold_still_while_jobs_are_added(jobs: Jobs, clock: Clock) -> None:
    made = []
    for _ in range(25):
        made.append(jobs.accept(new()).id)
        clock.now += 0.5
    seen, after = [], None
    while True:
        page = jobs.listed("ada", Filter(limit=10, after=after))
        seen += [j.id for j in page.jobs]
        jobs.accept(new())
        clock.now += 0.5
        if (after := page.next) is None:
            break
    assert seen == made[::-1]


def test_filters(jobs: Jobs, clock: Clock) -> None:
    fast, slow, waits = (j.id for j in jobs.accept_all([new(), new(), new()]))
    held = {j.id: j.fence for j in claim(jobs)}
    clock.now += 5
    jobs.finish("ada", fast, "w-ada", held[fast], DONE)
    clock.now += 100

    def ids(**wanted: Any) -> set[str]:
        return {j.id for j in jobs.listed("ada", Filter(**wanted)).jobs}

    assert ids(statuses=("successful", "accepted")) == {fast, waits}
    assert ids(min_duration=50) == {slow}
    assert ids(max_duration=50) == {fast}
    assert ids(created_from=clock.now) == set()
    assert ids(created_until=clock.now) == {fast, slow, waits}
    assert ids(processes=("echo",)) == set()
    with pytest.raises(BadInput) as refused:
        ids(after="nonsense")
    assert refused.value.where == "after"


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"inputs": {"x": "a" * 30_000_000}}, "inputs"),
        ({"time_limit": 0}, "timeLimit"),
        ({"attempts_allowed": 99}, "attempts"),
        ({"priority": 1000}, "priority"),
        ({"path": None}, "process"),
    ],
)
def test_what_is_over_a_limit_is_refused_by_name(jobs: Jobs, values: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        jobs.accept(new(**values))
    assert refused.value.where == where


def test_of_many_that_are_accepted_together_all_are_or_none(jobs: Jobs) -> None:
    with pytest.raises(BadInput):
        jobs.accept_all([new(), new(time_limit=0)])
    assert jobs.owners_waiting() == []
    jobs.accept_all([new() for _ in range(3)])
    assert jobs.owners_waiting() == [("ada", "small", 3)]


def test_a_runner_known_to_have_ended_frees_its_jobs_at_once(jobs: Jobs) -> None:
    jobs.accept(new())
    claim(jobs)
    assert [j.status for j in jobs.gone("bob", "w-ada")] == []
    assert [j.status for j in jobs.gone("ada", "w-ada")] == ["failed"]


def test_threads_claim_no_job_twice(jobs: Jobs) -> None:
    many = Jobs(jobs.engine, JobLimits(running=100, running_per_user=100))
    for _ in range(60):
        many.accept(new())
    take: Callable[[int], list[Job]] = lambda n: many.claim("ada", "small", f"w{n}", 5, 30)  # noqa: E731
    with ThreadPoolExecutor(6) as pool:
        taken = [job.id for found in pool.map(take, range(12)) for job in found]
    assert len(taken) == len(set(taken)) == 60
