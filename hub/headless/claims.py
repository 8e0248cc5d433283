"""What runners do with jobs: claim, keep, tell, finish. Each function is part of one transaction.

A claim holds while its lease is renewed; its fence is what a runner must still hold to say anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from hub.errors import Conflict, NotFound
from hub.headless import quota
from hub.headless.job import Finish, Job, Progress
from hub.headless.limits import JobLimits
from hub.headless.tables import jobs, owners, workers

ASKING = 15.0  # seconds after which a runner that has not asked again is not waited for
NOTED = 4.0  # seconds that a note about a runner is good for
RENEWED = 5.0  # seconds by which a lease is renewed at least
LAST_LINE, MESSAGE = 500, 4000  # characters


@dataclass(frozen=True)
class Asking:
    """A runner that has room for `free` jobs of one owner and profile."""

    owner: str
    profile: str
    worker: str
    free: int


def claim(connection: Connection, asking: Asking, lease: float, limits: JobLimits, now: float) -> list[Job]:
    """Jobs for this runner, as many as its owner's turn, the caps and the month allow."""
    _note(connection, asking, now)
    if asking.free < 1:
        return []
    turns = _turns(connection, asking.owner, limits, now)
    left = quota.month(connection, asking.owner, limits.plans, now).left if turns else 0.0
    taken: list[Job] = []
    for row in _waiting(connection, asking, min(turns, asking.free)):
        if left <= 0:
            break
        reserved = min(limits.cpu.get(asking.profile, 1.0) * row.time_limit, left)
        left -= reserved
        taken.append(_take(connection, row.id, asking.worker, lease, reserved, now))
    if taken:
        connection.execute(update(owners).where(owners.c.owner == asking.owner).values(last_claim=now))
    return taken


def _note(connection: Connection, asking: Asking, now: float) -> None:
    row = {"owner": asking.owner, "profile": asking.profile, "free": asking.free, "seen": now}
    here = workers.c.worker == asking.worker
    known = connection.execute(select(workers).where(here)).one_or_none()
    # it asks every second; that is not worth a write each time
    if known and known.free == asking.free and known.seen > now - NOTED:
        return
    if not connection.execute(update(workers).where(here).values(**row)).rowcount:
        connection.execute(delete(workers).where(workers.c.seen < now - 3600))
        connection.execute(workers.insert().values(worker=asking.worker, **row))


def _turns(connection: Connection, owner: str, limits: JobLimits, now: float) -> int:
    """How many free places are this owner's: each goes to who has the fewest, then has waited longest."""
    count = func.count().label("count")
    by_owner = select(jobs.c.owner, count).where(jobs.c.status == "running").group_by(jobs.c.owner)
    running: dict[str, int] = dict(connection.execute(by_owner).all())
    free = limits.running - sum(running.values())
    wanted = _wanted(connection, now)
    last: dict[str, float] = dict(connection.execute(select(owners.c.owner, owners.c.last_claim)).all())
    mine = 0
    while free > 0:
        can = [o for o, n in wanted.items() if n > 0 and running.get(o, 0) < limits.running_per_user]
        if owner not in can:
            break
        turn = min(can, key=lambda o: (running.get(o, 0), last.get(o, 0.0), o))
        running[turn] = running.get(turn, 0) + 1
        wanted[turn] -= 1
        free -= 1
        mine += turn == owner
    return mine


def _wanted(connection: Connection, now: float) -> dict[str, int]:
    """Owners with a runner that has room: how many jobs they could begin at once."""
    waiting = (
        select(jobs.c.owner, jobs.c.profile, func.count().label("count"))
        .where(jobs.c.status == "accepted")
        .group_by(jobs.c.owner, jobs.c.profile)
        .subquery()
    )
    room = (
        select(workers.c.owner, workers.c.profile, func.sum(workers.c.free).label("free"))
        .where(workers.c.seen > now - ASKING, workers.c.free > 0)
        .group_by(workers.c.owner, workers.c.profile)
        .subquery()
    )
    both = and_(waiting.c.owner == room.c.owner, waiting.c.profile == room.c.profile)
    found: dict[str, int] = {}
    for owner, count, free in connection.execute(
        select(waiting.c.owner, waiting.c.count, room.c.free).join_from(waiting, room, both)
    ):
        found[owner] = found.get(owner, 0) + min(count, free)
    return found


def _waiting(connection: Connection, asking: Asking, count: int) -> Sequence[Any]:
    return connection.execute(
        select(jobs.c.id, jobs.c.time_limit)
        .where(jobs.c.status == "accepted", jobs.c.owner == asking.owner, jobs.c.profile == asking.profile)
        .order_by(jobs.c.priority.desc(), jobs.c.created, jobs.c.id)
        .limit(count)
    ).all()


