"""Units that are ready before there is work: forked from the zygote, used once, ended with all below them."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polarhub_lab.warm.channel import receive, send
from polarhub_lab.warm.trees import cpu_seconds, end_below, signalled

LINE = 64 << 20  # bytes of one message of a unit
START = 120.0  # seconds the zygote may take to import everything

log = logging.getLogger(__name__)


class NoUnit(Exception):
    """No unit could be made; the message says why."""


@dataclass
class Unit:
    """One process with its ready kernel, for one job."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def said(self) -> AsyncIterator[dict[str, Any]]:
        """What it tells, until it ends."""
        while line := await self.reader.readline():
            yield json.loads(line)

    async def wait_until_ready(self) -> None:
        """Until its kernel answers. Raises NoUnit."""
        async for said in self.said():
            if said.get("ready"):
                return
            raise NoUnit(str(said.get("broken")))
        raise NoUnit("The kernel could not be started.")

    def work(self, line: bytes) -> None:
        """Give it its job."""
        self.writer.write(line)

    def cpu_seconds(self) -> float:
        """CPU time of it and all it started, in seconds."""
        return cpu_seconds(self.pid)

    def end(self) -> bool:
        """End it and everything below it. False where something is left."""
        ended = end_below(self.pid)
        signalled(self.pid, signal.SIGKILL)
        self.writer.close()
        return ended


class Units:
    """A pool of units. Made anew as they are used, when nobody waits for the processor."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.ready: deque[Unit] = deque()
        self._channel: socket.socket | None = None
        self._zygote: asyncio.subprocess.Process | None = None
        self._making = asyncio.Lock()

    async def open(self) -> socket.socket:
        """Start the zygote and wait until it has imported everything. Raises NoUnit."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(START)
        command = [sys.executable, "-P", "-m", "polarhub_lab.warm.zygote", str(its.fileno()), "runs"]
        with its:
            self._zygote = await asyncio.create_subprocess_exec(
                *command, pass_fds=[its.fileno()], stdin=asyncio.subprocess.DEVNULL
            )
        said = await self._ask(ours)
        log.info("ready to fork; %d MB", said.get("memory", 0) >> 20)
        self._channel = ours
        return ours

    async def _ask(self, channel: socket.socket) -> dict[str, Any]:
        try:
            message, _ = await asyncio.to_thread(receive, channel)
        except OSError as error:
            raise NoUnit(f"Kernels cannot be forked ({error.strerror}).") from None
        if not message:
            raise NoUnit("Kernels cannot be forked any more.")
        return message

    async def take(self) -> Unit:
        """A unit that is ready, or a new one. Raises NoUnit."""
        while self.ready:
            unit = self.ready.popleft()
            if not unit.reader.at_eof():
                return unit
            unit.end()
        return await self._make()

    async def fill(self) -> None:
        """Make one unit more where the pool is not full."""
        if len(self.ready) < self.size:
            self.ready.append(await self._make())

    async def _make(self) -> Unit:
        async with self._making:
            if self._zygote is None or self._zygote.returncode is not None:
                self.close()
            channel = self._channel or await self.open()
            ours, its = socket.socketpair()
            with its:
                try:
                    send(channel, {"folder": str(Path.home())}, [its.fileno()])
                except OSError:
                    ours.close()
                    self.close()
                    raise NoUnit("Kernels cannot be forked any more.") from None
            pid = (await self._ask(channel))["pid"]
        reader, writer = await asyncio.open_connection(sock=ours, limit=LINE)
        unit = Unit(pid, reader, writer)
        try:
            await unit.wait_until_ready()
        except BaseException:
            unit.end()
            raise
        return unit

    def close(self) -> None:
        """End everything."""
        while self.ready:
            self.ready.popleft().end()
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._zygote is not None:
            end_below(self._zygote.pid)
            with contextlib.suppress(ProcessLookupError):
                self._zygote.kill()
