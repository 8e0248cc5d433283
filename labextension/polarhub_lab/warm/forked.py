"""A process that somebody else has forked for us, held as if it were a child of ours."""

import os
import select
import signal
import subprocess


class ForkedProcess:
    """What jupyter_client does with a kernel's process; named by a descriptor, so that no pid is mistaken."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        try:
            self._held = os.pidfd_open(pid)
        except ProcessLookupError:
            self._held, self.returncode = -1, 1

    def poll(self) -> int | None:
        """Nothing while it runs; how it ended is known to its parent alone: 1."""
        if self.returncode is None and select.select([self._held], [], [], 0)[0]:
            os.close(self._held)
            self.returncode = 1
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        if self.poll() is None and not select.select([self._held], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return self.poll() or 1

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing happens where it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._held, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)
