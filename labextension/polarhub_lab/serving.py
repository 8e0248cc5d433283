"""`python -m polarhub_lab.serving`: the single-user server, behind a door that the hub has opened for it.

The hub binds the port, listens, and hands the socket over as the descriptor POLARLAB_DOOR. So nobody else can
take the port meanwhile, and what the hub asks at once waits there until this server answers.
"""

import os
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


def main() -> None:
    """Serve until told to end; the ordinary way where no door was handed over."""
    if DOOR in os.environ:
        JupyterHubSingleUser.serverapp_class = DoorServerApp
    JupyterHubSingleUser.launch_instance()


if __name__ == "__main__":
    main()
