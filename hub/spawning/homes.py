"""Homes: a folder a user, with a uid of its own where the hub is root. The folder's owner is the record."""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.errors import Unavailable

# Between Debian's globally allocated ids and the first subordinate ids of useradd: nobody hands these out.
FIRST_UID, LAST_UID = 70_000, 99_999


def slug_of(name: str) -> str:
    """A name for files and for `id`, one a user: the name itself where it is plain, else with a hash.

    No two users share one: a plain name holds no double hyphen, every other slug ends in one and a hash.
    """
    if re.fullmatch(r"[a-z_][a-z0-9_.-]{0,30}", name) and "--" not in name:
        return name
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:14] or "user"
    return f"{plain}--{hashlib.sha256(name.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Home:
    """A user's folder and who owns it."""

    slug: str
    path: Path
    uid: int


@dataclass(frozen=True)
class Homes:
    """The folder that holds everybody's home."""

    folder: Path
    own_uids: bool  # the hub is root and gives each user a uid

    def open(self, name: str) -> Home:
        """The home of a user, made at the first call. Raises Unavailable where no uid is left."""
        slug = slug_of(name)
        path = self.folder / slug
        if not path.exists():
            with self._lock():
                if not path.exists():
                    self._make(path)
        return Home(slug, path, path.stat().st_uid)

    def _make(self, path: Path) -> None:
        # Under another name until it has its owner, so that a half-made home is never taken for one.
        fresh = self.folder / f".{path.name}.new"
        fresh.mkdir(mode=0o700, exist_ok=True)
        if self.own_uids:
            uid = self._next_uid()
            os.chown(fresh, uid, uid)
        fresh.rename(path)

    def _next_uid(self) -> int:
        taken = {entry.stat(follow_symlinks=False).st_uid for entry in os.scandir(self.folder)}
        uid = max([FIRST_UID - 1, *(u for u in taken if FIRST_UID <= u <= LAST_UID)]) + 1
        if uid > LAST_UID:
            uid = next((u for u in range(FIRST_UID, LAST_UID + 1) if u not in taken), 0)
        if not uid:
            raise Unavailable(
                "There are as many homes as uids on this machine: remove some that are not used."
            )
        return uid

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
