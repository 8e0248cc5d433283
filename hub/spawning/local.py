"""The spawner of one machine: each server in a box of its own, with the limits of its profile."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyterhub.spawner import Spawner, SpawnException
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Instance

from hub.errors import Unavailable
from hub.headless.usage import UsageKind
from hub.profiles import Profile
from hub.spawning.box import HOME, RUN, Bind, Box
from hub.spawning.cgroups import Group, Limits
from hub.spawning.homes import Home, slug_of
from hub.spawning.metering import Meter
from hub.spawning.names import LAB_MODULE, RUNNER_MODULE, kind_of
from hub.spawning.processes import RunningBox
from hub.spawning.site import ALWAYS, Site
from hub.spawning.starting import Launch

# A class that starts at once takes turns here, and keeps nobody else's work waiting for a thread.
STARTING = ThreadPoolExecutor(2 * (os.cpu_count() or 1), "starting")
PATIENCE = 5.0  # seconds a server has to end its kernels
LOG_SIZE = 5_000_000  # bytes of an old log that are worth keeping
KEPT = (
    "LANG",
    "LC_ALL",
    "TZ",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NO_PROXY",
    "no_proxy",
)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


class LocalSpawner(Spawner):  # type: ignore[misc]
    """Starts servers in boxes on this machine, and finds them again after a restart of the hub."""

    site = Instance(Site, config=True, help="this machine: homes, boxes, limits, profiles")
    meter = Instance(Meter, config=True, help="counts the CPU seconds of every box")
    profile = Instance(Profile, help="what the server gets; set as options are applied")

    _box: RunningBox | None = None
    _step = "Waiting for a turn"

    # -- what JupyterHub keeps for us
    def load_state(self, state: dict[str, Any]) -> None:
        """After a restart of the hub: the box that was running."""
        super().load_state(state)
        self._box = RunningBox.from_state(state)

    def get_state(self) -> dict[str, Any]:
        """What finds the box again."""
        return {**super().get_state(), **(self._box.state() if self._box else {})}

    def clear_state(self) -> None:
        """The server has ended."""
        super().clear_state()
        self._box = None

    # -- start, poll, stop
    async def start(self) -> tuple[str, int]:
        """Build the box and start the server in it; the hub's first question waits at its door."""
        home = self.site.homes.open(self.user.name)
        # Bound here and handed over: nobody can take the port between its choice and the server's start.
        with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
            self.ip, self.port = door.getsockname()[:2]
            try:
                self._step = "Building the sandbox"
                loop = asyncio.get_running_loop()
                self._box = await loop.run_in_executor(STARTING, self._start, home, door)
            except (Unavailable, OSError) as error:
                self.log.error("The server of %s could not be started: %s", self._log_name, error)
                raise SpawnException(
                    "Your server could not be started. Try again; if it stays so, tell an administrator.",
                    reason="box",
                    log_message=str(error),
                    status_code=503,
                ) from None
        self._step = "JupyterLab is starting"
        return self.ip, self.port

    def _start(self, home: Home, door: socket.socket) -> RunningBox:
        limits = Limits(self.profile.cpu, self.profile.memory)
        group = self._group()
        _end_all(group)  # a hub that was killed during a start may have left something
        group = self.site.groups.make(self._slug, limits)
        log = self._open_log()
        try:
            box = self._design(home, door, group)
            command = [sys.executable, "-P", "-m", kind_of(self.name).module, *self.get_args()]
            return self.site.start.start(Launch(box, command, door, log, group.join_files()))
        finally:
            os.close(log)

    async def poll(self) -> int | None:
        """Nothing while the server runs."""
        if self._box is not None and self._box.alive():
            await self._count(self._box)
            return None
        if self._box is not None:
            await self._count(self._box, last=True)
            self._box.reap()
            self._group().remove(0)
        self.clear_state()
        return 0

    async def stop(self, now: bool = False) -> None:
        """End the server and everything in its box."""
        if self._box is None:
            return
        if not await self._box.stop(0 if now else PATIENCE):
            self.log.error("The box of %s does not end (process %d)", self._log_name, self._box.pid)
        await self._count(self._box, last=True)
        await asyncio.to_thread(self._box.reap)
        if not await asyncio.to_thread(self._group().remove):
            self.log.error("Processes are left in the control group of %s", self._log_name)
        self.clear_state()

    async def _count(self, box: RunningBox, *, last: bool = False) -> None:
        """What the box has used; a database that is away stops no server, and the counter goes on."""
        kind: UsageKind = "interactive" if kind_of(self.name).module == LAB_MODULE else "run"
        try:
            await asyncio.to_thread(self.meter.read, self.user.name, kind, box, self._group(), last=last)
        except SQLAlchemyError as error:
            self.log.error("What %s uses could not be counted: %s", self._log_name, type(error).__name__)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What is happening, for the page that waits."""
        said, percent = "", 10
        while self._spawn_pending:
            if self._step != said:
                said, percent = self._step, min(percent + 30, 80)
                yield {"progress": percent, "message": said}
            await asyncio.sleep(0.1)

    # -- what is in the box
    @property
    def _slug(self) -> str:
        name = slug_of(self.user.name)
        return f"{name}+{slug_of(self.name)}" if self.name else name

    def _group(self) -> Group:
        return self.site.groups.group(self._slug)

    def _design(self, home: Home, door: socket.socket, group: Group) -> Box:
        shown = [Bind(folder, RUN / "limits" / kind) for kind, folder in group.folders.items()]
        binds = (*self.site.binds, Bind(home.path, HOME, writable=True), *shown)
        tmp = self.profile.memory // 2
        environment, networks = self._box_environment(home, door), self.site.networks
        if networks is None:
            return Box(home.slug, home.uid, binds, tmp, environment)
        seen = networks.as_seen_inside(environment)
        return Box(home.slug, home.uid, binds, tmp, seen, networks.resolv)

    def _box_environment(self, home: Home, door: socket.socket) -> dict[str, str]:
        programs = [f"{sys.prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin"]
        return {
            **kept(dict(os.environ)),
            **{name: str(value) for name, value in self.get_env().items()},
            "HOME": str(HOME),
            "USER": home.slug,
            "LOGNAME": home.slug,
            "SHELL": "/bin/bash",
            "PATH": os.pathsep.join(programs),
            "TMPDIR": "/tmp",  # noqa: S108 - the box's own
            # sockets and connection files live in memory: a full home does not stop a start
            "XDG_RUNTIME_DIR": str(RUN),
            "JUPYTER_RUNTIME_DIR": str(RUN / "jupyter"),
            "JUPYTER_DEFAULT_PROVISIONER_NAME": "polarhub",
            "POLARLAB_DOOR": str(door.fileno()),
            "POLARLAB_PROFILE": self.profile.title,
            "POLARLAB_PROFILE_SLUG": self.profile.slug,
            "POLARLAB_CPU": f"{self.profile.cpu:g}",
            "POLARLAB_HOME_SIZE": str(self.profile.disk),
            **self.site.variables,
        }

    def get_args(self) -> list[str]:
        """Arguments of the server; a runner takes none."""
        if kind_of(self.name).module == RUNNER_MODULE:
            return []
        return [
            *ALWAYS,
            f"--ServerApp.terminals_enabled={self.profile.terminal}",
            *super().get_args(),
        ]

    def _open_log(self) -> int:
        path = Path(self.site.logs) / f"{self._slug}.log"
        if path.exists() and path.stat().st_size > LOG_SIZE:
            path.replace(path.with_suffix(".old.log"))
        return os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)


def kept(environment: dict[str, str]) -> dict[str, str]:
    """What of the hub's environment a server gets: language, time zone, certificates, the way out."""
    names = [
        *KEPT,
        *(n for n in PROXIES if "@" not in environment.get(n, "")),
    ]  # no password in a proxy's address
    return {"LANG": "C.UTF-8", **{name: environment[name] for name in names if name in environment}}


def _end_all(group: Group) -> None:
    for pid in group.processes():
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
    group.remove()
