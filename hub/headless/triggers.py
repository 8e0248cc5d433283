"""Runs that something new starts: an item that a saved search finds, or a scene that is delivered."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from hub.errors import BadInput, NotFound, PolarhubError
from hub.headless import finding, orders
from hub.headless.job import Job
from hub.headless.jobs import Jobs
from hub.headless.orders import Order
from hub.headless.processes import Process, Processes
from hub.headless.tables import known_items, reading, triggers, writing

MOST = 50  # of one user
LOOKED_AT = 500  # the newest items that a saved search looks at each time

Item = Mapping[str, Any]


def order_of(row: RowMapping) -> Order:
    """What a trigger starts."""
    return Order(row["owner"], row["process"], row["inputs"], row["bind"])


def _day(item: Item) -> str:
    properties = item.get("properties") or {}
    return str(properties.get("datetime") or properties.get("start_datetime") or "")[:40]


@dataclass(frozen=True)
class Triggers:
    """Everybody's triggers. Blocking: async callers use threads."""

    jobs: Jobs
    processes: Processes

    def check(self, order: Order, groups: tuple[str, ...]) -> None:
        """Raises BadInput with the field that cannot be used."""
        order.check(orders.current(self.processes, order.owner, order.process, groups))

    def add(
        self,
        order: Order,
        groups: tuple[str, ...],
        title: str,
        search: Mapping[str, Any] | None,
        items: Sequence[Item] = (),
    ) -> RowMapping:
        """A new one; `items`: what its search finds today, which starts nothing. Raises BadInput."""
        self.check(order, groups)
        id = str(uuid.uuid4())
        row = {"id": id, "owner": order.owner, "title": title, "process": order.process}
        given = {"inputs": dict(order.inputs), "bind": dict(order.bind), "search": search}
        # where there are more than were looked at, older ones are unknown, and not new when they turn up
        full = len(items) > LOOKED_AT
        floor = min(map(_day, items[:LOOKED_AT]), default=None) if full else None
        with writing(self.jobs.engine, alone=True) as connection:
            mine = select(func.count()).where(triggers.c.owner == order.owner)
            if connection.execute(mine).scalar_one() >= MOST:
                raise BadInput(f"You may have {MOST} triggers: remove one first.", where="process")
            self.jobs.remember(connection, order.owner, groups)
            values = {**row, **given, "created": self.jobs.clock(), "floor": floor}
            made = connection.execute(triggers.insert().values(**values).returning(triggers)).one()
            _know(connection, id, {finding.key(item) for item in items})
        return made._mapping

    def of(self, owner: str) -> list[RowMapping]:
        """The owner's, newest first."""
        query = select(triggers).where(triggers.c.owner == owner).order_by(triggers.c.created.desc())
        with reading(self.jobs.engine) as connection:
            return [row._mapping for row in connection.execute(query)]

    def get(self, owner: str, id: str) -> RowMapping:
        """One. Raises NotFound for another's."""
        query = select(triggers).where(triggers.c.owner == owner, triggers.c.id == id)
        with reading(self.jobs.engine) as connection:
            return _one(connection.execute(query).one_or_none())

    def change(self, owner: str, id: str, *, paused: bool | None, new_address: bool) -> RowMapping:
        """Pause it or let it go on; make its address anew, so that the old one is void. Raises NotFound."""
        values: dict[str, Any] = {} if paused is None else {"paused": paused}
        if new_address:
            values["address"] = triggers.c.address + 1
        if not values:
            return self.get(owner, id)
        change = update(triggers).where(triggers.c.owner == owner, triggers.c.id == id).values(**values)
        with writing(self.jobs.engine) as connection:
            return _one(connection.execute(change.returning(triggers)).one_or_none())

    def remove(self, owner: str, id: str) -> None:
        """Its runs stay. Raises NotFound for another's."""
        with writing(self.jobs.engine) as connection:
            gone = delete(triggers).where(triggers.c.owner == owner, triggers.c.id == id)
            if not connection.execute(gone).rowcount:
                raise NotFound("There is no such trigger.")

    def watching(self, before: float) -> list[RowMapping]:
        """Those with a search that was not looked at since then."""
        query = select(triggers).where(triggers.c.search.is_not(None), triggers.c.paused.is_(False))
        due = query.where(func.coalesce(triggers.c.looked, triggers.c.created) < before)
        with reading(self.jobs.engine) as connection:
            return [row._mapping for row in connection.execute(due.order_by(triggers.c.looked).limit(50))]

    def found(self, row: RowMapping, items: Sequence[Item]) -> list[Job]:
        """What the search of a trigger finds now: each item that is new starts one run, once for ever."""
        order = order_of(row)
        with reading(self.jobs.engine) as connection:
            groups = orders.groups_of(connection, order.owner)
        try:
            process: Process | None = orders.current(self.processes, order.owner, order.process, groups)
            told = ""
        except BadInput as error:
            process, told = None, error.message
        started: list[Job] = []
        with writing(self.jobs.engine, alone=True) as connection:
            new = self._new(connection, row, items) if process else []
            for item in new:
                try:
                    job = order.job(process, f"trigger:{row['id']}", groups, item)  # type: ignore[arg-type]
                    started += self.jobs.accept_within(connection, [job])
                except PolarhubError as error:
                    told = f"No run was started for {str(item.get('id', ''))[:80]}: {error}"
            _know(connection, row["id"], {finding.key(item) for item in new})
            values = {"looked": self.jobs.clock(), "fired": triggers.c.fired + len(started)}
            values |= {"told": told} if told or started else {}
            connection.execute(update(triggers).where(triggers.c.id == row["id"]).values(**values))
        return started

    def _new(self, connection: Connection, row: RowMapping, items: Sequence[Item]) -> list[Item]:
        here = connection.execute(select(triggers.c.id).where(triggers.c.id == row["id"]).with_for_update())
        if here.one_or_none() is None:
            return []  # removed meanwhile
        query = select(known_items.c.item).where(known_items.c.trigger == row["id"])
        known = set(connection.execute(query).scalars())
        floor = row["floor"] or ""
        unknown = {finding.key(item): item for item in items if _day(item) >= floor}
        return [item for key, item in unknown.items() if key not in known]


def _know(connection: Connection, trigger: str, keys: set[str]) -> None:
    if keys:
        rows = [{"trigger": trigger, "item": key} for key in sorted(keys)]
        connection.execute(known_items.insert(), rows)


def _one(row: Any) -> RowMapping:
    if row is None:
        raise NotFound("There is no such trigger.")
    found: RowMapping = row._mapping
    return found
