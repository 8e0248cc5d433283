"""What ends jobs that their runners do not end: runners that vanish, time limits, months that are spent."""

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select

from hub.headless import claims, quota
from hub.headless.job import Job
from hub.headless.limits import JobLimits
from hub.headless.tables import jobs

DISMISSING = 2.0  # seconds that a runner has to end a dismissed job
GRACE = 15.0  # seconds beyond its time limit in which a runner says itself that the time is over
OVER = "The time limit"
VANISHED = "The runner vanished: its server was ended, or the machine went down."


def owners_waiting(connection: Connection) -> list[tuple[str, str, int]]:
    """Owner, profile and number of the jobs that wait, who has waited longest first."""
    return [
        (owner, profile, count)
        for owner, profile, count in connection.execute(
            select(jobs.c.owner, jobs.c.profile, func.count())
            .where(jobs.c.status == "accepted")
            .group_by(jobs.c.owner, jobs.c.profile)
            .order_by(func.min(jobs.c.created))
        )
    ]


def _due(now: float) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Which running jobs were not dismissed in time, have lost their runner, are over their time."""
    return (
        jobs.c.dismissing & (jobs.c.dismissing_since < now - DISMISSING),
        jobs.c.lease < now,
        jobs.c.started + jobs.c.time_limit + GRACE < now,
    )


def anything_due(connection: Connection, now: float) -> bool:
    """Whether `reap` would find a running job; it only reads."""
    found = select(jobs.c.id).where(jobs.c.status == "running", or_(*_due(now))).limit(1)
    return connection.execute(found).first() is not None


def reap(connection: Connection, limits: JobLimits, now: float) -> list[Job]:
    """End or put back what nobody runs any more. Returns the jobs that changed."""
    dismissed, vanished, over = _due(now)
    return [
        *_dismissed(connection, dismissed, limits, now),
        *_vanished(connection, vanished, limits, now),
        *_over(connection, over, limits, now),
        *_unpaid(connection, limits, now),
    ]


def stuck(job: Job) -> bool:
    """Whether a job that was reaped has a runner that lives and did not obey."""
    return job.status == "dismissed" or job.message.startswith(OVER)


def expired(connection: Connection, now: float) -> list[Job]:
    """Jobs that were kept for long enough."""
    rows = connection.execute(select(jobs).where(jobs.c.expires < now).limit(100))
    return [Job.of(row._mapping) for row in rows]


def forget(connection: Connection, job: str) -> None:
    """Remove the row of a job that has ended."""
    connection.execute(delete(jobs).where(jobs.c.id == job, jobs.c.finished.is_not(None)))


def gone(connection: Connection, owner: str, worker: str, limits: JobLimits, now: float) -> list[Job]:
    """As `reap`, for the jobs of one runner that is known to have ended."""
    mine = (jobs.c.owner == owner) & (jobs.c.worker == worker)
    return [
        *_dismissed(connection, mine & jobs.c.dismissing, limits, now),
        *_vanished(connection, mine, limits, now),
    ]


def refuse(
    connection: Connection, owner: str, profile: str, why: str, limits: JobLimits, now: float
) -> list[Job]:
    """End the jobs that wait for a runner which cannot be had."""
    waiting = (jobs.c.status == "accepted", jobs.c.owner == owner, jobs.c.profile == profile)
    ids = connection.execute(select(jobs.c.id).where(*waiting).with_for_update()).scalars().all()
    return [claims.ended(connection, job, "failed", why, limits, now) for job in ids]


def _running(connection: Connection, which: ColumnElement[bool]) -> list[Job]:
    rows = connection.execute(select(jobs).where(jobs.c.status == "running", which).with_for_update())
    return [Job.of(row._mapping) for row in rows]


def _dismissed(
    connection: Connection, which: ColumnElement[bool], limits: JobLimits, now: float
) -> list[Job]:
    return [
        claims.ended(connection, job.id, "dismissed", "It was dismissed.", limits, now)
        for job in _running(connection, jobs.c.dismissing & which)
    ]


def _vanished(connection: Connection, which: ColumnElement[bool], limits: JobLimits, now: float) -> list[Job]:
    return [
        claims.accepted_again(connection, job.id, VANISHED, now)
        if job.attempts < job.attempts_allowed and not job.dismissing
        else claims.ended(connection, job.id, "failed", VANISHED, limits, now)
        for job in _running(connection, which)
    ]


def _over(connection: Connection, which: ColumnElement[bool], limits: JobLimits, now: float) -> list[Job]:
    return [
        claims.ended(
            connection,
            job.id,
            "failed",
            f"{OVER} of {job.time_limit} seconds is over.",
            limits,
            now,
        )
        for job in _running(connection, which)
    ]


def _unpaid(connection: Connection, limits: JobLimits, now: float) -> list[Job]:
    """Jobs that wait for a month that is spent would wait for weeks: they end with the sentence."""
    ends = []
    for owner in {owner for owner, _, _ in owners_waiting(connection)}:
        month = quota.month(connection, owner, limits.plans, now)
        if not month.spent:
            continue
        for (job,) in connection.execute(
            select(jobs.c.id).where(jobs.c.owner == owner, jobs.c.status == "accepted").with_for_update()
        ).all():
            ends.append(claims.ended(connection, job, "failed", quota.refusal(month), limits, now))
    return ends
