"""Trees of processes: what runs below one, how much CPU time it took, and the end of all of it."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SET_CHILD_SUBREAPER = 36  # prctl: whoever loses its parent below us becomes our child


@dataclass(frozen=True)
class Process:
    """One process: `cpu` in seconds, with that of the children it has waited for."""

    pid: int
    parent: int
    state: str
    cpu: float


def adopt_orphans() -> None:
    """From now on an orphan below this process becomes its child, however it was made."""
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "this kernel has no subreapers")


def everything() -> list[Process]:
    """Every process that can be seen, zombies too."""
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208 - paths would take three times as long
        if name.isdigit():
            with contextlib.suppress(OSError):  # gone meanwhile
                found.append(_read(int(name)))
    return found


def _read(pid: int) -> Process:
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return Process(pid, int(fields[1]), fields[0].decode(), sum(map(int, fields[11:15])) / TICK)


def below(pid: int, among: Iterable[Process] | None = None) -> list[Process]:
    """All descendants of a process."""
    children: dict[int, list[Process]] = {}
    for process in everything() if among is None else among:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    todo = [pid]
    while todo:
        more = children.get(todo.pop(), [])
        found += more
        todo += [process.pid for process in more]
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and of everything below it so far, in seconds."""
    seen = everything()
    return sum(p.cpu for p in [*(p for p in seen if p.pid == pid), *below(pid, seen)])


def end_below(pid: int, limit: float = 2.0) -> bool:
    """End everything below a process. False where something is left after `limit` seconds."""
    deadline = time.monotonic() + limit
    held: set[int] = set()
    # Stopped first: what is stopped makes no more processes while the others are looked for.
    while new := _running(pid) - held:
        for one in new:
            signalled(one, signal.SIGSTOP)
        held |= new
        if time.monotonic() > deadline:
            break
    while left := _running(pid):
        for one in left:
            signalled(one, signal.SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


def _running(pid: int) -> set[int]:
    return {process.pid for process in below(pid) if process.state not in "ZX"}


def signalled(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
