"""The box of a server as options of bubblewrap: what is in it, and nothing else. No process is started here.

Where the hub is root the box is built twice. The outer bwrap, as root, only mounts: it reaches trees under
closed folders (/root/…). Then the uid is dropped for good, and the inner bwrap, as the user, makes the
namespaces from what it now sees. So no process of a box is ever root, inside or outside of it.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

HOME = Path("/home/jovyan")  # as in every Jupyter image, so that a path in a notebook holds everywhere
RUN = Path("/run/polarhub")
LIMITS = RUN / "limits"
SHARED = Path("/srv/polarhub")

# What programs expect below /etc; nothing that names people, machines or passwords.
ETC = (
    "alternatives",
    "bash.bashrc",
    "ca-certificates",
    "gai.conf",
    "host.conf",
    "hosts",
    "fonts",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "protocols",
    "resolv.conf",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
)
ENTERS_BOXES = (
    "CAP_SYS_ADMIN",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SETUID",
    "CAP_SETGID",
    "CAP_SETPCAP",
)
NAMESPACES = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


@dataclass(frozen=True)
class Bind:
    """A folder or file of the machine, and where the box shows it."""

    source: Path
    target: Path
    writable: bool = False


@dataclass(frozen=True)
class Box:
    """What one server sees, and as whom."""

    name: str
    uid: int
    binds: tuple[Bind, ...]
    tmp: int  # bytes that /tmp and /dev/shm may hold; they are memory
    environment: Mapping[str, str] = field(default_factory=dict)
    resolv: str | None = None  # what /etc/resolv.conf says in it, where not what the machine's says


def python_trees() -> list[Path]:
    """The folders that the server's Python needs: its environment, its interpreter, our own package."""
    lab = find_spec("polarhub_lab")
    own = Path(lab.origin).parents[1] if lab and lab.origin else Path(sys.prefix)
    trees = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix)} | {own.resolve()}
    return sorted(t for t in trees if not t.is_relative_to("/usr") and not _inside(t, trees - {t}))


def _inside(path: Path, others: Iterable[Path]) -> bool:
    return any(path.is_relative_to(other) for other in others)


def system_binds() -> list[Bind]:
    """/usr, what of /etc is no secret, and the Python trees, all read-only."""
    paths = [Path("/usr"), *(Path("/etc") / name for name in ETC), *python_trees()]
    # A machine whose /bin is not yet a link to /usr/bin has these as folders of their own.
    paths += [p for p in _top_folders() if not p.is_symlink()]
    return [Bind(path.resolve() if path.is_symlink() else path, path) for path in paths if path.exists()]


def _top_folders() -> list[Path]:
    return [p for name in ("bin", "sbin", "lib", "lib32", "lib64") if (p := Path("/") / name).exists()]


def _mounts(binds: Iterable[Bind], *, again: bool) -> list[str]:
    """Options that mount; `again`: from where an outer box has put them already."""
    options: list[str] = []
    made: set[Path] = set()
    for bind in binds:
        # bwrap would make missing parents 0700, closed to the user that the outer box is for
        for parent in reversed(bind.target.parents):
            if parent != Path("/") and parent not in made:
                made.add(parent)
                options += ["--dir", str(parent)]
        made.add(bind.target)
        how = "--bind" if bind.writable else "--ro-bind"
        options += [how, str(bind.target if again else bind.source), str(bind.target)]
    for path in _top_folders():
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
    return options


def outer_options(box: Box) -> list[str]:
    """The tree as root mounts it; no namespace but that of the mounts."""
    return [
        *_mounts(box.binds, again=False),
        *("--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc", "--dir", "/run", "--chdir", "/"),
        *("--dir", "/tmp"),  # noqa: S108 - where the inner bwrap puts its new root together
    ]


def zygote_options(binds: Iterable[Bind]) -> list[str]:
    """What the process that servers are forked from sees: no home, nothing of the hub. It may enter boxes."""
    options = ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run"]  # noqa: S108
    options += _mounts(binds, again=False)  # a tree may lie below /tmp
    options += [
        "--unshare-net",
        "--tmpfs",
        str(HOME),
        "--clearenv",
        "--cap-drop",
        "ALL",
        "--new-session",
        "--die-with-parent",
    ]
    for capability in ENTERS_BOXES:
        options += ["--cap-add", capability]
    return [*options, "--chdir", "/"]


def inner_options(box: Box, files: Mapping[str, int], info: int, *, again: bool) -> list[str]:
    """The box itself. `files`: path in it -> descriptor of its content; `info`: bwrap says its pid there."""
    options = [*NAMESPACES, "--disable-userns", "--new-session", "--hostname", "polarhub"]
    options += ["--uid", str(box.uid), "--gid", str(box.uid), "--info-fd", str(info)]
    if again:
        options += ["--die-with-parent"]
    options += ["--dev", "/dev", "--proc", "/proc"]
    for path, perms in (("/tmp", "1777"), ("/dev/shm", "1777")):  # noqa: S108 - the box's own
        options += ["--perms", perms, "--size", str(box.tmp), "--tmpfs", path]
    options += ["--perms", "0755", "--size", str(64 << 20), "--tmpfs", "/run"]
    options += ["--perms", "0700", "--dir", str(RUN)]
    options += ["--dir", "/var", "--symlink", "../tmp", "/var/tmp"]  # noqa: S108
    options += _mounts(box.binds, again=again)
    for path, descriptor in files.items():
        options += ["--perms", "0644", "--ro-bind-data", str(descriptor), path]
    options += ["--clearenv"]
    for name, value in box.environment.items():
        options += ["--setenv", name, value]
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(HOME)]


def made_files(box: Box) -> dict[str, str]:
    """Accounts with nobody in them but the box's own user; a profile that leaves the PATH as it is."""
    nobody = "65534:65534:nobody:/nonexistent:/usr/sbin/nologin"
    resolv = {"/etc/resolv.conf": box.resolv} if box.resolv is not None else {}
    return {
        **resolv,
        "/etc/passwd": f"{box.name}:x:{box.uid}:{box.uid}::{HOME}:/bin/bash\nnobody:x:{nobody}\n",
        "/etc/group": f"{box.name}:x:{box.uid}:\nnogroup:x:65534:\n",
        "/etc/profile": 'umask 022\n[ -z "$BASH" ] || [ ! -r /etc/bash.bashrc ] || . /etc/bash.bashrc\n',
    }
