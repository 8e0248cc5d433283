"""The server's side of a zygote: start it, ask it to fork, notice when it is gone."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Sequence
from typing import Any

from polarhub_lab.warm.channel import receive, send
from polarhub_lab.warm.trees import end_below

START = 120.0  # seconds it may take to import everything; an answer is there in milliseconds later


class NoZygote(Exception):
    """Nothing can be forked; the message says why."""


class Zygote:
    """A zygote of our own. `kind`: runs or kernels."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.memory = 0  # bytes, once it is ready
        self._channel: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._one = asyncio.Lock()

    @property
    def ready(self) -> bool:
        """Whether it has imported everything and still lives."""
        return self._channel is not None and self._process is not None and self._process.returncode is None

    async def open(self) -> None:
        """Start it, where it does not run, and wait until it is ready. Raises NoZygote."""
        async with self._one:
            if not self.ready:
                self.close()
                await self._start()

    async def _start(self) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(START)
        command = [sys.executable, "-P", "-m", "polarhub_lab.warm.zygote", str(its.fileno()), self.kind]
        try:
            with its:
                self._process = await asyncio.create_subprocess_exec(
                    *command, pass_fds=[its.fileno()], stdin=asyncio.subprocess.DEVNULL
                )
            self.memory = int((await _answer(ours)).get("memory", 0))
        except BaseException:
            ours.close()
            raise
        self._channel = ours

    async def fork(self, wanted: dict[str, Any], descriptors: Sequence[int]) -> int:
        """The pid of a new process. Raises NoZygote where it is not ready, or gone."""
        async with self._one:
            if not self.ready or self._channel is None:
                raise NoZygote("There is no zygote yet.")
            try:
                send(self._channel, wanted, descriptors)
            except OSError:
                self.close()
                raise NoZygote("The zygote has ended.") from None
            return int((await _answer(self._channel))["pid"])

    def close(self) -> None:
        """End it. Units end with it, JupyterLab's kernels live on."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None and self._process.returncode is None:
            if self.kind == "runs":
                end_below(self._process.pid)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


async def _answer(channel: socket.socket) -> dict[str, Any]:
    try:
        message, _ = await asyncio.to_thread(receive, channel)
    except OSError as error:
        raise NoZygote(f"Kernels cannot be forked ({error.strerror or 'no answer in time'}).") from None
    if not message:
        raise NoZygote("Kernels cannot be forked: the zygote has ended.")
    return message
