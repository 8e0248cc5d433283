"""`python -m polarhub_lab.serving`: the single-user server, behind a door that the hub has opened for it.

The hub binds the port, listens, and hands the socket over as the descriptor POLARLAB_DOOR. So nobody else can
take the port meanwhile, and what the hub asks at once waits there until this server answers.
"""

import asyncio
import os
import random
import socket

from jupyter_server.serverapp import ServerApp
from jupyterhub.singleuser.extension import JupyterHubSingleUser

DOOR = "POLARLAB_DOOR"


class DoorServerApp(ServerApp):
    """A Jupyter server that listens on a socket which is open already."""

    def _find_http_port(self) -> None:
        """There is no port to look for."""

    def _bind_http_server_tcp(self) -> bool:
        door = socket.socket(fileno=int(os.environ.pop(DOOR)))
        door.setblocking(False)
        door.set_inheritable(False)  # kernels and terminals do not get it
        self.http_server.add_socket(door)
        return True


async def _same_version(_server: JupyterHubSingleUser) -> None:
    """One lock file gives the hub's version and ours; the hub compares them by a header of our answers."""


_report_activity = JupyterHubSingleUser.keep_activity_updated


async def _report_activity_later(server: JupyterHubSingleUser) -> None:
    """Not in the moment of the start: the hub is busy with it, and has noted our activity itself."""
    await asyncio.sleep(random.uniform(20, 40))  # noqa: S311 - no secret
    await _report_activity(server)


def ask_less() -> None:
    """Leave out what a start asks of the hub and the hub knows already."""
    JupyterHubSingleUser.check_hub_version = _same_version
    JupyterHubSingleUser.keep_activity_updated = _report_activity_later


def main() -> None:
    """Serve until told to end; the ordinary way where no door was handed over."""
    if DOOR in os.environ:
        JupyterHubSingleUser.serverapp_class = DoorServerApp
    ask_less()
    JupyterHubSingleUser.launch_instance()


if __name__ == "__main__":
    main()
