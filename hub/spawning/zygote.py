"""The process that instant servers are forked from: started, watched, and replaced when a package changes."""

import array
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tornado.log import app_log as log

from hub.errors import Unavailable
from hub.spawning.box import HOME, RUN, Bind, zygote_options

LIMIT = 60.0  # seconds until it must be ready
PAUSES = (1.0, 5.0, 30.0, 300.0)  # seconds before it is started again, after one failure, two, …
ENVIRONMENT = {
    "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
    "HOME": str(HOME),  # the same in every box: what a module works out from it at import stays true
    "LANG": "C.UTF-8",
    "XDG_RUNTIME_DIR": str(RUN),
    "JUPYTER_RUNTIME_DIR": str(RUN / "jupyter"),
    "MALLOC_ARENA_MAX": "1",
}


def packages() -> tuple[tuple[str, int], ...]:
    """A mark that changes when a package is installed, or our own code changes."""
    lab = find_spec("polarhub_lab")
    own = Path(lab.origin).parent if lab and lab.origin else Path(sys.prefix)
    folders = [Path(p) for p in sys.path if p.endswith("site-packages")]
    files = sorted(own.rglob("*.py"))
    return tuple((str(p), p.stat().st_mtime_ns) for p in (*folders, *files) if p.exists())


@dataclass
class Zygote:
    """Keeps one alive from `keep()` on. `why_not` says in a sentence why there is none at the moment."""

    bwrap: str
    binds: Sequence[Bind]
    arguments: Sequence[str]
    log: Path
    why_not: str | None = "It is being prepared."
    _control: socket.socket | None = None
    _process: subprocess.Popen[bytes] | None = None
    _made_of: tuple[tuple[str, int], ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def __deepcopy__(self, _: object) -> "Zygote":
        """Configuration is copied for every spawner; there is one zygote."""
        return self

    def keep(self) -> None:
        """Start it, now and whenever it has ended, beside everything else."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="zygote", daemon=True)
            self._thread.start()

    def ask(self, descriptors: Sequence[int]) -> None:
        """Have it fork, for a request that goes on over the first descriptor. Raises Unavailable."""
        with self._lock:
            if self._control is None or self._process is None:
                raise Unavailable(self.why_not or "There is no zygote.")
            if packages() != self._made_of:
                self._process.terminate()
                raise Unavailable("A package has changed; it is prepared anew.")
            try:
                rights = array.array("i", descriptors)
                self._control.sendmsg([b"fork"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            except OSError:
                raise Unavailable("It has just ended.") from None

    @property
    def pid(self) -> int | None:
        """Of the process that bwrap became; nothing while there is none."""
        return self._process.pid if self._process and self._control else None

    def _keep(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            try:
                self._once()
            except (OSError, Unavailable) as error:
                self.why_not = f"It could not be prepared: {error} See {self.log}."
                log.warning("Servers start the plain way. %s", self.why_not)
            failures = 0 if time.monotonic() - began > LIMIT else failures + 1
            time.sleep(PAUSES[min(failures, len(PAUSES)) - 1] if failures else 0)

    def _once(self) -> None:
        """Start it, say when it is ready, and wait for its end."""
        made_of = packages()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            with its:
                self._process = self._start(its.fileno())
            try:
                ours.settimeout(LIMIT)
                if ours.recv(16) != b"ready":
                    raise Unavailable("the rehearsal failed.")
                with self._lock:
                    self._made_of, self._control, self.why_not = made_of, ours, None
                log.info("Servers are forked into their boxes from now on (process %d).", self._process.pid)
                self._process.wait()
            finally:
                with self._lock:
                    self._control, self.why_not = None, "It has ended and is prepared anew."
                self._process.kill()
                self._process.wait(5)

    def _start(self, control: int) -> subprocess.Popen[bytes]:
        options = zygote_options(self.binds)
        for name, value in ENVIRONMENT.items():
            options += ["--setenv", name, value]
        command = [sys.executable, "-P", "-m", "polarhub_lab.instant", str(control), *self.arguments]
        with self.log.open("wb") as log:
            os.fchmod(log.fileno(), 0o600)
            return subprocess.Popen(
                [self.bwrap, *options, "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[control],
                start_new_session=True,
                cwd="/",
                env={"PATH": ENVIRONMENT["PATH"]},
            )
