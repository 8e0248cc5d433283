"""How much the home holds, measured beside everything else: slowly, seldom, and never twice at once."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAUSE_EVERY = 500  # entries, after which it rests
REST = 0.02  # seconds; so it takes a small part of one processor
MOST = 3_000_000  # entries, after which it stops counting and says "more than"
SELDOM = 20  # times as long as the measuring took, until it is measured again
LEAST = 30.0  # seconds between two measurements
FULL = 20_000_000  # bytes free, below which nothing can be saved any more


@dataclass(frozen=True)
class HomeUse:
    """What is in the home: `used` in bytes, `at` in seconds since 1970; `complete`: all was counted."""

    used: int
    complete: bool
    at: float


def measure(folder: Path, most: int = MOST) -> HomeUse:
    """Add up what the files below a folder take on disk; hard links count once, other file systems do not."""
    used, count, seen = 0, 0, set[tuple[int, int]]()
    device = folder.stat().st_dev
    todo = [folder]
    while todo:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                count += 1
                if count > most:
                    return HomeUse(used, False, time.time())
                if count % PAUSE_EVERY == 0:
                    time.sleep(REST)
                with contextlib.suppress(OSError):
                    stat = entry.stat(follow_symlinks=False)
                    if stat.st_dev != device or (stat.st_dev, stat.st_ino) in seen:
                        continue
                    if stat.st_nlink > 1 and not entry.is_dir(follow_symlinks=False):
                        seen.add((stat.st_dev, stat.st_ino))
                    used += stat.st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(Path(entry.path))
    return HomeUse(used, True, time.time())


class HomeMeter:
    """Knows how full the home is, without anybody waiting for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last: HomeUse | None = None
        self._due = 0.0
        self._thread: threading.Thread | None = None

    def use(self) -> HomeUse | None:
        """The last measurement, or nothing before the first; a new one is begun when it is due."""
        if time.monotonic() >= self._due and not (self._thread and self._thread.is_alive()):
            self._thread = threading.Thread(target=self._measure, name="home-meter", daemon=True)
            self._thread.start()
        return self.last

    def free(self) -> int:
        """Bytes that the disk still takes from this user."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def _measure(self) -> None:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            self.last = measure(self.folder)
        took = time.monotonic() - began
        self._due = time.monotonic() + max(LEAST, SELDOM * took)
