"""A server in a tenth of a second: its box holds a sleeper, and it is forked into that from the zygote."""

import json
import os
import select
import socket
import struct
from dataclasses import dataclass, replace
from typing import Any

from tornado.log import app_log as log

from hub.errors import Unavailable
from hub.spawning.processes import RunningBox
from hub.spawning.starting import ExecStart, Launch
from hub.spawning.zygote import Zygote

LIMIT = 20.0  # seconds for each answer
# Says that the box is complete, then sleeps until its input ends, which is when the server has ended.
SLEEPER = ("/bin/sh", "-c", "echo; read nothing")
SERVING = "polarhub_lab.serving"
CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


@dataclass(frozen=True)
class ForkStart:
    """Forks where the zygote is ready, and starts by exec meanwhile and everything else."""

    plain: ExecStart
    zygote: Zygote

    def start(self, launch: Launch) -> RunningBox:
        """The box when it stands, with the server in it. Raises Unavailable, with nothing left."""
        module = launch.command.index("-m") + 1 if "-m" in launch.command else 0
        if not module or launch.command[module] != SERVING:
            return self.plain.start(launch)
        if self.zygote.why_not is None:
            try:
                return self._fork(launch, list(launch.command[module + 1 :]))
            except Unavailable as error:
                log.warning("A server of %s starts the plain way: %s", launch.box.name, error)
        return self.plain.start(launch)

    def _fork(self, launch: Launch, arguments: list[str]) -> RunningBox:
        life_read, life_write = os.pipe()
        ready_read, ready_write = os.pipe()
        try:
            try:
                box = self.plain.build(replace(launch, command=SLEEPER), life_read, ready_write)
            finally:
                os.close(life_read)
                os.close(ready_write)
            try:
                _wait_until_complete(ready_read)
                return replace(box, server=self._move_in(launch, arguments, box, life_write))
            except BaseException:
                box.kill()
                raise
        finally:
            os.close(life_write)
            os.close(ready_read)

    def _move_in(self, launch: Launch, arguments: list[str], box: RunningBox, lifeline: int) -> int:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        inhabitant = os.pidfd_open(box.pid)
        try:
            with ours:
                ours.settimeout(LIMIT)
                ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                with its:
                    given = [its.fileno(), inhabitant, launch.listener.fileno(), lifeline, launch.log]
                    self.zygote.ask(given)
                here = _sender(ours, "here")
                for file in launch.join:
                    file.write_text(str(here))
                environment = {**launch.box.environment, "PWD": str(launch.box.environment["HOME"])}
                wanted = {"uid": launch.box.uid, "environment": environment, "arguments": arguments}
                wanted["filter"] = (self.plain.filter or b"").hex()
                ours.send(json.dumps(wanted).encode())
                return _sender(ours, "in")
        except OSError as error:
            raise Unavailable(f"The zygote does not answer ({error.strerror or error}).") from None
        finally:
            os.close(inhabitant)


def _sender(request: socket.socket, name: str) -> int:
    """The pid of who says so, as the kernel knows it. Raises Unavailable with what it says instead."""
    text, ancillary, _, _ = request.recvmsg(1 << 16, socket.CMSG_SPACE(CREDENTIALS.size))
    said: dict[str, Any] = json.loads(text or b'{"error": "it has ended"}')
    pids = [CREDENTIALS.unpack(data)[0] for _, kind, data in ancillary if kind == socket.SCM_CREDENTIALS]
    if name not in said or not pids:
        raise Unavailable(f"The fork did not reach its box: {said.get('error')}.")
    return int(pids[0])


def _wait_until_complete(said: int) -> None:
    ready, _, _ = select.select([said], [], [], LIMIT)
    if not ready or not os.read(said, 1):
        raise Unavailable("The sandbox could not be built; the server's log says why.")
