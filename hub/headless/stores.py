"""Where bytes are kept by name: a folder, or a bucket of an S3-compatible store."""

import hashlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from hub.errors import BadSetting, Unavailable
from hub.settings import Settings

CHUNK = 2**20
LEFT = 2**29  # bytes of the disk that results leave to the rest of the machine
IN_MEMORY = 4 * 2**20  # bytes that wait for their upload in memory, before a file takes them

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Takes bytes; what is written counts once the context that gave it ends without an error."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


class Store(Protocol):
    """Keeps bytes by name. Names are checked before they come here; nothing is there by halves."""

    def writing(self, key: str) -> AbstractContextManager[Sink]:
        """Write what is to be read under this name once the context has ended well."""

    def open(self, key: str) -> tuple[int, Iterator[bytes]]:
        """Size and bytes. Raises FileNotFoundError."""

    def entries(self, prefix: str) -> list[tuple[str, int]]:
        """Names below a prefix, and sizes."""

    def drop(self, prefix: str) -> None:
        """Forget all below a prefix."""


class FolderStore:
    """A folder that only the hub side reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        """Beside its place first, so that nobody reads half of it."""
        path = self._folder / key
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < LEFT:
            raise Unavailable("The disk that keeps results is full; tell whoever runs this hub.")
        fresh = path.with_name(
            f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.{os.urandom(4).hex()}"
        )
        try:
            with fresh.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def open(self, key: str) -> tuple[int, Iterator[bytes]]:
        """Size and bytes. Raises FileNotFoundError."""
        path = self._folder / key
        if not path.is_file():
            raise FileNotFoundError
        file = path.open("rb")

        def chunks() -> Iterator[bytes]:
            with file:
                while data := file.read(CHUNK):
                    yield data

        return os.fstat(file.fileno()).st_size, chunks()

    def entries(self, prefix: str) -> list[tuple[str, int]]:
        """Names and sizes, without what is still being written."""
        paths = [p for p in (self._folder / prefix).rglob("*") if p.is_file() and not _fresh(p.name)]
        return [(str(p.relative_to(self._folder)), p.stat().st_size) for p in paths]

    def drop(self, prefix: str) -> None:
        """With the folder itself."""
        shutil.rmtree(self._folder / prefix, ignore_errors=True)


def _fresh(name: str) -> bool:
    return re.fullmatch(r"\.[0-9a-f]{16}\.[0-9a-f]{8}", name) is not None


class BucketStore:
    """A bucket; what fails there is said as Unavailable, and its reason goes to the log."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    @contextmanager
    def writing(self, key: str) -> Iterator[Sink]:
        """Nothing is sent before all is there: no half upload stays in the bucket when a transfer breaks."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            yield file
            file.seek(0)
            with _saying(missing_is_trouble=True):
                obstore.put(self._store, key, file)

    def open(self, key: str) -> tuple[int, Iterator[bytes]]:
        """Size and bytes. Raises FileNotFoundError."""
        with _saying():
            found = obstore.get(self._store, key)

        def chunks() -> Iterator[bytes]:
            with _saying():
                for data in found.stream(min_chunk_size=CHUNK):
                    yield bytes(data)

        return found.meta["size"], chunks()

    def entries(self, prefix: str) -> list[tuple[str, int]]:
        """Names and sizes."""
        with _saying(missing_is_trouble=True):
            pages = obstore.list(self._store, f"{prefix}/")
            return [(meta["path"], meta["size"]) for page in pages for meta in page]

    def drop(self, prefix: str) -> None:
        """A thousand at a time, as these stores do."""
        with _saying(missing_is_trouble=True):
            for page in obstore.list(self._store, f"{prefix}/", chunk_size=1000):
                with suppress(FileNotFoundError):  # gone meanwhile
                    obstore.delete(self._store, [meta["path"] for meta in page])


@contextmanager
def _saying(*, missing_is_trouble: bool = False) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, FileNotFoundError) and not missing_is_trouble:
            raise
        # without the part for debugging, which shows the store's own settings
        log.error("The result store: %s", " ".join(str(error).partition("\n\nDebug")[0].split())[:800])
        raise Unavailable("The result store does not answer as it should; try again in a moment.") from None


def store_of(settings: Settings) -> Store:
    """The store that the settings name. Raises BadSetting."""
    if settings.results is None:
        return FolderStore(settings.data / "results")
    bucket, _, prefix = settings.results.removeprefix("s3://").partition("/")
    return BucketStore(_s3(settings, bucket, prefix.strip("/")))


def _s3(settings: Settings, bucket: str, prefix: str) -> S3Store:
    given: dict[str, Any] = {"region": settings.results_region}
    if settings.results_endpoint:
        given |= {"endpoint": settings.results_endpoint, "virtual_hosted_style_request": False}
    if settings.results_key and settings.results_secret:
        given["access_key_id"] = settings.results_key.get_secret_value()
        given["secret_access_key"] = settings.results_secret.get_secret_value()
    elif settings.results_key or settings.results_secret:
        raise BadSetting("set both the key and its secret, or neither", where="POLARHUB_RESULTS_KEY")
    plain = (settings.results_endpoint or "").startswith("http://")
    return S3Store(
        bucket,
        prefix=prefix or None,
        client_options={"allow_http": plain, "connect_timeout": "5s", "timeout": "600s"},
        retry_config={"max_retries": 4},
        **given,
    )
