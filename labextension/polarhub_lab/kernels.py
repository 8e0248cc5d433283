"""How kernels start in a box: they talk over sockets in its own /run, and go first when memory runs out."""

import contextlib
import os
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.paths import jupyter_runtime_dir

from polarhub_lab.limits.home import FULL
from polarhub_lab.warm.kernels import WarmKernels, folder_of
from polarhub_lab.warm.specs import is_own

GOES_FIRST = "500"  # of 1000: the kernel's killer takes this process rather than the server around it


def elsewhere(home: Path) -> dict[str, str]:
    """Where a kernel keeps profile and caches when the home is full; nothing while there is room."""
    found = os.statvfs(home)
    if found.f_bavail * found.f_frsize >= FULL:
        return {}
    folder = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - the box's own
    places = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib", "XDG_CACHE_HOME": "cache"}
    return {variable: str(folder / name) for variable, name in places.items()}


class BoxProvisioner(LocalProvisioner):
    """The local provisioner, without the TCP ports that other users of the machine could listen to."""

    warm: ClassVar[WarmKernels | None] = None  # where kernels are forked from, if they are

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets in place of ports, at the first launch; a restart keeps them."""
        manager = self.parent
        if manager is not None and manager.transport == "tcp":
            manager.transport = "ipc"
            manager.cache_ports = False
            manager.ip = str(Path(jupyter_runtime_dir()) / f"kernel-{self.kernel_id}-ipc")
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        prepared["env"] = {**prepared.get("env", {}), **elsewhere(Path.home())}
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork it where that can be done, else start it; it goes before its server when memory runs out."""
        if self.warm is not None and is_own(self.kernel_spec):
            forked: Any = await self.warm.start(cmd[3:], kwargs["env"], folder_of(kwargs))
            if forked is not None:
                self.process, self.pid, self.pgid = forked, forked.pid, forked.pid
                return self.connection_info
        info = await super().launch_kernel(cmd, **kwargs)
        with contextlib.suppress(OSError):  # gone already
            Path(f"/proc/{self.pid}/oom_score_adj").write_text(GOES_FIRST)  # noqa: ASYNC240 - no disk
        return info
