"""Compresses what the api answers: brotli or gzip, line by line where an answer streams."""

import zlib
from typing import Protocol

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.encoding import IDENTITY, choose

SMALLEST = 700  # bytes; what fits into one packet anyway gains nothing
TYPES = {"application/javascript", "application/xml", "image/svg+xml", "application/x-ndjson"}
TEXTS = {"text/css", "text/csv", "text/event-stream", "text/javascript", "text/plain", "text/xml"}


class Compressor(Protocol):
    """What makes an answer smaller piece by piece."""

    def add(self, piece: bytes) -> bytes:
        """The piece, complete: whoever reads the stream can read it now."""

    def end(self) -> bytes:
        """What closes the stream."""


class Brotli:
    """Brotli at a quality that is faster than any link."""

    def __init__(self) -> None:
        self._made = brotli.Compressor(quality=4)

    def add(self, piece: bytes) -> bytes:
        """The piece, complete."""
        return bytes(self._made.process(piece) + self._made.flush())

    def end(self) -> bytes:
        """What closes the stream."""
        return bytes(self._made.finish())


class Gzip:
    """For browsers on plain HTTP, which do not take brotli."""

    def __init__(self) -> None:
        self._made = zlib.compressobj(6, wbits=31)

    def add(self, piece: bytes) -> bytes:
        """The piece, complete."""
        return self._made.compress(piece) + self._made.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        """What closes the stream."""
        return self._made.flush()


COMPRESSORS: dict[str, type[Compressor]] = {"br": Brotli, "gzip": Gzip}


class Compression:
    """Middleware that compresses data.

    Left as they are: pages (text/html) and answers that say `Cache-Control: no-store`. These may hold a
    secret beside text that somebody else chose, and their compressed length would tell of it (BREACH).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, smaller where the browser takes that."""
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self.app(scope, receive, send)
            return
        encoding = choose(Headers(scope=scope).get("accept-encoding"), COMPRESSORS)
        await self.app(scope, receive, _Answer(send, encoding).send)


class _Answer:
    """One answer on its way: its start waits until the first piece of the body tells how long it is."""

    def __init__(self, send: Send, encoding: str) -> None:
        self._send, self._encoding = send, encoding
        self._start: Message | None = None
        self._compressor: Compressor | None = None

    async def send(self, message: Message) -> None:
        """Pass a message of the app on."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._pass_start()
            await self._send(message)
            return
        if self._start is not None:
            self._begin(MutableHeaders(raw=self._start["headers"]), message)
        body = self._pack(message.get("body", b""), bool(message.get("more_body")))
        if self._start is not None and self._compressor and not message.get("more_body"):
            MutableHeaders(raw=self._start["headers"])["Content-Length"] = str(len(body))
        await self._pass_start()
        await self._send({**message, "body": body})

    async def _pass_start(self) -> None:
        start, self._start = self._start, None
        if start is not None:
            await self._send(start)

    def _begin(self, headers: MutableHeaders, first: Message) -> None:
        if not _may_be_compressed(headers):
            return
        headers.add_vary_header("Accept-Encoding")
        short = not first.get("more_body") and len(first.get("body", b"")) < SMALLEST
        if self._encoding == IDENTITY or short:
            return
        self._compressor = COMPRESSORS[self._encoding]()
        headers["Content-Encoding"] = self._encoding
        del headers["Content-Length"]
        etag = headers.get("ETag", "")
        if etag.startswith('"'):  # the same content in other bytes
            headers["ETag"] = f"W/{etag}"

    def _pack(self, body: bytes, more: bool) -> bytes:
        if self._compressor is None:
            return body
        packed = self._compressor.add(body) if body else b""
        return packed if more else packed + self._compressor.end()


def _may_be_compressed(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    control = headers.get("cache-control", "")
    return (
        (kind in TYPES or kind in TEXTS or kind.endswith("json") or kind.endswith("+xml"))
        and "content-encoding" not in headers
        and "content-range" not in headers
        and "no-store" not in control
        and "no-transform" not in control
    )
