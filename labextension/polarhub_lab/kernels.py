"""How kernels start in a box: they talk over sockets in its own /run, and go first when memory runs out."""

import contextlib
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.paths import jupyter_runtime_dir

GOES_FIRST = "500"  # of 1000: the kernel's killer takes this process rather than the server around it


class BoxProvisioner(LocalProvisioner):
    """The local provisioner, without the TCP ports that other users of the machine could listen to."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets in place of ports, at the first launch; a restart keeps them."""
        manager = self.parent
        if manager is not None and manager.transport == "tcp":
            manager.transport = "ipc"
            manager.cache_ports = False
            manager.ip = str(Path(jupyter_runtime_dir()) / f"kernel-{self.kernel_id}-ipc")
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start it, and let it rather than its server be ended for memory."""
        info = await super().launch_kernel(cmd, **kwargs)
        with contextlib.suppress(OSError):  # gone already
            Path(f"/proc/{self.pid}/oom_score_adj").write_text(GOES_FIRST)  # noqa: ASYNC240 - no disk
        return info
