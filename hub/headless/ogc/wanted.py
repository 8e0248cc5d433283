"""Which of a resource's two faces a client wants: JSON for programs, HTML for people."""

from typing import Literal

from hub.errors import BadInput

Face = Literal["json", "html"]


def face(f: str | None, accept: str | None) -> Face:
    """What `?f=` says, else what `Accept` prefers; JSON where it does not matter. Raises BadInput."""
    if f is not None:
        if f not in ("json", "html"):
            raise BadInput("Write json or html.", where="f")
        return "html" if f == "html" else "json"
    html = max(quality(accept, "text/html"), quality(accept, "application/xhtml+xml"))
    return "html" if html > quality(accept, "application/json") else "json"


def quality(accept: str | None, kind: str) -> float:
    """How much a media type is wanted, 0 to 1, after RFC 9110; the most precise range counts."""
    if not accept or not accept.strip():
        return 1.0
    ranges = {kind: 3, f"{kind.partition('/')[0]}/*": 2, "*/*": 1}
    best, found = 0, 0.0
    for one in accept.split(","):
        name, *parameters = (part.strip().lower() for part in one.split(";"))
        if ranges.get(name, 0) > best:
            best, found = ranges[name], _weight(parameters)
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
