"""What runs leave: notebooks, outputs, logs; in a folder or in a bucket of an S3-compatible store."""

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from hub.errors import BadInput, NotFound
from hub.headless.stores import Sink, Store, store_of
from hub.settings import Settings

LARGEST = 5 * 2**30  # bytes of one file
WHOLE = 20 * 2**30  # bytes of one run
MOST = 1000  # files of one run
NOTEBOOK = "notebook.ipynb"

mimetypes.add_type("application/x-ipynb+json", ".ipynb")
mimetypes.add_type("application/geopackage+sqlite3", ".gpkg")
mimetypes.add_type("application/netcdf", ".nc")
mimetypes.add_type("application/geo+json", ".geojson")
mimetypes.add_type("image/tiff", ".tif")


@dataclass(frozen=True)
class Stored:
    """A file as it was kept."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Entry:
    """A file that is there."""

    path: str
    size: int

    @property
    def media_type(self) -> str:
        """As its name tells."""
        return media_type_of(self.path)


@dataclass(frozen=True)
class Opened:
    """A file to be sent on: its size is known before its bytes are read."""

    size: int
    media_type: str
    chunks: Iterator[bytes]


class Writer:
    """Bytes of one file on their way in, counted and hashed."""

    def __init__(self, path: str, sink: Sink, largest: int) -> None:
        self._path, self._sink, self._largest = path, sink, largest
        self._hash, self._size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        """Raises BadInput once the file is too large."""
        self._size += len(data)
        if self._size > self._largest:
            raise BadInput(f"is larger than the {self._largest:,} bytes that are left", where=self._path)
        self._hash.update(data)
        self._sink.write(data)

    @property
    def stored(self) -> Stored:
        """Size and digest of what was written."""
        return Stored(self._path, self._size, self._hash.hexdigest())


class Results:
    """The files of runs, by owner and job. Methods are synchronous; a file is there whole or not at all."""

    def __init__(self, store: Store, largest: int = LARGEST, whole: int = WHOLE, most: int = MOST) -> None:
        self._store, self._largest, self._whole, self._most = store, largest, whole, most

    @classmethod
    def of(cls, settings: Settings) -> "Results":
        """The store that the settings name."""
        return cls(store_of(settings))

    @contextmanager
    def writing(self, owner: str, job: str, path: str) -> Iterator[Writer]:
        """Write a file piece by piece; it replaces an older one when the context ends without an error."""
        checked = check_path(path)
        largest = min(self._largest, self._room(owner, job, checked))
        with self._store.writing(f"{_prefix(owner, job)}/{checked}") as sink:
            yield Writer(checked, sink, largest)

    def _room(self, owner: str, job: str, path: str) -> int:
        """Bytes that a file may have beside the run's other files."""
        others = [entry for entry in self.list(owner, job) if entry.path != path]
        if len(others) >= self._most:
            raise BadInput(f"is one file too many: a run may leave {self._most:,}", where=path)
        return max(0, self._whole - sum(entry.size for entry in others))

    def put(self, owner: str, job: str, path: str, chunks: Iterable[bytes]) -> Stored:
        """Keep a file. Raises BadInput for its name or size."""
        with self.writing(owner, job, path) as writer:
            for chunk in chunks:
                writer.write(chunk)
        return writer.stored

    def open(self, owner: str, job: str, path: str) -> Opened:
        """A file of a run. Raises NotFound."""
        try:
            size, chunks = self._store.open(f"{_prefix(owner, job)}/{check_path(path)}")
        except (FileNotFoundError, BadInput):
            raise NotFound("The run has no such file, or it is no longer kept.") from None
        return Opened(size, media_type_of(path), chunks)

    def read(self, owner: str, job: str, path: str) -> bytes:
        """A small file as a whole. Raises NotFound."""
        return b"".join(self.open(owner, job, path).chunks)

    def list(self, owner: str, job: str) -> list[Entry]:
        """The files of a run, by name."""
        prefix = _prefix(owner, job)
        return sorted(
            (Entry(key.removeprefix(f"{prefix}/"), size) for key, size in self._store.entries(prefix)),
            key=lambda entry: entry.path,
        )

    def drop(self, owner: str, job: str) -> None:
        """Forget all files of a run; nothing happens where there are none."""
        self._store.drop(_prefix(owner, job))


def _prefix(owner: str, job: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", job):
        raise NotFound("There is no such job.")
    return f"{quote(owner, safe='').replace('.', '%2E')}/{job}"


def check_path(path: str) -> str:
    """A file's path inside its run. Raises BadInput where it leads elsewhere, or is too long."""
    parts = path.split("/")
    if len(path.encode()) > 700 or len(parts) > 10 or any(len(part.encode()) > 200 for part in parts):
        raise BadInput("is too long for a file's path", where="path")
    if any(part in ("", ".", "..") for part in parts) or re.search(r"[\x00-\x1f\x7f\\]", path):
        raise BadInput("must be a path inside the run's folder, such as maps/ice.png", where="path")
    return str(PurePosixPath(path))


def media_type_of(path: str) -> str:
    """The media type that a file's name tells."""
    return mimetypes.guess_type(path, strict=False)[0] or "application/octet-stream"
