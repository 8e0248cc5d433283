"""One process over the items of a search: a run for each, all accepted together or none."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, delete, func, select

from hub.errors import BadInput, NotFound
from hub.headless import orders
from hub.headless.job import Job
from hub.headless.jobs import Jobs
from hub.headless.orders import Order
from hub.headless.processes import Processes
from hub.headless.tables import batches, jobs, reading, writing

MOST = 2000  # items of one batch


@dataclass(frozen=True)
class Batch:
    """A batch, and how many of its runs are in which state."""

    row: RowMapping
    counts: Mapping[str, int]

    @property
    def status(self) -> str:
        """Of all together: running until every run has ended."""
        if self.counts.get("accepted") or self.counts.get("running"):
            return "running"
        if self.counts.get("failed"):
            return "failed"
        return "dismissed" if self.counts.get("dismissed") else "successful"


@dataclass(frozen=True)
class Batches:
    """Everybody's batches. Blocking: async callers use threads."""

    jobs: Jobs
    processes: Processes

    def check(self, order: Order, groups: tuple[str, ...]) -> None:
        """What can be checked before the search. Raises BadInput with the field."""
        if not order.bind:
            raise BadInput('Say which input gets what of each item, as in {"scene": "id"}.', where="bind")
        order.check(orders.current(self.processes, order.owner, order.process, groups))

    def add(
        self,
        order: Order,
        groups: tuple[str, ...],
        title: str,
        search: Mapping[str, Any],
        items: Sequence[Mapping[str, Any]],
    ) -> Batch:
        """A run for each of the items. Raises BadInput for none, for too many, and for one that fits not."""
        if not 1 <= len(items) <= MOST:
            said = "finds nothing" if not items else f"finds more than {MOST} items: narrow it"
            raise BadInput(f"The search {said}.", where="search")
        process = orders.current(self.processes, order.owner, order.process, groups)
        id = str(uuid.uuid4())
        new = [order.job(process, f"batch:{id}", groups, item) for item in items]
        row = {"id": id, "owner": order.owner, "title": title, "process": order.process, "jobs": len(new)}
        given = {"inputs": dict(order.inputs), "bind": dict(order.bind), "search": dict(search)}
        with writing(self.jobs.engine) as connection:
            values = {**row, **given, "created": self.jobs.clock()}
            made = connection.execute(batches.insert().values(**values).returning(batches)).one()
            self.jobs.accept_within(connection, new)
        return Batch(made._mapping, {"accepted": len(new)})

    def of(self, owner: str) -> list[Batch]:
        """The owner's, newest first."""
        return self._found(owner, select(batches).order_by(batches.c.created.desc()).limit(200))

    def get(self, owner: str, id: str) -> Batch:
        """One. Raises NotFound for another's."""
        for batch in self._found(owner, select(batches).where(batches.c.id == id)):
            return batch
        raise NotFound("There is no such batch.")

    def _found(self, owner: str, query: Any) -> list[Batch]:
        count = select(jobs.c.origin, jobs.c.status, func.count()).where(jobs.c.owner == owner)
        with reading(self.jobs.engine) as connection:
            rows = [row._mapping for row in connection.execute(query.where(batches.c.owner == owner))]
            origins = [f"batch:{row['id']}" for row in rows]
            grouped = count.where(jobs.c.origin.in_(origins)).group_by(jobs.c.origin, jobs.c.status)
            counts: dict[str, dict[str, int]] = {}
            for origin, status, number in connection.execute(grouped):
                counts.setdefault(origin, {})[status] = number
        return [Batch(row, counts.get(f"batch:{row['id']}", {})) for row in rows]

    def remove(self, owner: str, id: str) -> list[Job]:
        """Dismiss what has not ended, and forget the batch; its runs stay. Raises NotFound for another's."""
        self.get(owner, id)
        ended = self.jobs.dismiss_all(owner, f"batch:{id}")
        with writing(self.jobs.engine) as connection:
            connection.execute(delete(batches).where(batches.c.owner == owner, batches.c.id == id))
        return ended
