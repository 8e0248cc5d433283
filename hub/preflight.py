"""What is looked at before a start: each thing that would go wrong later is said now, in one sentence."""

import errno
import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO

from hub.errors import StartRefused
from hub.machine import free_gigabytes
from hub.ports import is_free
from hub.settings import Settings

ROOM = 0.5  # GB that accounts, catalog and logs take


def data_folder(data: Path) -> None:
    """A folder that only we read and that we can write. Raises StartRefused."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        # others pass through to the homes below it, but cannot list it; its files are closed to them
        data.chmod(0o711)
        with tempfile.TemporaryFile(dir=data) as probe:
            probe.write(b"x" * 65536)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(data) from None
        raise StartRefused(
            f"The folder {data} cannot be written ({error.strerror}): choose another by POLARHUB_DATA."
        ) from None
    if free_gigabytes(data) < ROOM:
        raise disk_full(data)


def disk_full(data: Path) -> StartRefused:
    """What to say when there is no room."""
    return StartRefused(
        f"The disk that holds {data} is full ({free_gigabytes(data):.1f} GB free, {ROOM} GB needed): "
        "make room, or choose a folder on another disk by POLARHUB_DATA."
    )


def port_is_free(settings: Settings) -> None:
    """The address can be listened on. Raises StartRefused."""
    if not is_free(settings.host, settings.port):
        raise StartRefused(
            f"Port {settings.port} of {settings.host} is taken or not ours to take: "
            "end what listens there, or choose another by POLARHUB_PORT."
        )


def holder(data: Path) -> int | None:
    """The process of the polarhub that runs on this folder, if one does."""
    try:
        with (data / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int((data / "lock").read_text())
    except OSError:
        return None
    return None


def only_one(data: Path) -> IO[str]:
    """Holds the folder for this process until the file is closed. Raises StartRefused."""
    lock = (data / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with lock:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
        raise StartRefused(
            f"A polarhub (process {holder}) runs on {data} already: "
            "end it, or give this one a folder of its own by POLARHUB_DATA."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
