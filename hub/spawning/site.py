"""Everything that the local spawner needs to know of this machine, put together once at the start."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tornado.log import app_log as log

from hub.errors import StartRefused
from hub.machine import ROOT
from hub.ports import Ports
from hub.profiles import Machine, Profile, read_profiles
from hub.ready import address
from hub.settings import Settings
from hub.spawning import bubblewrap, capacity, cgroups
from hub.spawning.box import HOME, SHARED, Bind, python_trees, system_binds
from hub.spawning.cgroups import Cgroups
from hub.spawning.forking import ForkStart
from hub.spawning.homes import Homes
from hub.spawning.network.own import BoxNetworks, networks_for
from hub.spawning.seccomp.program import program
from hub.spawning.starting import ExecStart, Start
from hub.spawning.zygote import Zygote

# What every server of a box is started with, whoever it is for.
ALWAYS = (
    # nobody can install extensions into a read-only tree; the search for language servers takes long
    "--LabApp.extension_manager=readonly",
    "--LanguageServerManager.autodetect=False",
    "--KernelManager.shutdown_wait_time=1",
    f"--ServerApp.root_dir={HOME}",
)
NEEDS_ROOT = "Servers start the plain way, as to fork them into their sandboxes takes root."


@dataclass(frozen=True)
class Site:
    """This machine, as the spawner sees it."""

    profiles: tuple[Profile, ...]
    machine: Machine
    homes: Homes
    logs: Path
    groups: Cgroups
    binds: tuple[Bind, ...]
    variables: dict[str, str]
    start: Start
    networks: BoxNetworks | None

    def __deepcopy__(self, _: object) -> "Site":
        """Configuration is copied for every spawner; there is one machine."""
        return self

    @classmethod
    def of(cls, settings: Settings, more: Sequence[Bind] = (), arguments: Sequence[str] = ()) -> "Site":
        """Look at the machine; every box shows `more` too, and every server has these arguments.

        Raises BadFile for a profile, StartRefused where no box can be made.
        """
        root = os.geteuid() == 0
        refuse_visible(settings.data)
        homes, logs = settings.data / "homes", settings.data / "logs" / "servers"
        homes.mkdir(mode=0o711, parents=True, exist_ok=True)
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        groups = groups_for(settings)
        groups.sweep()
        bwrap = bubblewrap.find(root=root)
        shown = (*system_binds(), *shared_binds(settings), *_where_bwrap_is(Path(bwrap)), *more)
        binds = tuple(dict.fromkeys(shown))
        networks = networks_for(settings, os.environ)
        return cls(
            profiles=tuple(read_profiles(ROOT / "spawner_profiles")),
            machine=capacity.size(homes),
            homes=Homes(homes, own_uids=root),
            logs=logs,
            groups=groups,
            binds=binds,
            variables={
                "POLAR_DATA": str(SHARED / "data"),
                "POLAR_STAC": f"{address(settings)}/services/api/stac",
                # runners ask the api itself: one hop less, and a proxy that is away does not matter
                "POLARLAB_API": f"http://127.0.0.1:{Ports.of(settings.data).api}/services/api",
                "POLARLAB_RUNNER_IDLE": str(settings.runner_idle_minutes),
                **({"POLARLAB_RUNNER_JOBS": str(settings.runner_jobs)} if settings.runner_jobs else {}),
            },
            start=start_of(settings, ExecStart(bwrap, root, networks, program()), binds, logs, arguments),
            networks=networks,
        )


def start_of(
    settings: Settings, plain: ExecStart, binds: Sequence[Bind], logs: Path, arguments: Sequence[str]
) -> Start:
    """How servers start here."""
    if settings.server_start == "exec":
        return plain
    if not plain.drop_root:
        log.warning(NEEDS_ROOT)
        return plain
    zygote = Zygote(plain.bwrap, binds, [*ALWAYS, *arguments], logs.parent / "zygote.log")
    zygote.keep()
    return ForkStart(plain, zygote)


def groups_for(settings: Settings) -> Cgroups:
    """Where the control groups of this hub's servers are made: each data folder has its own."""
    return cgroups.find(f"polarhub-{hashlib.sha256(str(settings.data).encode()).hexdigest()[:12]}")


def refuse_visible(data: Path) -> None:
    """The hub's data may not lie where every box looks. Raises StartRefused."""
    for bind in system_binds():
        if data.is_relative_to(bind.source):
            raise StartRefused(
                f"The folder {data} lies in {bind.source}, which every user's sandbox shows: "
                "choose another by POLARHUB_DATA."
            )


def shared_binds(settings: Settings) -> list[Bind]:
    """What of polarhub every user sees, read-only: example notebooks, and the data that come with it."""
    data = settings.data / "catalog" / "files"
    data.mkdir(parents=True, exist_ok=True)  # filled while the hub runs already
    return [Bind(ROOT / "notebooks", SHARED / "notebooks"), Bind(data, SHARED / "data")]


def _where_bwrap_is(bwrap: Path) -> list[Bind]:
    trees = [Path("/usr"), Path("/bin"), *python_trees()]
    seen = any(bwrap.resolve().is_relative_to(tree) for tree in trees)
    return [] if seen else [Bind(bwrap.parent, bwrap.parent)]
