"""A unit: one process that keeps one ready kernel, runs one notebook in it and is then ended.

It is the parent of everything that the notebook starts, however far away that tries to run: orphans come
back to it. Its channel brings one job, takes what there is to tell, and closes at the end.
"""

import contextlib
import gc
import json
import os
import socket
from dataclasses import asdict
from typing import Any

from polarhub_lab.warm import trees
from polarhub_lab.warm.ready import KernelEnded, ReadyKernel
from polarhub_lab.warm.run import practise, run_notebook
from polarhub_lab.warm.work import Work


def keep(channel: socket.socket) -> None:
    """Prepare a kernel, say so, wait for the work, do it, say how it went, wait to be ended."""
    trees.adopt_orphans()
    try:
        with channel, channel.makefile("r", encoding="utf-8") as asked, contextlib.suppress(BrokenPipeError):

            def tell(**said: Any) -> None:
                channel.sendall(json.dumps(said).encode() + b"\n")

            try:
                ready = ReadyKernel.fork()
            except KernelEnded as error:
                tell(broken=str(error))
                return
            practise()
            gc.freeze()
            tell(ready=True)
            if line := asked.readline():
                tell(outcome=asdict(run_notebook(Work.read(line), ready, tell)))
                asked.read()  # until the other end closes, or ends us
    finally:
        trees.end_below(os.getpid())