def _take(connection: Connection, job: str, worker: str, lease: float, reserved: float, now: float) -> Job:
    row = connection.execute(
        update(jobs)
        .where(jobs.c.id == job)
        .values(
            status="running",
            message="",
            worker=worker,
            lease=now + lease,
            fence=jobs.c.fence + 1,
            attempts=jobs.c.attempts + 1,
            started=now,
            updated=now,
            reserved_seconds=reserved,
        )
        .returning(jobs)
    ).one()
    return Job.of(row._mapping)


def plain(text: str) -> str:
    """Text that every database takes: no NUL, no half of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _held(owner: str, job: str, worker: str, fence: int) -> ColumnElement[bool]:
    return and_(
        jobs.c.id == job,
        jobs.c.owner == owner,
        jobs.c.worker == worker,
        jobs.c.fence == fence,
        jobs.c.status == "running",
    )


def held(connection: Connection, owner: str, job: str, worker: str, fence: int) -> bool:
    """Whether the runner still has the job."""
    found = connection.execute(select(jobs.c.id).where(_held(owner, job, worker, fence)))
    return found.one_or_none() is not None


def renew(
    connection: Connection, owner: str, worker: str, running: Sequence[tuple[str, int]], until: float
) -> list[str]:
    """Keep the runner's claims until then. Returns the jobs that it must end: dismissed, or another's now."""
    end = []
    for job, fence in running:
        mine = _held(owner, job, worker, fence)
        row = connection.execute(select(jobs.c.dismissing, jobs.c.lease).where(mine)).one_or_none()
        if row is None or row.dismissing:
            end.append(job)
        elif row.lease < until - RENEWED:
            connection.execute(update(jobs).where(mine).values(lease=until))
    return end


def tell(
    connection: Connection, owner: str, job: str, worker: str, fence: int, progress: Progress, now: float
) -> bool:
    """Note how far a job is. False: it is no longer this runner's."""
    done, total = max(progress.cells_done, 0), max(progress.cells_total, 0)
    result = connection.execute(
        update(jobs)
        .where(_held(owner, job, worker, fence))
        .values(
            cells_done=done,
            cells_total=total,
            progress=min(99, 100 * done // total) if total else 0,
            last_line=plain(progress.last_line)[-LAST_LINE:],
            updated=now,
        )
    )
    return bool(result.rowcount)


def finish(
    connection: Connection,
    owner: str,
    job: str,
    worker: str,
    fence: int,
    end: Finish,
    limits: JobLimits,
    now: float,
) -> Job:
    """End a run, or have it tried again. Raises NotFound for another's, Conflict when the claim is lost."""
    row = connection.execute(
        select(jobs.c.dismissing, jobs.c.attempts, jobs.c.attempts_allowed)
        .where(_held(owner, job, worker, fence))
        .with_for_update()
    ).one_or_none()
    if row is None:
        known = select(jobs.c.id).where(jobs.c.id == job, jobs.c.owner == owner)
        if connection.execute(known).one_or_none() is None:
            raise NotFound("There is no such job.")
        raise Conflict("This run has ended already, or another runner has it now.")
    if row.dismissing:
        return ended(connection, job, "dismissed", "It was dismissed.", limits, now, end)
    again = end.status == "failed" and end.kind == "system" and row.attempts < row.attempts_allowed
    if again:
        return accepted_again(connection, job, end.message, now)
    return ended(connection, job, end.status, end.message, limits, now, end)


def ended(
    connection: Connection,
    job: str,
    status: str,
    message: str,
    limits: JobLimits,
    now: float,
    end: Finish | None = None,
) -> Job:
    """Set a job's last state; what was reserved for it is free again."""
    values: dict[str, Any] = {"status": status, "message": plain(message)[:MESSAGE]}
    values |= {"finished": now, "updated": now}
    values |= {"lease": None, "reserved_seconds": 0.0, "dismissing": False, "expires": now + limits.kept}
    if status == "successful":
        values["progress"] = 100
    if end is not None:
        values |= {"outputs": end.outputs, "cpu_seconds": end.cpu_seconds, "record": end.record}
    row = connection.execute(update(jobs).where(jobs.c.id == job).values(**values).returning(jobs)).one()
    return Job.of(row._mapping)


def accepted_again(connection: Connection, job: str, message: str, now: float) -> Job:
    """Put a job back among those that wait; the claim that was on it is void."""
    row = connection.execute(
        update(jobs)
        .where(jobs.c.id == job)
        .values(
            status="accepted",
            message=plain(message)[:MESSAGE],
            worker=None,
            lease=None,
            fence=jobs.c.fence + 1,
            started=None,
            progress=0,
            cells_done=0,
            reserved_seconds=0.0,
            updated=now,
        )
        .returning(jobs)
    ).one()
    return Job.of(row._mapping)
