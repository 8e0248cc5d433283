"""What a forked process becomes when it becomes an IPython kernel; as fresh as one that was started."""

import gc
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence

GOES_FIRST = "500"  # of 1000: the kernel's killer takes this process rather than the server around it
INLINE = ("inline", "module://matplotlib_inline.backend_inline")


def freshen(environment: Mapping[str, str] | None, folder: str) -> None:
    """A session, signals, environment and working directory of its own; nobody's random numbers."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if environment is not None:
        os.environ.clear()
        os.environ.update(environment)
    os.environ.pop("JPY_PARENT_PID", None)
    time.tzset()
    os.chdir(folder)
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # forked kernels would all draw the same numbers


def become_kernel(arguments: Sequence[str], ready: Callable[[], None] = lambda: None) -> None:
    """Be the kernel of these arguments until it is shut down; `ready` is called when its sockets are open."""
    from ipykernel.kernelapp import IPKernelApp

    with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - no time for more
        score.write(GOES_FIRST)
    sys.argv = ["ipykernel_launcher", *arguments]
    app = IPKernelApp.instance()
    app.parent_handle = 1  # nobody's: it ends with its unit or its server, and says nothing at its start
    app.initialize(sys.argv[1:])
    # pyplot was imported before there was a shell: it has to be told of it, or no picture is shown
    if "matplotlib.pyplot" in sys.modules and os.environ.get("MPLBACKEND") in INLINE and app.shell:
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
        app.shell.enable_matplotlib("inline")
    gc.freeze()
    ready()
    app.start()
