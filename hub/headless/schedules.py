"""Runs at set times. What was missed while the hub was down is made up for once, and told."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from hub.errors import BadInput, NotFound, PolarhubError
from hub.headless import cron, orders
from hub.headless.job import Job
from hub.headless.jobs import Jobs
from hub.headless.orders import Order
from hub.headless.processes import Process, Processes
from hub.headless.tables import reading, schedules, writing

LATE = 90.0  # seconds after which a time counts as missed
MOST = 100  # of one user


@dataclass(frozen=True)
class Schedules:
    """Everybody's schedules. Blocking: async callers use threads."""

    jobs: Jobs
    processes: Processes

    def add(
        self, owner: str, groups: tuple[str, ...], process: str, inputs: Mapping[str, Any], **times: str
    ) -> RowMapping:
        """A new one; `times`: cron, zone, title. Raises BadInput with the field."""
        cron.check(times["cron"], times["zone"])
        order = Order(owner, process, inputs, {})
        order.job(orders.current(self.processes, owner, process, groups), "check", groups, None)
        now = self.jobs.clock()
        row: dict[str, Any] = {"id": str(uuid.uuid4()), "owner": owner, "process": process, **times}
        row |= {
            "inputs": dict(inputs),
            "created": now,
            "next": cron.next_after(times["cron"], times["zone"], now),
        }
        with writing(self.jobs.engine, alone=True) as connection:
            mine = select(func.count()).where(schedules.c.owner == owner)
            if connection.execute(mine).scalar_one() >= MOST:
                raise BadInput(f"You may have {MOST} schedules: remove one first.", where="cron")
            self.jobs.remember(connection, owner, groups)
            made = connection.execute(schedules.insert().values(**row).returning(schedules))
            return made.one()._mapping

    def of(self, owner: str) -> list[RowMapping]:
        """The owner's, newest first."""
        query = select(schedules).where(schedules.c.owner == owner).order_by(schedules.c.created.desc())
        with reading(self.jobs.engine) as connection:
            return [row._mapping for row in connection.execute(query)]

    def get(self, owner: str, id: str) -> RowMapping:
        """One. Raises NotFound for another's."""
        query = select(schedules).where(schedules.c.owner == owner, schedules.c.id == id)
        with reading(self.jobs.engine) as connection:
            return _one(connection.execute(query).one_or_none())

    def pause(self, owner: str, id: str, paused: bool) -> RowMapping:
        """Pause it, or let it go on from the next time. Raises NotFound for another's."""
        row = self.get(owner, id)
        values = {"paused": paused, "next": cron.next_after(row["cron"], row["zone"], self.jobs.clock())}
        change = update(schedules).where(schedules.c.owner == owner, schedules.c.id == id).values(**values)
        with writing(self.jobs.engine) as connection:
            return _one(connection.execute(change.returning(schedules)).one_or_none())

    def remove(self, owner: str, id: str) -> None:
        """Its runs stay. Raises NotFound for another's."""
        with writing(self.jobs.engine) as connection:
            gone = delete(schedules).where(schedules.c.owner == owner, schedules.c.id == id)
            if not connection.execute(gone).rowcount:
                raise NotFound("There is no such schedule.")

    def fire(self) -> list[Job]:
        """Start what is due. A time counts once, whoever asks and whatever breaks meanwhile."""
        due = select(schedules.c.id).where(
            schedules.c.next <= self.jobs.clock(), schedules.c.paused.is_(False)
        )
        with reading(self.jobs.engine) as connection:
            ids = connection.execute(due.order_by(schedules.c.next).limit(100)).scalars().all()
        return [job for id in ids if (job := self._fire(id)) is not None]

    def _fire(self, id: str) -> Job | None:
        process: Process | BadInput | None = None
        with reading(self.jobs.engine) as connection:
            row = connection.execute(select(schedules).where(schedules.c.id == id)).one_or_none()
            groups = orders.groups_of(connection, row.owner) if row else ()
        if row is not None:
            try:
                process = orders.current(self.processes, row.owner, row.process, groups)
            except BadInput as error:
                process = error
        with writing(self.jobs.engine, alone=True) as connection:
            now = self.jobs.clock()
            mine = select(schedules).where(schedules.c.id == id, schedules.c.paused.is_(False))
            row = connection.execute(mine.where(schedules.c.next <= now).with_for_update()).one_or_none()
            if row is None or process is None:
                return None  # another process was first
            told, job = "", None
            if now - row.next > LATE:
                count = cron.times_between(row.cron, row.zone, row.next, now)
                told = (
                    f"{count} {'time was' if count == 1 else 'times were'} missed; one run makes up for it."
                )
            try:
                job = self._start(connection, row._mapping, process, groups)
            except PolarhubError as error:
                told = f"The run could not be started: {error}"
            values = {"next": cron.next_after(row.cron, row.zone, now), "last": now, "told": told}
            values |= {"last_job": job.id} if job else {}
            connection.execute(update(schedules).where(schedules.c.id == id).values(**values))
            return job

    def _start(
        self,
        connection: Connection,
        row: RowMapping,
        process: Process | BadInput,
        groups: tuple[str, ...],
    ) -> Job:
        if isinstance(process, BadInput):
            raise process
        order = Order(row["owner"], row["process"], row["inputs"], {})
        new = order.job(process, f"schedule:{row['id']}", groups, None)
        [job] = self.jobs.accept_within(connection, [new])
        return job


def _one(row: Any) -> RowMapping:
    if row is None:
        raise NotFound("There is no such schedule.")
    found: RowMapping = row._mapping
    return found
