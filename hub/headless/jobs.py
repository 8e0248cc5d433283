"""The jobs of everybody in one table. Each method is one transaction: what it says is on disk then."""

import json
import time
import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, func, select, update

from hub.errors import BadInput, NotAllowed, NotFound
from hub.headless import claims, keeping, listing, quota
from hub.headless.claims import Asking
from hub.headless.job import Filter, Finish, Job, JobPage, NewJob, Progress
from hub.headless.limits import JobLimits
from hub.headless.quota import Month
from hub.headless.tables import jobs, reading, writing
from hub.headless.usage import Usage


class Jobs:
    """Accepts jobs, hands them to runners, and loses none. Blocking: async callers use threads."""

    def __init__(self, engine: Engine, limits: JobLimits, clock: Callable[[], float] = time.time) -> None:
        self.engine, self.limits, self.clock = engine, limits, clock

    # -- for those who ask for runs
    def accept(self, new: NewJob) -> Job:
        """Take a job in, durably. Raises BadInput over a limit, NotAllowed when the month is spent."""
        return self.accept_all([new])[0]

    def accept_all(self, new: Sequence[NewJob]) -> list[Job]:
        """Take in all of one owner's jobs, or none. Raises as `accept`."""
        with writing(self.engine) as connection:
            return self.accept_within(connection, new)

    def accept_within(self, connection: Connection, new: Sequence[NewJob]) -> list[Job]:
        """As `accept_all`, together with what else the transaction writes."""
        for one in new:
            self._check(one)
        owner, now = new[0].owner, self.clock()
        quota.remember(connection, owner, new[0].groups, self.limits.plans)
        month = quota.month(connection, owner, self.limits.plans, now)
        if month.spent:
            raise NotAllowed(quota.refusal(month))
        waiting = select(func.count()).where(jobs.c.owner == owner, jobs.c.status == "accepted")
        if connection.execute(waiting).scalar_one() + len(new) > self.limits.waiting_per_user:
            raise NotAllowed(
                f"No more than {self.limits.waiting_per_user} of your runs may wait: let some end first."
            )
        # one clock reading would give a batch's rows one time; ids then order them, in any order
        rows = [self._row(one, now + i * 1e-6) for i, one in enumerate(new)]
        made = connection.execute(jobs.insert().returning(jobs, sort_by_parameter_order=True), rows)
        return [Job.of(row._mapping) for row in made]

    def remember(self, connection: Connection, owner: str, groups: Sequence[str]) -> None:
        """Keep the owner's groups for runs that start when nobody is there."""
        quota.remember(connection, owner, groups, self.limits.plans)

    def _check(self, new: NewJob) -> None:
        size = len(json.dumps(dict(new.inputs)))
        if size > self.limits.inputs:
            raise BadInput(f"Inputs may hold {self.limits.inputs} bytes, these hold {size}.", where="inputs")
        if not 1 <= new.time_limit <= self.limits.time:
            raise BadInput(f"Write 1 to {self.limits.time} seconds.", where="timeLimit")
        if not 1 <= new.attempts_allowed <= self.limits.attempts:
            raise BadInput(f"Write 1 to {self.limits.attempts} attempts.", where="attempts")
        if not -100 <= new.priority <= 100:
            raise BadInput("Write a priority from -100 to 100.", where="priority")
        if (new.version is None) == (new.path is None):
            raise BadInput("Name a version of a process, or a notebook; not both.", where="process")

    def _row(self, new: NewJob, now: float) -> dict[str, object]:
        return {
            "id": str(uuid.uuid4()),
            "owner": new.owner,
            "process": new.process,
            "version": new.version,
            "path": new.path,
            "inputs": dict(new.inputs),
            "wanted": dict(new.wanted),
            "response": new.response,
            "callbacks": dict(new.callbacks) if new.callbacks else None,
            "profile": new.profile,
            "environment": new.environment,
            "time_limit": new.time_limit,
            "attempts_allowed": new.attempts_allowed,
            "priority": new.priority,
            "origin": new.origin,
            "created": now,
            "updated": now,
        }

    def get(self, owner: str, job: str) -> Job:
        """One job. Raises NotFound for another's too."""
        with reading(self.engine) as connection:
            found = connection.execute(select(jobs).where(jobs.c.id == job, jobs.c.owner == owner))
            row = found.one_or_none()
        if row is None:
            raise NotFound("There is no such job.")
        return Job.of(row._mapping)

    def listed(self, owner: str, wanted: Filter) -> JobPage:
        """A page of the owner's jobs. Raises BadInput for a page that is none."""
        if not 1 <= wanted.limit <= listing.MOST:
            raise BadInput(f"Write 1 to {listing.MOST}.", where="limit")
        with reading(self.engine) as connection:
            rows = connection.execute(listing.query(owner, wanted, self.clock())).all()
        found = [Job.of(row._mapping) for row in rows]
        page = found[: wanted.limit]
        return JobPage(page, listing.token(page[-1]) if len(found) > len(page) else None)

    def dismiss(self, owner: str, job: str) -> Job:
        """End a job: at once where it waits, soon where it runs; one that has ended stays as it is."""
        now = self.clock()
        with writing(self.engine) as connection:
            mine = (jobs.c.id == job, jobs.c.owner == owner)
            row = connection.execute(select(jobs).where(*mine).with_for_update()).one_or_none()
            if row is None:
                raise NotFound("There is no such job.")
            if row.status == "accepted":
                return claims.ended(connection, job, "dismissed", "It was dismissed.", self.limits, now)
            if row.status == "running" and not row.dismissing:
                values = {"dismissing": True, "dismissing_since": now, "updated": now}
                row = connection.execute(update(jobs).where(*mine).values(**values).returning(jobs)).one()
        return Job.of(row._mapping)

    def dismiss_all(self, owner: str, origin: str) -> list[Job]:
        """End all jobs that one thing started, as `dismiss` does. Returns those that had not ended."""
        now = self.clock()
        with writing(self.engine) as connection:
            theirs = (jobs.c.owner == owner, jobs.c.origin == origin)
            waiting = select(jobs.c.id).where(*theirs, jobs.c.status == "accepted").with_for_update()
            ended = [
                claims.ended(connection, job, "dismissed", "It was dismissed.", self.limits, now)
                for job in connection.execute(waiting).scalars().all()
            ]
            values = {"dismissing": True, "dismissing_since": now, "updated": now}
            running = update(jobs).where(*theirs, jobs.c.status == "running", jobs.c.dismissing.is_(False))
            told = connection.execute(running.values(**values).returning(jobs)).all()
            return ended + [Job.of(row._mapping) for row in told]

    def month(self, owner: str, groups: Sequence[str] | None = None) -> Month:
        """What the owner's month looks like now."""
        return Usage(self.engine, self.limits.plans, self.clock).month(owner, groups)

    # -- for runners
    def claim(self, owner: str, profile: str, worker: str, free: int, lease: float) -> list[Job]:
        """Jobs for a runner with this much room, as its owner's turn, the caps and the month allow."""
        with writing(self.engine, alone=True) as connection:
            asking = Asking(owner, profile, worker, free)
            return claims.claim(connection, asking, lease, self.limits, self.clock())

    def renew(self, owner: str, worker: str, running: Sequence[tuple[str, int]], lease: float) -> list[str]:
        """Keep claims for another lease. Returns the ids to end: dismissed, or no longer this runner's."""
        if not running:
            return []
        with writing(self.engine) as connection:
            return claims.renew(connection, owner, worker, running, self.clock() + lease)

    def progress(self, owner: str, job: str, worker: str, fence: int, progress: Progress) -> bool:
        """Note how far a job is. False: it is no longer this runner's."""
        with writing(self.engine) as connection:
            return claims.tell(connection, owner, job, worker, fence, progress, self.clock())

    def holds(self, owner: str, job: str, worker: str, fence: int) -> bool:
        """Whether this runner still has the job, so that it may store files of it."""
        with reading(self.engine) as connection:
            return claims.held(connection, owner, job, worker, fence)

    def finish(self, owner: str, job: str, worker: str, fence: int, end: Finish) -> Job:
        """End a run, or have it tried again. Raises NotFound for another's, Conflict if the claim is lost."""
        with writing(self.engine) as connection:
            return claims.finish(connection, owner, job, worker, fence, end, self.limits, self.clock())

    def gone(self, owner: str, worker: str) -> list[Job]:
        """A runner has ended for certain: its jobs end or are tried again, whatever their leases."""
        with writing(self.engine) as connection:
            return keeping.gone(connection, owner, worker, self.limits, self.clock())

    def refuse(self, owner: str, profile: str, why: str) -> list[Job]:
        """No runner can be had for these: end the owner's jobs that wait for this profile, and say why."""
        with writing(self.engine) as connection:
            return keeping.refuse(connection, owner, profile, why, self.limits, self.clock())

    # -- for the service
    def owners_waiting(self) -> list[tuple[str, str, int]]:
        """Owner, profile and number of the jobs that wait: whose runner is needed."""
        with reading(self.engine) as connection:
            return keeping.owners_waiting(connection)

    def anything_due(self) -> bool:
        """Whether `reap` would find a running job; asked often, as it only reads."""
        with reading(self.engine) as connection:
            return keeping.anything_due(connection, self.clock())

    def expired(self) -> list[Job]:
        """Some of the jobs that were kept for long enough."""
        with reading(self.engine) as connection:
            return keeping.expired(connection, self.clock())

    def forget(self, job: str) -> None:
        """Remove a job that has ended; its files must be gone before."""
        with writing(self.engine) as connection:
            keeping.forget(connection, job)

    def reap(self, now: float | None = None) -> list[Job]:
        """End what nobody runs any more: leases run out, time over, dismissed and not ended."""
        with writing(self.engine, alone=True) as connection:
            return keeping.reap(connection, self.limits, self.clock() if now is None else now)
