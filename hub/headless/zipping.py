"""A zip that is made while it is sent: nothing of it is kept anywhere."""

import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """A file of the zip."""

    path: str
    chunks: Iterator[bytes]


class _Outgoing(io.RawIOBase):
    """Takes what the zip writes; cannot go back, so the zip puts sizes behind each file."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


def zipped(members: Iterable[Member], at: float | None = None) -> Iterator[bytes]:
    """The bytes of a zip of these files, dated `at` (UTC seconds)."""
    out = _Outgoing()
    dated = time.gmtime(at)[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.path, dated)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            # sizes are not known before, so every file may be larger than 4 GiB
            with archive.open(info, "w", force_zip64=True) as file:
                for chunk in member.chunks:
                    file.write(chunk)
                    yield out.taken()
            yield out.taken()
    yield out.taken()
