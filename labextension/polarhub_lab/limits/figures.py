"""Memory and CPU time of everything in the box, from its control groups; without them, from its processes."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

LIMITS = Path("/run/polarhub/limits")
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    """One process of the box: bytes of memory, seconds of CPU time."""

    pid: int
    name: str
    memory: int
    cpu: float


@dataclass(frozen=True)
class Box:
    """The figures of this box. `limits`: where its control groups are shown, read-only."""

    limits: Path = LIMITS
    proc: Path = Path("/proc")

    def memory(self) -> int:
        """Bytes in use; what is only kept of files is not counted, the kernel gives it back."""
        folder = self.limits / "memory"
        for name, kept in (
            ("memory.current", "inactive_file"),
            ("memory.usage_in_bytes", "total_inactive_file"),
        ):
            with contextlib.suppress(OSError, ValueError):
                return max(0, int((folder / name).read_text()) - self._number("memory", "memory.stat", kept))
        return sum(p.memory for p in self.processes())

    def cpu_seconds(self) -> float:
        """CPU time used so far, in seconds."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.limits / "cpuacct" / "cpuacct.usage").read_text()) / 1e9
        if (used := self._number("cpu", "cpu.stat", "usage_usec")) > 0:
            return used / 1e6
        return sum(p.cpu for p in self.processes())

    def ended_for_memory(self) -> int:
        """How many processes were ended because the box was over its memory."""
        return self._number("memory", "memory.events", "oom_kill") or self._number(
            "memory", "memory.oom_control", "oom_kill"
        )

    def held(self) -> set[str]:
        """The limits that hold: memory, cpu."""
        return {kind for kind in ("memory", "cpu") if (self.limits / kind).is_dir()}

    def processes(self) -> list[Process]:
        """Everything that runs in the box."""
        return [p for path in self.proc.glob("[0-9]*/stat") if (p := _process(path))]

    def _number(self, kind: str, name: str, key: str) -> int:
        """A number in a file of lines `key number`; 0 where it is not there."""
        with contextlib.suppress(OSError, ValueError):
            for line in (self.limits / kind / name).read_text().splitlines():
                if line.split(" ")[0] == key:
                    return int(line.split()[1])
        return 0


def _process(path: Path) -> Process | None:
    try:
        before, _, after = path.read_text().rpartition(")")
    except OSError:
        return None  # gone meanwhile
    fields = after.split()
    if fields[0] == "Z":
        return None  # ended, not yet forgotten
    cpu = (int(fields[11]) + int(fields[12])) / TICK
    return Process(int(path.parent.name), before.partition("(")[2], int(fields[21]) * PAGE, cpu)
