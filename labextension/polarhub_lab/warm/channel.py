"""How a server talks with its zygote: a JSON object and some descriptors a message, each with its answer."""

import array
import json
import socket
from collections.abc import Sequence
from typing import Any

LARGEST = 1 << 20  # bytes of one message: an environment and some paths
MOST = 8  # descriptors in one message


def send(channel: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send one message. Raises OSError where the other end is gone."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    channel.sendmsg([json.dumps(message).encode()], rights)


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message; an empty one at the end. The caller closes the descriptors."""
    data, rights, _, _ = channel.recvmsg(LARGEST, socket.CMSG_SPACE(MOST * 4), socket.MSG_CMSG_CLOEXEC)
    descriptors = array.array("i")
    for level, kind, content in rights:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    return (json.loads(data) if data else {}), list(descriptors)
