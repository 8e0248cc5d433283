"""CPU-hours of a calendar month: the plan, what was used, what is reserved for runs that run."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, update

from hub.headless.plans import Plans
from hub.headless.tables import jobs, owners, usage


@dataclass(frozen=True)
class Month:
    """What one user's month looks like now; CPU seconds."""

    month: str
    plan: str
    allowed: float  # infinite where the plan has no bound
    interactive: float
    runs: float
    reserved: float

    @property
    def used(self) -> float:
        """All that was used, by JupyterLab and by runs."""
        return self.interactive + self.runs

    @property
    def left(self) -> float:
        """What another run may still reserve."""
        return max(self.allowed - self.used - self.reserved, 0.0)

    @property
    def spent(self) -> bool:
        """Nothing is left, whatever is reserved."""
        return self.used >= self.allowed

    @property
    def sentence(self) -> str:
        """What is used, as people read it."""
        hours = f"{self.used / 3600:.1f}"
        if self.allowed == float("inf"):
            return f"You have used {hours} CPU-hours this month."
        return f"You have used {hours} of {self.allowed / 3600:g} CPU-hours this month."


def month_of(now: float) -> str:
    """The calendar month, UTC, as yyyy-mm."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m")


def refusal(month: Month) -> str:
    """The sentence for somebody whose month is spent."""
    return (
        f"The {month.allowed / 3600:g} CPU-hours of your plan for {month.month} are used up: "
        "wait for the first of next month (UTC), or ask an administrator for a larger plan."
    )


def month(connection: Connection, owner: str, plans: Plans, now: float) -> Month:
    """What this user's month looks like now."""
    known = connection.execute(select(owners.c.plan).where(owners.c.owner == owner)).scalar_one_or_none()
    name, plan = plans.named(known)
    by_kind = (
        select(usage.c.kind, func.sum(usage.c.seconds))
        .where(usage.c.owner == owner, usage.c.month == month_of(now))
        .group_by(usage.c.kind)
    )
    used: dict[str, float] = dict(connection.execute(by_kind).all())
    reserved = connection.execute(
        select(func.sum(jobs.c.reserved_seconds)).where(jobs.c.owner == owner, jobs.c.status == "running")
    ).scalar_one()
    interactive, runs = used.get("interactive", 0.0), used.get("run", 0.0)
    return Month(month_of(now), name, plan.seconds, interactive, runs, reserved or 0.0)


def remember(connection: Connection, owner: str, groups: Collection[str] | None, plans: Plans) -> None:
    """Keep which plan the owner's groups give, for times when nobody is there to tell; None: not known."""
    here = owners.c.owner == owner
    values = {} if groups is None else {"plan": plans.of_groups(groups), "groups": sorted(groups)}
    known = connection.execute(select(owners.c.plan, owners.c.groups).where(here)).one_or_none()
    if known is None:
        connection.execute(owners.insert().values(owner=owner, last_claim=0.0, **values))
    elif values and (known.plan, known.groups) != (values["plan"], values["groups"]):
        connection.execute(update(owners).where(here).values(**values))
