"""The compressed files on disk: made once for what is installed, quickly at first, smaller later."""

import contextlib
import gzip
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli

from hub.lab_files import page
from hub.lab_files.needed import needed_files
from hub.lab_files.tree import LabTree

DIGEST = re.compile(r"[0-9a-f]{16}")
HOUR = 3600
KEPT = 7 * 86400  # seconds since the last start with it: pages and servers that are open still need a build
WORTH = 0.95  # of the plain size; what saves less is sent as it is
PACKED = {".woff", ".woff2", ".png", ".jpg", ".gif", ".br", ".gz"}  # compressed in themselves
SUFFIX = {"br": ".br", "gzip": ".gz"}
FAST: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda raw: bytes(brotli.compress(raw, quality=5)),
    "gzip": lambda raw: gzip.compress(raw, 6, mtime=0),
}
BEST: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda raw: bytes(brotli.compress(raw, quality=11, lgwin=24)),
    "gzip": lambda raw: gzip.compress(raw, 9, mtime=0),
}


@dataclass(frozen=True)
class LabFiles:
    """One build of the files: where it lies on disk, and where browsers find it."""

    folder: Path
    address: str  # without a slash at the end

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def templates(self) -> Path:
        """The folder for `LabApp.templates_dir`."""
        return self.folder / "templates"

    @property
    def prefetch(self) -> str:
        """Address of the script for the pages before JupyterLab."""
        return f"{self.address}/prefetch.js"

    @property
    def is_best(self) -> bool:
        """Whether the slow, thorough compression is done."""
        return (self.folder / "best").exists()


def store(data: Path) -> Path:
    """Where the builds of a hub lie."""
    return data / "lab"


def prepare(data: Path, tree: LabTree | None = None, base_url: str = "/") -> LabFiles:
    """The build for what is installed here, or for a tree; made now, in a second, where it is not there."""
    tree = tree or LabTree.of()
    needed = needed_files(tree)
    digest = page.digest_of(tree, needed, base_url)
    made = LabFiles(store(data) / digest, f"{base_url}services/api/lab/{digest}")
    store(data).mkdir(parents=True, exist_ok=True)
    if not made.folder.is_dir():
        new = Path(tempfile.mkdtemp(prefix="new-", dir=store(data)))
        new.chmod(0o755)
        try:
            _write(new / "files", {name: path.read_bytes() for name, path in tree.files.items()})
            _write(new / "files", {name: text.encode() for name, text in page.scripts(needed).items()})
            (new / "templates").mkdir()
            for name, text in page.templates(tree, needed, made.address).items():
                (new / "templates" / name).write_text(text)
            with contextlib.suppress(OSError):  # another process was first with the same content
                new.rename(made.folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    os.utime(made.folder)
    _forget_old(store(data))
    return made


def squeeze(build: LabFiles) -> int:
    """Compress as well as can be, the largest files first; how many bytes of brotli that saved.

    Takes half a minute of one core. Each file is replaced at once, so that it can be asked for meanwhile.
    """
    saved = 0
    for path in sorted(_plain(build.files), key=lambda p: -p.stat().st_size):
        raw = path.read_bytes()
        for encoding, suffix in SUFFIX.items():
            packed = path.with_name(path.name + suffix)
            if packed.exists():
                better = BEST[encoding](raw)
                if len(better) < (before := packed.stat().st_size):
                    saved += before - len(better) if encoding == "br" else 0
                    _replace(packed, better)
    (build.folder / "best").touch()
    return saved


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        if path.suffix not in PACKED:
            for encoding, suffix in SUFFIX.items():
                packed = FAST[encoding](raw)
                if len(packed) < WORTH * len(raw):
                    path.with_name(path.name + suffix).write_bytes(packed)


def _plain(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and p.suffix not in SUFFIX.values())


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def _forget_old(folder: Path) -> None:
    now = time.time()
    for build in folder.iterdir():
        killed = build.name.startswith("new-")  # a start that did not come to its end
        if build.stat().st_mtime < now - (HOUR if killed else KEPT):
            shutil.rmtree(build, ignore_errors=True)
