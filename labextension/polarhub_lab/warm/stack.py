"""What is imported once, before anybody asks; and what must not have changed since."""

import contextlib
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

KERNEL = ("ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.ipkernel", "comm", "zmq")
RUN = ("papermill", "papermill.execute", "nbclient", "jupyter_client.asynchronous")
POLAR = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "xarray",
    "rioxarray",
    "netCDF4",
    "h5netcdf",
    "pystac_client",
    "ipyleaflet",
    "odc.stac",
)
NEVER = ("__mp_", "_pydev", "debugpy", "pydev", "tkinter")  # those act when they are imported


def load(names: Iterable[str], breathe: Callable[[], None] = lambda: None) -> list[str]:
    """Import modules; those that are not installed, or fail, are left out and returned."""
    failed = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            # a kernel that needs it says what is wrong with it
            failed.append(name)
        breathe()
    return failed


def forget_warnings() -> None:
    """What was warned of while importing is warned of again, where a notebook can show it."""
    for module in list(sys.modules.values()):
        registry = getattr(module, "__warningregistry__", None)
        if isinstance(registry, dict):
            registry.clear()


def threads() -> list[str]:
    """Python's threads beside the main one: there must be none when we fork."""
    return [t.name for t in threading.enumerate() if t is not threading.main_thread()]


def fingerprint() -> list[tuple[str, float]]:
    """Files that modules read while they are imported, with their times: a change asks for a new zygote."""
    home = Path.home()
    places = [home / ".config" / name for name in ("matplotlib/matplotlibrc", "dask", "pip")]
    places += [Path.cwd() / "matplotlibrc", home / ".matplotlib" / "matplotlibrc", Path(sys.prefix)]
    found = []
    for place in places:
        with contextlib.suppress(OSError):
            found.append((str(place), place.stat().st_mtime))
    return found


class Breath:
    """Takes a rest after each piece of work, so that others get most of the processor."""

    def __init__(self, share: float) -> None:
        self.share = share  # of one processor
        self._used = time.process_time()

    def __call__(self) -> None:
        """Rest for as long as the work since the last rest asks for."""
        used = time.process_time() - self._used
        time.sleep(min(used * (1 / self.share - 1), 1.0))
        self._used = time.process_time()


def memory() -> int:
    """Bytes that this process holds; what it shares with others is counted by halves, thirds and so on."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{os.getpid()}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
