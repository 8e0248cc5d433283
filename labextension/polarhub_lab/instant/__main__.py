"""`python -m polarhub_lab.instant CONTROL ARGUMENTS…`: the zygote, which instant servers are forked from.

It has one thread and no loop, hears only its hub, over one descriptor, and never sees a secret: of each
request it gets descriptors and forks; the child reads the rest, the token among it, and is a user's for ever.

One message on CONTROL (SOCK_SEQPACKET): `fork` with four descriptors: the request's own socket, a pidfd of a
process in the box, the server's door, the box's lifeline, the log. On the request's socket:
    child → hub   {"here": true}       the hub puts it into the box's control groups
    hub → child   {"uid", "environment", "arguments", "filter": of system calls, in hexadecimal}
    child → hub   {"in": true} when it is in the box as its user, or {"error": sentence}
The hub reads the pid from the message's credentials: the child knows only that of its own namespace.
"""

import array
import contextlib
import ctypes
import gc
import json
import os
import random
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from polarhub_lab import serving
from polarhub_lab.instant import enter
from polarhub_lab.instant.rehearsal import prepare

GIVEN = 5  # descriptors of a request
PATIENCE = 20.0  # seconds that the hub may be silent in a request


def serve(control: socket.socket) -> None:
    """Fork for each request until the hub is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    gc.collect()
    gc.freeze()  # a collection in a child must not touch, and so copy, our pages
    ctypes.CDLL(None).malloc_trim(0)
    control.send(b"ready")
    while True:
        message, descriptors = _received(control)
        if not message:
            return
        try:
            if message != b"fork" or len(descriptors) != GIVEN:
                raise ValueError("not a request")
            if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208
                raise RuntimeError("there is more than one thread")
            if os.fork() == 0:
                control.close()
                _child(descriptors)
        except Exception as error:
            print("zygote:", error, file=sys.stderr, flush=True)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def _received(control: socket.socket) -> tuple[bytes, list[int]]:
    size = socket.CMSG_SPACE(GIVEN * array.array("i").itemsize)
    message, ancillary, _, _ = control.recvmsg(16, size, socket.MSG_CMSG_CLOEXEC)
    descriptors = array.array("i")
    for _, _, data in ancillary:
        descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    return message, list(descriptors)


def _child(descriptors: list[int]) -> NoReturn:
    """Move into the box and fork twice: only a child is in the namespace of pids, and only its child,

    left alone, becomes a child of the box's first process, which reaps it.
    """
    ask, inhabitant, door, lifeline, log = descriptors
    request = socket.socket(fileno=ask)
    request.settimeout(PATIENCE)
    try:
        os.setsid()
        request.send(json.dumps({"here": True}).encode())
        wanted = json.loads(request.recv(1 << 20))
        enter.join_namespaces(inhabitant)
        enter.drop_privileges(wanted["uid"])
        if os.fork():
            with contextlib.suppress(ChildProcessError):
                os.wait()
            os._exit(0)
        if os.fork():
            os._exit(0)
        _dress(wanted, {ask, door, lifeline}, log)
        enter.filter_calls(bytes.fromhex(wanted["filter"]))
        request.send(json.dumps({"in": True}).encode())
        request.close()
    except BaseException as error:
        traceback.print_exc()
        request.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        os._exit(1)
    _live(wanted["arguments"], door)


def _dress(wanted: dict[str, dict[str, str]], kept: set[int], log: int) -> None:
    """Everything that a program finds at its start: descriptors, signals, environment, folder."""
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    enter.close_all_but({0, 1, 2, *kept})
    enter.fresh_signals()
    os.umask(0o022)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(Path.home())
    random.seed()


def _live(arguments: list[str], door: int) -> NoReturn:
    """Be the server until it ends."""
    os.environ[serving.DOOR] = str(door)
    sys.argv = ["polarhub_lab.serving", *arguments]
    code: object = 0
    try:
        serving.main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(bool(code)))


def main() -> None:
    """Prepare, then serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    prepare(sys.argv[2:])
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208
        raise SystemExit("zygote: the rehearsal left a thread")
    serve(control)


if __name__ == "__main__":
    main()
