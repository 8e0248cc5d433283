"""Processes that we start: they end when we do, and take what they started with them."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

Process = subprocess.Popen[str]


def bound(command: list[str]) -> list[str]:
    """The command, told by the kernel to end when the process that started it is gone, however it went."""
    return ["setpriv", "--pdeathsig", "TERM", "--", *command]


def start(command: list[str], log: IO[str], environment: dict[str, str], cwd: Path) -> Process:
    """Start in a session of its own, so that Ctrl-C reaches us and not it."""
    return subprocess.Popen(
        bound(command),
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        text=True,
    )


def stop(process: Process, patience: float) -> None:
    """Ask it to end, wait, then end its session."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
    deadline = time.monotonic() + 3
    while _session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in _session(process.pid):
        _kill(pid)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state, parent, … Raises OSError where it is gone."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def all_stat_fields() -> Iterator[tuple[int, list[str]]]:
    """The pid of every process that can be seen, with its fields."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile
            yield int(folder.name), stat_fields(int(folder.name))


def _session(leader: int) -> list[int]:
    """Processes that still belong to the session, zombies left out."""
    return [pid for pid, fields in all_stat_fields() if int(fields[3]) == leader and fields[0] != "Z"]
