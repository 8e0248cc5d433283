"""What this machine has in all, and what of it is free now."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from hub.profiles import Machine, say_size
from hub.spawning import cgroups


def _meminfo() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}


def size(folder: Path) -> Machine:
    """Processors, memory and disk (of the folder's file system) that this process may use."""
    own = cgroups.own_limits()
    return Machine(
        cpu=min(len(os.sched_getaffinity(0)), own.get("cpu", float("inf"))),
        memory=int(min(_meminfo()["MemTotal"], own.get("memory", float("inf")))),
        disk=shutil.disk_usage(folder).total,
    )


@dataclass(frozen=True)
class Free:
    """What nobody uses at this moment; bytes."""

    memory: int
    disk: int

    @classmethod
    def now(cls, folder: Path) -> "Free":
        """Measured now; the disk is that of the folder."""
        return cls(_meminfo()["MemAvailable"], shutil.disk_usage(folder).free)

    def sentence(self, machine: Machine) -> str:
        """For the spawn page: what is there, what is free."""
        return (
            f"This machine has {machine.cpu:g} CPU, {say_size(machine.memory)} memory "
            f"and {say_size(machine.disk)} disk. "
            f"Free now: {say_size(self.memory)} memory, {say_size(self.disk)} disk."
        )
