"""Limits of a whole process tree by control groups: version 2 where it is delegated to us, version 1 else.

A group a server, below our own group, so that a limit set on us holds for all servers too. Where a kind of
limit cannot be set, `held` leaves it out, and the spawn page and the log say so.
"""

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KINDS = ("memory", "cpu", "pids", "cpuacct")  # cpuacct limits nothing: version 1 counts CPU time there
ASIDE = "polarhub-hub"  # where we move ourselves in version 2
PERIOD = 100_000  # microseconds over which CPU time is shared out


@dataclass(frozen=True)
class Limits:
    """What a tree may take: processors' worth of time, bytes, processes and threads."""

    cpu: float
    memory: int
    processes: int = 4096

    def settings(self, kind: str, version: int) -> dict[str, str]:
        """File and value for one kind of limit, in the order in which they must be written."""
        quota = str(round(self.cpu * PERIOD))
        if version == 2:
            # no swap: a tree that swaps slows everybody's disk long before it ends
            return {
                "memory": {"memory.max": str(self.memory), "memory.swap.max": "0"},
                "cpu": {"cpu.max": f"{quota} {PERIOD}"},
                "pids": {"pids.max": str(self.processes)},
            }.get(kind, {})
        return {
            "memory": {
                "memory.limit_in_bytes": str(self.memory),
                "memory.memsw.limit_in_bytes": str(self.memory),
            },
            "cpu": {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": quota},
            "pids": {"pids.max": str(self.processes)},
        }.get(kind, {})


@dataclass(frozen=True)
class Group:
    """The control groups of one server: kind -> folder. Version 2 has one folder for all kinds."""

    folders: dict[str, Path]

    def join_files(self) -> list[Path]:
        """Where a process writes its pid to belong to it."""
        return [folder / "cgroup.procs" for folder in dict.fromkeys(self.folders.values())]

    def processes(self) -> set[int]:
        """Who is in it."""
        found: set[int] = set()
        for path in self.join_files():
            with contextlib.suppress(OSError):
                found |= {int(line) for line in path.read_text().split()}
        return found

    def remove(self, patience: float = 2.0) -> bool:
        """Remove it once its processes are gone. False where some are left."""
        deadline = time.monotonic() + patience
        left = set(self.folders.values())
        while left:
            for folder in list(left):
                with contextlib.suppress(OSError):
                    if folder.exists():
                        folder.rmdir()
                    left.discard(folder)
                    folder.parent.rmdir()  # the last one out; not while another server has a group
            if left and time.monotonic() > deadline:
                return False
            if left:
                time.sleep(0.02)
        return True


@dataclass(frozen=True)
class Cgroups:
    """Where groups for servers are made. `parents`: kind -> folder that is ours."""

    version: int
    parents: dict[str, Path]

    @property
    def held(self) -> frozenset[str]:
        """The limits that hold here: of memory, cpu and pids."""
        return frozenset(self.parents) - {"cpuacct"}

    def warning(self) -> str | None:
        """What does not hold, for the spawn page and the log."""
        names = {"memory": "memory", "cpu": "CPU", "pids": "number of processes"}
        missing = [said for kind, said in names.items() if kind not in self.held]
        if not missing:
            return None
        what = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        return (
            f"Limits of {what} are not held on this machine: "
            "please take no more than your environment names. "
            "The operator guide says how to let polarhub write control groups."
        )

    def make(self, slug: str, limits: Limits) -> Group:
        """The group of a server, with its limits set. Raises OSError where a limit cannot be set."""
        group = self.group(slug)
        for kind, folder in group.folders.items():
            _make(folder, self.version, self.parents)
            for name, value in limits.settings(kind, self.version).items():
                _set(folder / name, value)
        return group

    def group(self, slug: str) -> Group:
        """The group of a server, made or not."""
        return Group({kind: parent / slug for kind, parent in self.parents.items()})

    def sweep(self) -> None:
        """Remove what an earlier hub left: groups without processes, then our own folders."""
        for parent in set(self.parents.values()):
            for folder in [*parent.glob("*/"), parent]:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _make(folder: Path, version: int, kinds: Iterable[str]) -> None:
    """Make a group and its parent, which goes with its last group: maybe just now. Raises OSError."""
    for _ in range(5):
        with contextlib.suppress(FileNotFoundError):
            folder.parent.mkdir(exist_ok=True)
            if version == 2:
                _enable(folder.parent, kinds)
            folder.mkdir(exist_ok=True)
            return
    raise OSError(f"{folder} cannot be made")


def _set(path: Path, value: str) -> None:
    """Write a limit; a kernel that does not count swap has no file for it.

    A memory limit that is lowered must pass memsw, which may not be below it: then memsw goes first.
    """
    if not path.exists() and "sw" in path.name:
        return
    try:
        path.write_text(value)
    except OSError:
        if path.name != "memory.limit_in_bytes":
            raise
        (path.parent / "memory.memsw.limit_in_bytes").write_text(value)
        path.write_text(value)


def find(name: str, proc: Path = Path("/proc/self")) -> Cgroups:
    """Where this process can make groups, below its own, in folders of this name; each kind is tried."""
    places = _places(proc)
    if "" in places:
        found = _version2(places[""], name)
        if found.held:
            return found
    parents = {}
    for kind in KINDS:
        with contextlib.suppress(OSError):
            if kind in places:
                parents[kind] = _usable(places[kind] / name, kind, 1)
    return Cgroups(1, parents)


def own_limits(proc: Path = Path("/proc/self")) -> dict[str, float]:
    """What this process itself may take: "cpu" in processors, "memory" in bytes; no entry: no limit."""
    places = _places(proc)
    limits = {}
    with contextlib.suppress(OSError, ValueError, KeyError):  # "max", or a root group without the file
        quota, period = (places[""] / "cpu.max").read_text().split()
        limits["cpu"] = int(quota) / int(period)
    with contextlib.suppress(OSError, ValueError, KeyError):
        limits["memory"] = float(int((places[""] / "memory.max").read_text()))
    with contextlib.suppress(OSError, ValueError, KeyError):
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        quota_us, period_us = (int((places["cpu"] / name).read_text()) for name in names)
        if quota_us > 0:
            limits["cpu"] = quota_us / period_us
    with contextlib.suppress(OSError, ValueError, KeyError):
        limits["memory"] = float((places["memory"] / "memory.limit_in_bytes").read_text())
    return limits


def _places(proc: Path) -> dict[str, Path]:
    """Our own groups: controller -> folder; "" is version 2."""
    own: dict[str, str] = {}
    for line in (proc / "cgroup").read_text().splitlines():
        _, kinds, path = line.split(":", 2)
        own |= dict.fromkeys(kinds.split(",") if kinds else [""], path)
    places = {}
    for line in (proc / "mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        root, point = before.split()[3:5]
        kind, _, options = after.split()
        for name in [""] if kind == "cgroup2" else options.split(",") if kind == "cgroup" else []:
            path = own.get(name, "")
            if path and (root == "/" or path.startswith(root)):
                below = path if root == "/" else path[len(root) :]
                places[name] = Path(point) / below.strip("/")
    return places


def _usable(parent: Path, kind: str, version: int) -> Path:
    """The folder, after a trial that a limit can be set in it; the trial leaves nothing. Raises OSError."""
    trial = parent / f".trial-{os.getpid()}"
    _make(trial, version, [kind])
    try:
        for name, value in Limits(1, 1 << 30).settings(kind, version).items():
            _set(trial / name, value)
    finally:
        Group({kind: trial}).remove()
    return parent


def _version2(own: Path, name: str) -> Cgroups:
    """Below our own group where it is delegated: then we move aside, as only a leaf may hold processes."""
    if own.name == ASIDE:
        own = own.parent  # an earlier start has moved us
    parents: dict[str, Path] = {}
    with contextlib.suppress(OSError):
        offered = set((own / "cgroup.controllers").read_text().split()) & set(KINDS)
        if not offered:
            return Cgroups(2, {})
        _delegate(own, offered)
        for kind in offered:
            with contextlib.suppress(OSError):
                parents[kind] = _usable(own / name, kind, 2)
    return Cgroups(2, parents)


def _delegate(own: Path, kinds: Iterable[str]) -> None:
    try:
        _enable(own, kinds)
    except OSError:
        aside = own / ASIDE
        aside.mkdir(exist_ok=True)
        for pid in (own / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                (aside / "cgroup.procs").write_text(pid)
        _enable(own, kinds)


def _enable(folder: Path, kinds: Iterable[str]) -> None:
    enabled = set((folder / "cgroup.subtree_control").read_text().split())
    for kind in sorted(set(kinds) - enabled):
        (folder / "cgroup.subtree_control").write_text(f"+{kind}")
