"""Results as a client asked for them: one document, the bare value, several parts, or links."""

import base64
import binascii
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.headless.job import Job
from hub.headless.ogc import names
from hub.headless.ogc.documents import Links
from hub.headless.ogc.execute import Mode
from hub.headless.results import Results

INLINE = 10_000_000  # bytes; what is larger is a link in a document, whatever was asked


@dataclass(frozen=True)
class Part:
    """One output of a run that is there. `value` or `file`."""

    name: str
    kind: str  # media type
    size: int
    value: Any = None
    file: str | None = None
    encoded: bool = False  # the value is bytes in base64

    @property
    def text(self) -> bool:
        """Whether it can stand in a JSON document as it is."""
        return not self.encoded and (self.kind.startswith("text/") or self.json)

    @property
    def json(self) -> bool:
        """Whether it is JSON."""
        return self.kind.partition(";")[0].endswith("json")


def parts(job: Job, encoded: Iterable[str] = ()) -> dict[str, Part]:
    """The outputs that a run left, by name. `encoded`: those whose value is bytes in base64."""
    found = {}
    known = set(encoded)
    for name, said in (job.outputs or {}).items():
        kind = str(said.get("mediaType") or names.JSON)
        if said.get("file") is not None:
            found[name] = Part(name, kind, int(said.get("size", 0)), file=str(said["file"]))
        elif said.get("value") is not None:
            is_bytes = name in known and isinstance(said["value"], str)
            found[name] = Part(name, kind, 0, value=said["value"], encoded=is_bytes)
    return found


@dataclass(frozen=True)
class Answers:
    """Makes answers from one run's outputs."""

    job: Job
    results: Results
    links: Links

    def reference(self, part: Part) -> dict[str, Any]:
        """A link to one output."""
        return {"href": self.links.at("jobs", self.job.id, "results", part.name), "type": part.kind}

    def document(self, wanted: Mapping[str, Mode], found: Mapping[str, Part]) -> dict[str, Any]:
        """All in one JSON document, as the standard's `results.yaml` says."""
        return {
            name: self.reference(found[name])
            if mode == "reference" or found[name].size > INLINE
            else self._inline(found[name])
            for name, mode in wanted.items()
            if name in found
        }

    def _inline(self, part: Part) -> Any:
        if part.file is None:
            return _qualified(part)
        body = b"".join(self.chunks(part))
        if part.json:
            try:
                return {"value": json.loads(body), "mediaType": part.kind}
            except ValueError:
                pass  # the notebook says that it is JSON; what it wrote goes out as it is
        if part.text:
            try:
                return {"value": body.decode(), "mediaType": part.kind}
            except UnicodeDecodeError:
                pass
        return {"value": base64.b64encode(body).decode(), "encoding": "base64", "mediaType": part.kind}

    def chunks(self, part: Part) -> Iterator[bytes]:
        """The bare output, piece by piece."""
        if part.file is not None:
            yield from self.results.open(self.job.owner, self.job.id, part.file).chunks
        else:
            yield bare(part)

    def multipart(
        self, wanted: Mapping[str, Mode], found: Mapping[str, Part], boundary: str
    ) -> Iterator[bytes]:
        """One part an output (RFC 2387); for a reference, its address and no body."""
        for name, mode in wanted.items():
            if (part := found.get(name)) is None:
                continue
            head = [f"--{boundary}", f"Content-Type: {part.kind}", f"Content-ID: {name}"]
            if mode == "reference":
                head.append(f"Content-Location: {self.reference(part)['href']}")
            yield "\r\n".join([*head, "", ""]).encode()
            if mode == "value":
                yield from self.chunks(part)
            yield b"\r\n"
        yield f"--{boundary}--\r\n".encode()

    def link_headers(self, wanted: Mapping[str, Mode], found: Mapping[str, Part]) -> list[str]:
        """One `Link` header an output that was asked for by reference."""
        return [
            f'<{self.reference(found[name])["href"]}>; rel="{names.RESULTS}"; title="{name}"; '
            f'type="{found[name].kind}"'
            for name in wanted
            if name in found
        ]


def _qualified(part: Part) -> Any:
    value = part.value
    if part.encoded:
        return {"value": value, "encoding": "base64", "mediaType": part.kind}
    if isinstance(value, dict) and not _is_box(value):
        return {"value": value, "mediaType": part.kind}
    return value


def _is_box(value: dict[str, Any]) -> bool:
    return set(value) <= {"bbox", "crs"} and "bbox" in value


def bare(part: Part) -> bytes:
    """A value that the notebook glued, as bytes of its media type."""
    if part.encoded:
        try:
            return base64.b64decode(part.value, validate=True)
        except (binascii.Error, ValueError):
            return str(part.value).encode()
    if isinstance(part.value, str) and not part.json:
        return part.value.encode()
    return json.dumps(part.value, ensure_ascii=False).encode()


def boundary() -> str:
    """What parts are divided by: nobody can foresee it, so no output can hold it."""
    return f"polarhub-{secrets.token_hex(16)}"
