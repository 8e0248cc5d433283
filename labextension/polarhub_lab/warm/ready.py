"""A kernel of our own, forked and connected before there is anything to run."""

import asyncio
import contextlib
import os
import select
import signal
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_core.paths import jupyter_runtime_dir
from jupyter_core.utils import run_sync

from polarhub_lab.warm.kernel import become_kernel, freshen
from polarhub_lab.warm.trees import end_below, signalled

LIMIT = 60.0  # seconds a kernel may take to answer
# Nobody types into this kernel: no history, so no thread and no lock for it either.
ARGUMENTS = ("--HistoryManager.enabled=False",)


class KernelEnded(Exception):
    """The kernel ended before it answered."""


@dataclass
class ReadyKernel:
    """A kernel that answers. `info`: what it says of itself."""

    pid: int
    client: AsyncKernelClient
    info: dict[str, Any]
    ended: int  # a descriptor that is readable once it has ended

    @classmethod
    def fork(cls) -> "ReadyKernel":
        """Fork it off this process, which has one thread, and wait for its answer. Raises KernelEnded."""
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = str(folder / f"kernel-{uuid.uuid4()}")
        write_connection_file(
            f"{name}.json", transport="ipc", ip=f"{name}-ipc", key=uuid.uuid4().hex.encode()
        )
        listen, say = os.pipe()
        pid = os.fork()
        if pid == 0:
            _become(name, say)
        os.close(say)
        try:
            _wait_for_sockets(listen)
            ready = run_sync(_connected)(pid, f"{name}.json")
            ready.go_to(str(Path.cwd()))  # the first request takes its time: not when somebody waits
            return ready
        except BaseException:
            signalled(pid, signal.SIGKILL)
            raise
        finally:
            os.close(listen)

    def go_to(self, folder: str) -> None:
        """Change its working directory; nothing of that is seen in the notebook."""
        run_sync(_asked)(self.client, f"__import__('os').chdir({folder!r})")

    def end(self) -> None:
        """End it with all it started."""
        signalled(self.pid, signal.SIGKILL)
        end_below(os.getpid())


def _become(name: str, say: int) -> None:
    from polarhub_lab.warm.zygote import forked

    def act() -> None:
        freshen(None, ".")
        become_kernel(["-f", f"{name}.json", *ARGUMENTS], lambda: os.close(say))

    forked(act)


def _wait_for_sockets(listen: int) -> None:
    if not select.select([listen], [], [], LIMIT)[0]:
        raise KernelEnded("The kernel opened no sockets.")


async def _connected(pid: int, file: str) -> ReadyKernel:
    client = AsyncKernelClient()
    client.load_connection_file(file)
    client.start_channels(stdin=False, hb=False, control=False)
    return ReadyKernel(pid, client, await _info(client, pid), os.pidfd_open(pid))


async def _info(client: AsyncKernelClient, pid: int) -> dict[str, Any]:
    """Ask until it has answered on both channels: an answer on one does not mean that the other is there."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        asked = client.kernel_info()
        with contextlib.suppress(Empty):
            answer = await _of(client.shell_channel, asked, 2.0)
            while (await _of(client.iopub_channel, asked, 0.25))["content"].get("execution_state") != "idle":
                continue
            content: dict[str, Any] = answer["content"]
            return content
        if _gone(pid):
            raise KernelEnded("The kernel ended while it started.")
    raise KernelEnded(f"The kernel did not answer within {LIMIT:.0f} s.")


def _gone(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] != 0


async def _of(channel: Any, asked: str, limit: float) -> dict[str, Any]:
    """The next message that answers what was asked. Raises queue.Empty."""
    deadline = time.monotonic() + limit
    while True:
        message: dict[str, Any] = await channel.get_msg(timeout=max(deadline - time.monotonic(), 0.001))
        if message["parent_header"].get("msg_id") == asked:
            return message


async def _asked(client: AsyncKernelClient, code: str) -> None:
    asked = client.execute(code, silent=True, store_history=False)
    with contextlib.suppress(asyncio.TimeoutError):
        await _of(client.shell_channel, asked, 10.0)
        while (await _of(client.iopub_channel, asked, 10.0))["content"].get("execution_state") != "idle":
            continue
