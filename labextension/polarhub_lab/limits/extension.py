"""The server extension: looks every two seconds, and answers the status bar at `polarhub/limits`."""

import os
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import PeriodicCallback

from polarhub_lab.limits.figures import Box
from polarhub_lab.limits.home import HomeMeter
from polarhub_lab.limits.watch import Kernel, Watch

EVERY = 2000  # milliseconds between two looks


class Limits:
    """What the status bar shows."""

    def __init__(self, watch: Watch, cpu_limit: float, profile: str) -> None:
        self.watch, self.cpu_limit, self.profile = watch, cpu_limit, profile
        self.started = uuid.uuid4().hex  # messages are numbered anew by each server
        self._before = (time.monotonic(), watch.box.cpu_seconds())
        self._cpu = 0.0

    def look(self) -> None:
        """Look at everything once."""
        at, used = time.monotonic(), self.watch.box.cpu_seconds()
        if at > self._before[0]:
            self._cpu = max(0.0, (used - self._before[1]) / (at - self._before[0]))
        self._before = (at, used)
        self.watch.look()

    def figures(self) -> dict[str, Any]:
        """Bytes and processors: in use, and what there is."""
        use = self.watch.home.last
        return {
            "profile": self.profile,
            "memory": {"used": self.watch.box.memory(), "limit": self.watch.memory_limit},
            "cpu": {"used": round(self._cpu, 2), "limit": self.cpu_limit},
            "home": {
                "used": use.used if use else None,
                "complete": use.complete if use else False,
                "limit": self.watch.home_size,
                "free": self.watch.home.free(),
            },
            "held": sorted(self.watch.box.held()),
            "started": self.started,
            "messages": [asdict(m) for m in self.watch.messages],
        }


class LimitsHandler(APIHandler):
    """GET polarhub/limits"""

    def initialize(self, limits: Limits) -> None:
        """`limits` knows the figures."""
        self.limits = limits

    @web.authenticated
    def get(self) -> None:
        """The figures and the messages."""
        self.set_header("Cache-Control", "no-store")
        self.finish(self.limits.figures())


def kernels_of(server: ServerApp) -> dict[str, Kernel]:
    """The kernels that run, with the path of their notebook."""
    manager, found = server.kernel_manager, {}
    names = {id: Path(path).name for id, path in _notebooks(server).items()}
    for id in manager.list_kernel_ids():
        pid = getattr(manager.get_kernel(id).provisioner, "pid", None)
        if pid:
            found[id] = Kernel(pid, names.get(id, "a notebook"))
    return found


def _notebooks(server: ServerApp) -> dict[str, str]:
    rows = server.session_manager.cursor.execute("SELECT kernel_id, path FROM session").fetchall()
    return {row["kernel_id"]: row["path"] for row in rows}


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Start looking, and answer. Without limits in the environment there is nothing to show."""
    memory, home_size = os.environ.get("MEM_LIMIT"), os.environ.get("POLARLAB_HOME_SIZE")
    if not memory or not home_size:
        return
    watch = Watch(Box(), HomeMeter(Path.home()), int(memory), int(home_size), lambda: kernels_of(server))
    limits = Limits(watch, float(os.environ.get("CPU_LIMIT", 0)), os.environ.get("POLARLAB_PROFILE", ""))
    url = url_path_join(server.web_app.settings["base_url"], "polarhub", "limits")
    server.web_app.add_handlers(".*$", [(url, LimitsHandler, {"limits": limits})])  # type: ignore[no-untyped-call]
    looking = PeriodicCallback(limits.look, EVERY)
    looking.start()
    server.io_loop.add_callback(limits.look)
