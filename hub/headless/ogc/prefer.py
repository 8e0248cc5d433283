"""The header `Prefer` (RFC 7240): does the client want to wait, and how long."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ONE = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*)\s*)?(?:;[^,]*)?\s*"
)


@dataclass(frozen=True)
class Prefer:
    """What a client prefers; what cannot be understood is as if it was not said."""

    respond_async: bool = False
    wait: int | None = None  # seconds

    @classmethod
    def read(cls, headers: Iterable[str]) -> "Prefer":
        """From all `Prefer` headers of a request; the first of two equal words counts."""
        said: dict[str, str] = {}
        for one in ",".join(headers).split(","):
            if found := _ONE.fullmatch(one):
                said.setdefault(found[1].lower(), (found[2] or "").strip('"'))
        wait = said.get("wait", "")
        return cls("respond-async" in said, int(wait) if re.fullmatch(r"[0-9]{1,9}", wait) else None)

    def seconds(self, most: float) -> float:
        """How long to hold the answer back for the result."""
        if self.wait is not None:
            return min(float(self.wait), most)
        return 0.0 if self.respond_async else most

    def applied(self) -> str | None:
        """For the header `Preference-Applied`: what was honoured."""
        words = ["respond-async"] if self.respond_async else []
        words += [f"wait={self.wait}"] if self.wait is not None else []
        return ", ".join(words) or None
