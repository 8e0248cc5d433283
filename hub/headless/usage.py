"""What boxes have used, month by month, from their counters: a reading that comes twice counts once."""

import time
from collections.abc import Callable, Collection
from typing import Literal

from sqlalchemy import Engine, func, select, update

from hub.headless import quota
from hub.headless.plans import Plans
from hub.headless.quota import Month
from hub.headless.tables import owners, reading, usage, writing

UsageKind = Literal["interactive", "run"]


class Usage:
    """The months of all users. Blocking: async callers use threads."""

    def __init__(self, engine: Engine, plans: Plans, clock: Callable[[], float] = time.time) -> None:
        self.engine, self.plans, self.clock = engine, plans, clock

    def note(self, box: str, owner: str, kind: UsageKind, total: float) -> None:
        """A box's counter stands at `total` CPU seconds; what is new counts for the month of now."""
        now = self.clock()
        here = (usage.c.box == box) & (usage.c.month == quota.month_of(now))
        with writing(self.engine) as connection:
            before = connection.execute(
                select(func.max(usage.c.total)).where(usage.c.box == box)
            ).scalar_one()
            new = max(total - (before or 0.0), 0.0)
            values = {"total": max(total, before or 0.0), "seen": now}
            more = update(usage).where(here).values(seconds=usage.c.seconds + new, **values)
            if not connection.execute(more).rowcount:
                row = {"box": box, "month": quota.month_of(now), "owner": owner, "kind": kind, "seconds": new}
                connection.execute(usage.insert().values(**row, **values))

    def month(self, owner: str, groups: Collection[str] | None = None) -> Month:
        """What the owner's month looks like now; the groups say the plan, where they are known."""
        with reading(self.engine) as connection:
            known = connection.execute(select(owners.c.groups).where(owners.c.owner == owner)).one_or_none()
            if groups is None or (known is not None and known.groups == sorted(groups)):
                return quota.month(connection, owner, self.plans, self.clock())
        with writing(self.engine) as connection:
            quota.remember(connection, owner, groups, self.plans)
            return quota.month(connection, owner, self.plans, self.clock())
