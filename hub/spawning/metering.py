"""CPU seconds of each box, from its control group, for the month of its owner."""

import contextlib
import os
from dataclasses import dataclass, field

from hub.headless.plans import read_plans
from hub.headless.quota import Month, refusal
from hub.headless.tables import connect
from hub.headless.usage import Usage, UsageKind
from hub.processes import all_stat_fields
from hub.settings import Settings
from hub.spawning.cgroups import Group
from hub.spawning.processes import RunningBox

WORTH = 0.2  # CPU seconds that are worth a line in the database; less waits for the next reading
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(group: Group, box: RunningBox) -> float:
    """What a box has used since it was made: counted by its group, else by the processes that are there."""
    with contextlib.suppress(OSError, KeyError, ValueError):
        return int((group.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
    with contextlib.suppress(OSError, KeyError, ValueError):
        lines = (group.folders["cpu"] / "cpu.stat").read_text().splitlines()
        return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6
    return _of_processes(box.pid)


def _of_processes(root: int) -> float:
    """Of a tree of processes, with those that ended and were waited for."""
    fields = dict(all_stat_fields())
    found, more = {root} & set(fields), {root}
    while more:
        more = {pid for pid, f in fields.items() if int(f[1]) in more} - found
        found |= more
    return sum(int(n) for pid in found for n in fields[pid][11:15]) / TICKS


@dataclass
class Meter:
    """Reads counters of boxes into the months of their owners, and says what a month looks like."""

    usage: Usage
    _written: dict[str, float] = field(default_factory=dict)

    def __deepcopy__(self, _: object) -> "Meter":
        """Configuration is copied for every spawner; there is one meter."""
        return self

    @classmethod
    def of(cls, settings: Settings) -> "Meter":
        """The months as the api sees them too. Raises BadSetting or BadFile for plans that cannot be used."""
        plans = read_plans(settings.plan, settings.plans)
        return cls(Usage(connect(settings.database_url("headless")), plans))

    def read(self, owner: str, kind: UsageKind, box: RunningBox, group: Group, *, last: bool = False) -> None:
        """Count what a box has used; the last reading of a box is written however small. Blocking."""
        name, total = f"{box.boot}-{box.pid}-{box.started}", cpu_seconds(group, box)
        if last or total - self._written.get(name, 0.0) >= WORTH:
            self.usage.note(name, owner, kind, total)
            self._written[name] = total
        if last:
            self._written.pop(name, None)

    def month(self, owner: str, groups: frozenset[str]) -> Month:
        """What this user's month looks like."""
        return self.usage.month(owner, groups)

    def refusal(self, owner: str, groups: frozenset[str]) -> str | None:
        """Why this user may start nothing more this month; nothing where they may."""
        month = self.usage.month(owner, groups)
        return refusal(month) if month.spent else None
