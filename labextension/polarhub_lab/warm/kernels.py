"""JupyterLab's kernels from a zygote: there in a tenth of the time, with the polar stack imported."""

import asyncio
import contextlib
import logging
import os
from pathlib import Path
from typing import Any

from polarhub_lab.warm import stack
from polarhub_lab.warm.asking import NoZygote, Zygote
from polarhub_lab.warm.forked import ForkedProcess

LIMIT = 20.0  # seconds until a forked kernel has opened its sockets
ROOM = 2_000_000_000  # bytes of memory that an environment must have for a zygote beside its kernels


class WarmKernels:
    """Forks kernels once it is ready; until then, and where anything has changed, they start as usual."""

    def __init__(self, log: logging.Logger) -> None:
        self.log = log
        self.zygote = Zygote("kernels")
        self._made_from: list[tuple[str, float]] = []
        self._opening: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to import, in the background and with rests; once is enough."""
        if self._opening is None or (self._opening.done() and not self.zygote.ready):
            self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        self._made_from = stack.fingerprint()
        try:
            await self.zygote.open()
            self.log.info("kernels are forked from now on; %d MB", self.zygote.memory >> 20)
        except NoZygote as error:
            self.log.warning("%s They start the ordinary way.", error)

    async def start(
        self, arguments: list[str], environment: dict[str, str], folder: str
    ) -> ForkedProcess | None:
        """A kernel with its sockets open; nothing where it has to be started the ordinary way."""
        if not self.zygote.ready:
            return None
        if stack.fingerprint() != self._made_from:
            self.zygote.close()
            self.open()
            return None
        listen, say = os.pipe2(os.O_CLOEXEC)
        wanted = {"arguments": arguments, "environment": environment, "folder": folder}
        with os.fdopen(listen) as listening:
            try:
                pid = await self.zygote.fork(wanted, [say])
            except NoZygote as error:
                self.log.warning("%s", error)
                return None
            finally:
                os.close(say)
            process = ForkedProcess(pid)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_readable(listening.fileno()), LIMIT)
        return process if process.poll() is None else None

    def close(self) -> None:
        """End the zygote; the kernels live on until their server ends them."""
        if self._opening is not None:
            self._opening.cancel()
        self.zygote.close()


async def _readable(descriptor: int) -> None:
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, there.set)
    try:
        await there.wait()
    finally:
        loop.remove_reader(descriptor)


def wanted_here() -> bool:
    """Whether there is memory for it in this environment."""
    return int(os.environ.get("MEM_LIMIT") or 0) >= ROOM


def folder_of(kwargs: dict[str, Any]) -> str:
    """The folder that a kernel begins in."""
    return str(kwargs.get("cwd") or Path.cwd())
