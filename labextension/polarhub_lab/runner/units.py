"""Units that are ready before there is work: forked from the zygote, used once, ended with all below them."""

import asyncio
import json
import signal
import socket
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polarhub_lab.warm.asking import NoZygote, Zygote
from polarhub_lab.warm.trees import cpu_seconds, end_below, signalled

LINE = 64 << 20  # bytes of one message of a unit


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
    """A pool of units; made anew as they are used."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.ready: deque[Unit] = deque()
        self.zygote = Zygote("runs")

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
        ours, its = socket.socketpair()
        try:
            with its:
                await self.zygote.open()
                pid = await self.zygote.fork({"folder": str(Path.home())}, [its.fileno()])
        except NoZygote as error:
            ours.close()
            raise NoUnit(str(error)) from None
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
        self.zygote.close()
