"""A running box: found again after a restart of the hub, asked to end, and ended with all that is in it."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.processes import all_stat_fields, stat_fields

BOOT = Path("/proc/sys/kernel/random/boot_id")


def started_at(pid: int) -> int:
    """When a process started, in ticks since boot: with the pid, a name that is never used again."""
    return int(stat_fields(pid)[19])


@dataclass(frozen=True)
class RunningBox:
    """The first process of a box: when it ends, the kernel ends everything in the box."""

    pid: int
    started: int
    boot: str
    launcher: subprocess.Popen[bytes] | None = field(default=None, compare=False, repr=False)
    server: int | None = None  # where it was forked into the box; else the first process's oldest child

    @classmethod
    def of(cls, pid: int, launcher: subprocess.Popen[bytes] | None = None) -> "RunningBox":
        """The box whose first process has this pid. Raises OSError where it is gone."""
        return cls(pid, started_at(pid), BOOT.read_text().strip(), launcher)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "RunningBox | None":
        """The box that an earlier hub kept as `state()`; nothing where it kept none."""
        try:
            server = state.get("server")
            return cls(
                int(state["pid"]),
                int(state["started"]),
                str(state["boot"]),
                server=int(server) if server else None,
            )
        except (KeyError, TypeError, ValueError):
            return None

    def state(self) -> dict[str, int | str | None]:
        """What finds it again after a restart of the hub."""
        return {"pid": self.pid, "started": self.started, "boot": self.boot, "server": self.server}

    def reap(self) -> None:
        """Let the kernel forget the process that we started it by, once the box has ended."""
        if self.launcher is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.launcher.wait(1)

    def kill(self) -> None:
        """End it at once, and wait for that."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.reap()

    def alive(self) -> bool:
        """Whether it still runs; another process with its pid is not taken for it."""
        try:
            fields = stat_fields(self.pid)
            return (
                int(fields[19]) == self.started and fields[0] != "Z" and BOOT.read_text().strip() == self.boot
            )
        except OSError:
            return False

    def _server(self) -> int | None:
        """The pid of the server in the box."""
        if self.server is not None:
            return self.server
        children = [pid for pid, fields in all_stat_fields() if int(fields[1]) == self.pid]
        return min(children, key=started_at, default=None)

    async def stop(self, patience: float) -> bool:
        """Ask the server to end, wait, then end the box. False where even that did not help within 5 s."""
        if not self.alive():
            return True
        try:
            watch = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            # the box's first process passes no signal on: the server itself is asked
            server = self._server() if patience else None
            if server is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(server, signal.SIGTERM)
                if await _ended(watch, patience):
                    return True
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(watch, signal.SIGKILL)
            return await _ended(watch, 5)
        finally:
            os.close(watch)


async def _ended(pidfd: int, seconds: float) -> bool:
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pidfd, done.set)
    try:
        await asyncio.wait_for(done.wait(), seconds)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(pidfd)
    return True
