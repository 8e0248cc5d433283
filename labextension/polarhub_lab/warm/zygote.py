"""`python -P -m polarhub_lab.warm.zygote DESCRIPTOR runs|kernels`: imports once, forks whenever it is asked.

It runs no code of a user, opens nothing but its own channel and has one thread. `runs`: it forks units that
run one notebook each, and ends whatever they leave. `kernels`: it forks kernels of JupyterLab; what a
notebook starts there in the background lives on, as with any other kernel.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from polarhub_lab.warm import stack, trees
from polarhub_lab.warm.channel import receive, send
from polarhub_lab.warm.kernel import become_kernel, freshen


class Zygote:
    """Forks on request until its channel is closed."""

    def __init__(self, channel: socket.socket, *, runs: bool) -> None:
        self.channel, self.runs = channel, runs
        self.forked: set[int] = set()

    def serve(self) -> None:
        """Say that we are ready, then answer requests."""
        woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        send(self.channel, {"ready": True, "threads": stack.threads(), "memory": stack.memory()})
        while True:
            readable, _, _ = select.select([self.channel.fileno(), woken], [], [])
            if woken in readable:
                with contextlib.suppress(BlockingIOError):
                    os.read(woken, 4096)
                self.reap()
            if self.channel.fileno() in readable:
                request, descriptors = receive(self.channel)
                if not request:
                    return
                self.answer(request, descriptors)

    def answer(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """Fork what is asked for, and say its pid."""
        pid = os.fork()
        if pid == 0:
            forked(lambda: self.become(request, descriptors))
        self.forked.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        send(self.channel, {"pid": pid})

    def become(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """In the child: turn into what was asked for."""
        self.channel.close()
        freshen(request.get("environment"), request["folder"])
        if self.runs:
            from polarhub_lab.warm.unit import keep

            keep(socket.socket(fileno=descriptors[0]))
        else:
            become_kernel(request["arguments"], lambda: os.close(descriptors[0]))

    def reap(self) -> None:
        """Let ended children go. Whoever came to us when a unit ended is nobody's any more: it is ended."""
        ended = False
        with contextlib.suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) > 0:
                ended = ended or pid in self.forked
                self.forked.discard(pid)
        if self.runs and ended:
            for process in trees.everything():
                if process.parent == os.getpid() and process.pid not in self.forked:
                    trees.end_below(process.pid)
                    trees.signalled(process.pid, signal.SIGKILL)


def forked(act: Callable[[], None]) -> None:
    """In a forked child: act, then end without running what the parent has left to do at its end."""
    code = 1
    try:
        act()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def learn(rehearse: Callable[[], set[str]], limit: float = 60.0) -> list[str]:
    """The modules that a child needs beyond ours when it does what all will do; nothing if it fails."""
    listen, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(listen)

        def act() -> None:
            signal.alarm(round(limit))
            trees.adopt_orphans()
            try:
                names = rehearse()
            finally:
                trees.end_below(os.getpid())
            with os.fdopen(say, "w") as saying:
                json.dump(sorted(names | set(sys.modules)), saying)

        forked(act)
    os.close(say)
    with os.fdopen(listen) as learned:
        said = learned.read()
    os.waitpid(pid, 0)
    trees.end_below(os.getpid())
    return [n for n in json.loads(said or "[]") if n not in sys.modules and not n.startswith(stack.NEVER)]


def main() -> None:
    """Import, learn what else is needed, then fork on request."""
    from polarhub_lab.warm import rehearsal

    channel = socket.socket(fileno=int(sys.argv[1]))
    runs = sys.argv[2] == "runs"
    if runs:
        trees.adopt_orphans()
    own = dict(os.environ)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # nobody debugs here
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    breathe = (lambda: None) if runs else stack.Breath(0.3)
    stack.load([*stack.KERNEL, *(stack.RUN if runs else ()), *stack.POLAR], breathe)
    stack.load(learn(rehearsal.run if runs else rehearsal.kernel), breathe)
    os.environ.clear()
    os.environ.update(own)
    stack.forget_warnings()
    gc.collect()
    gc.freeze()
    try:
        Zygote(channel, runs=runs).serve()
    finally:
        if runs:
            trees.end_below(os.getpid())


if __name__ == "__main__":
    main()
