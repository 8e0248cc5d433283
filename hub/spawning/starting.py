"""How a server is started in its box: one seam with one method. `exec` is the plain way."""

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hub.errors import Unavailable
from hub.spawning.box import Box, inner_options, made_files, outer_options
from hub.spawning.network.own import BoxNetworks
from hub.spawning.processes import RunningBox

LIMIT = 20.0  # seconds until the box must stand

# Joins the control groups, allows no core dumps, becomes the command. Paths are arguments, never shell text.
JOIN = 'ulimit -c 0; while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"'
DROP = ("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs")


@dataclass(frozen=True)
class Launch:
    """One server to start."""

    box: Box
    command: Sequence[str]
    listener: socket.socket  # the server's own door, bound and listening
    log: int  # descriptor of its log
    join: Sequence[Path] = ()  # files of the control groups to join


class Start(Protocol):
    """The seam: starts a server in its box."""

    def start(self, launch: Launch) -> RunningBox:
        """The box when it stands, with the server starting in it. Raises Unavailable, with nothing left."""


@dataclass(frozen=True)
class ExecStart:
    """Starts the command by exec as the first program of the box."""

    bwrap: str
    drop_root: bool  # we are root: an outer box mounts, then the uid is dropped
    networks: BoxNetworks | None = None  # where each box has one of its own
    filter: bytes | None = None  # of system calls, as the kernel takes it

    def start(self, launch: Launch) -> RunningBox:
        """The box when it stands, with the server starting in it. Raises Unavailable, with nothing left."""
        return self.build(launch, subprocess.DEVNULL, launch.log, [launch.listener.fileno()])

    def build(self, launch: Launch, stdin: int, stdout: int, passed: Sequence[int] = ()) -> RunningBox:
        """The same, for a command that reads and writes elsewhere and gets other descriptors."""
        said, say = os.pipe()
        with _closing(said), _descriptors() as content:
            try:
                files = {path: content(text) for path, text in made_files(launch.box).items()}
                inner = inner_options(launch.box, files, say, again=self.drop_root)
                filters = [content(self.filter)] if self.filter else []
                for descriptor in filters:
                    inner += ["--seccomp", str(descriptor)]
                options = [content("\0".join(inner) + "\0")]
                command = [self.bwrap, "--args", str(options[0]), "--", *launch.command]
                if self.drop_root:
                    options.append(content("\0".join(outer_options(launch.box)) + "\0"))
                    uid = str(launch.box.uid)
                    drop = ["setpriv", "--reuid", uid, "--regid", uid, *DROP, "--"]
                    command = [self.bwrap, "--args", str(options[1]), "--", *drop, *command]
                all_passed = [say, *passed, *files.values(), *filters, *options]
                with self.networks.another() if self.networks else nullcontext():
                    process = _popen(launch, command, all_passed, stdin, stdout)
            finally:
                os.close(say)
            return _wait_until_it_stands(process, said)


def _popen(
    launch: Launch, command: list[str], passed: Sequence[int], stdin: int, stdout: int
) -> subprocess.Popen[bytes]:
    join = ["/bin/sh", "-c", JOIN, "sh", *map(str, launch.join), "--"]
    try:
        return subprocess.Popen(
            [*join, *command],
            stdin=stdin,
            stdout=stdout,
            stderr=launch.log,
            pass_fds=passed,
            start_new_session=True,
            cwd="/",
            # not the server's environment: that goes into the box by a descriptor, and no further
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
        )
    except OSError as error:
        raise Unavailable(f"The sandbox could not be started ({error.strerror}).") from None


def _wait_until_it_stands(process: subprocess.Popen[bytes], said: int) -> RunningBox:
    try:
        return RunningBox.of(_first_pid(said), process)
    except (OSError, Unavailable):
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(5)
        raise Unavailable("The sandbox could not be built; the server's log says why.") from None


def _first_pid(said: int) -> int:
    """The pid that bwrap says. Others hold the pipe open too: the end of the JSON ends the reading."""
    text, deadline = b"", time.monotonic() + LIMIT
    while not text.rstrip().endswith(b"}"):
        ready, _, _ = select.select([said], [], [], max(deadline - time.monotonic(), 0))
        piece = os.read(said, 4096) if ready else b""
        if not piece:
            raise Unavailable("The sandbox said nothing.")
        text += piece
    pid: int = json.loads(text)["child-pid"]
    return pid


@contextmanager
def _descriptors() -> Iterator[Callable[[str | bytes], int]]:
    """Makes descriptors that hold a content; closes them all at the end."""
    made: list[int] = []

    def content(text: str | bytes) -> int:
        made.append(os.memfd_create("polarhub"))
        os.write(made[-1], text.encode() if isinstance(text, str) else text)
        os.lseek(made[-1], 0, os.SEEK_SET)
        return made[-1]

    try:
        yield content
    finally:
        for descriptor in made:
            os.close(descriptor)


@contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)
