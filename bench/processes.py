"""What processes hold, seen from outside: memory, descriptors, control groups, mounts."""

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.spawning.machine import parents, tree


def memory(pids: set[int]) -> int:
    """Bytes of PSS: pages that several share are shared out among them."""
    found = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    found += int(line.split()[1]) << 10
    return found


def servers_of(hub: int) -> list[set[int]]:
    """The processes of each server of a hub, its whole box with what built it."""
    above, found = parents(), []
    for pid, parent in above.items():
        if parent == hub and _is_server(tree(pid)):
            found.append(tree(pid))
    return found


def _is_server(pids: set[int]) -> bool:
    return any(b"JUPYTERHUB_SERVICE_PREFIX" in _environment(pid) for pid in pids) and not any(
        b"hub.api" in _command(pid) or b"hub.headless" in _command(pid) for pid in pids
    )


def _environment(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _zygote_of(hub: int) -> int | None:
    found = [pid for pid in tree(hub) if b"polarhub_lab.instant" in _command(pid)]
    return max(found, default=None)


def _descriptors(pid: int | None) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir())) if pid else 0


@dataclass(frozen=True)
class Left:
    """What a hub and its machine hold at a moment."""

    hub_mb: float
    hub_descriptors: int
    zygote_mb: float
    zygote_descriptors: int
    processes: int
    groups: int
    mounts: int
    interfaces: int

    @classmethod
    def of(cls, hub: int) -> "Left":
        """Count."""
        zygote = _zygote_of(hub)
        return cls(
            round(memory({hub}) / 1e6, 1),
            _descriptors(hub),
            round(memory({zygote}) / 1e6, 1) if zygote else 0,
            _descriptors(zygote),
            len(tree(hub)),
            sum(1 for _ in Path("/sys/fs/cgroup").rglob("polarhub-*/*/cgroup.procs")),
            len(Path("/proc/mounts").read_text().splitlines()),
            len(list(Path("/sys/class/net").iterdir())),
        )

    def row(self) -> dict[str, float]:
        """For a table."""
        return asdict(self)

    def more_than(self, before: "Left") -> dict[str, float]:
        """What there is more than before; memory of the hub is not counted."""
        counted = ("zygote_descriptors", "processes", "groups", "mounts", "interfaces")
        more = {name: getattr(self, name) - getattr(before, name) for name in counted}
        return {name: number for name, number in more.items() if number > 0}
