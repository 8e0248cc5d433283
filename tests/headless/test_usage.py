"""CPU-hours of a month: counted once, reserved while a run runs, refused when spent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from hub.errors import BadFile, BadSetting, NotAllowed
from hub.headless.job import Finish, NewJob
from hub.headless.jobs import Jobs
from hub.headless.limits import JobLimits
from hub.headless.plans import Plan, Plans, read_plans
from hub.headless.tables import connect, metadata
from hub.headless.usage import Usage
from hub.settings import Settings

PLANS = Plans({"trial": Plan(title="Trial", hours=1), "large": Plan(title="Large", hours=10)}, "trial")


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 23, 0, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/jobs.sqlite"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        url = Settings.load({"POLARHUB_DATABASE": address}).database_url("headless")
        old = create_engine(url)
        metadata.drop_all(old)
        old.dispose()
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def usage(engine: Engine, clock: Clock) -> Usage:
    return Usage(engine, PLANS, clock)


@pytest.fixture
def jobs(engine: Engine, clock: Clock) -> Jobs:
    return Jobs(engine, JobLimits(plans=PLANS, cpu={"small": 2.0}, running_per_user=9), clock)


def new(time_limit: int = 600) -> NewJob:
    return NewJob(owner="ada", profile="small", inputs={}, path="a.ipynb", time_limit=time_limit)


def test_a_counter_counts_once_however_often_it_is_read(usage: Usage) -> None:
    for total in (10.0, 10.0, 25.0, 25.0):
        usage.note("box-1", "ada", "interactive", total)
    usage.note("box-2", "ada", "run", 5.0)
    usage.note("box-3", "bob", "run", 99.0)
    month = usage.month("ada")
    assert (month.interactive, month.runs, month.used) == (25.0, 5.0, 30.0)


def test_a_counter_that_fell_takes_nothing_back(usage: Usage) -> None:
    usage.note("box-1", "ada", "run", 10.0)
    usage.note("box-1", "ada", "run", 0.0)
    usage.note("box-1", "ada", "run", 12.0)
    assert usage.month("ada").runs == 12.0


def test_a_box_that_lives_on_into_the_next_month_counts_there_what_is_new(usage: Usage, clock: Clock) -> None:
    usage.note("box-1", "ada", "interactive", 100.0)
    clock.now += 2 * 3600
    assert usage.month("ada").used == 0
    usage.note("box-1", "ada", "interactive", 130.0)
    assert (usage.month("ada").month, usage.month("ada").used) == ("2026-12", 30.0)


def test_a_group_gives_the_plan_and_it_is_remembered(usage: Usage) -> None:
    assert usage.month("ada").plan == "trial"
    assert usage.month("ada", ["staff", "plan-large", "plan-trial"]).allowed == 36000
    assert usage.month("ada").plan == "large"
    assert usage.month("ada", ["plan-of-nobody"]).plan == "trial"


def test_what_runs_has_its_share_reserved_and_gives_back_what_it_did_not_use(jobs: Jobs) -> None:
    job = jobs.accept(new(time_limit=600))
    [held] = jobs.claim("ada", "small", "w", 1, 30)
    assert held.reserved_seconds == 1200
    assert jobs.month("ada").left == 2400
    jobs.finish("ada", job.id, "w", held.fence, Finish(status="successful", cpu_seconds=1))
    assert jobs.month("ada").left == 3600


def test_nothing_is_begun_that_could_not_be_reserved(jobs: Jobs) -> None:
    jobs.accept_all([new(time_limit=1500) for _ in range(3)])
    held = jobs.claim("ada", "small", "w", 3, 30)
    assert [job.reserved_seconds for job in held] == [3000, 600]  # the second gets what is left
    assert jobs.month("ada").left == 0
    assert jobs.claim("ada", "small", "w", 1, 30) == []


def test_a_month_that_is_spent_refuses_runs_and_ends_those_that_wait(jobs: Jobs, usage: Usage) -> None:
    waiting = jobs.accept(new())
    usage.note("box-1", "ada", "interactive", 3600.0)
    with pytest.raises(NotAllowed) as refused:
        jobs.accept(new())
    assert "1 CPU-hours of your plan for 2026-11 are used up" in refused.value.message
    assert [job.id for job in jobs.reap()] == [waiting.id]
    assert "used up" in jobs.get("ada", waiting.id).message
    assert jobs.month("ada", ["plan-large"]).left > 0
    assert jobs.accept(new()).status == "accepted"


def test_the_shipped_plans() -> None:
    plans = read_plans("standard")
    hours = {name: plan.hours for name, plan in plans.plans.items()}
    assert hours == {"trial": 50, "standard": 500, "large": 1000, "unlimited": None}
    with pytest.raises(BadSetting) as refused:
        read_plans("gold")
    assert refused.value.where == "POLARHUB_PLAN"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("standard:\n  title: Standard\n  hours: -1", "standard.hours"),
        ("standard:\n  title: Standard\n  days: 1", "standard.days"),
        ("- standard", "plans.yaml"),
        ("standard: [", "plans.yaml"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused_with_file_and_field(
    text: str, where: str, tmp_path: Path
) -> None:
    path = tmp_path / "plans.yaml"
    path.write_text(text)
    with pytest.raises(BadFile) as refused:
        read_plans("standard", path)
    assert refused.value.where is not None
    assert where in refused.value.where
