"""The address that the client used, as the proxies in front tell it: links are built from it."""

import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
_PORT = re.compile(r"\d{1,5}", re.ASCII)


def client_address(scheme: str, headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str | None]:
    """Scheme and host (with its port) that the client asked.

    Each proxy appends to a header that is there already, so the first word is what the client used. The
    port stands in the host; X-Forwarded-Port counts only where a proxy in front has cut it off.
    """
    first = {name: value.decode("latin-1").split(",")[0].strip() for name, value in reversed(list(headers))}
    proto = first.get(b"x-forwarded-proto", "").lower()
    scheme = proto if proto in ("http", "https") else scheme
    host = first.get(b"x-forwarded-host") or first.get(b"host") or ""
    if not (matched := _HOST.fullmatch(host)):
        return scheme, None
    port = first.get(b"x-forwarded-port", "")
    cut_off = _PORT.fullmatch(port) and port not in ("80", "443")
    return scheme, f"{host}:{port}" if cut_off and not any(matched.groups()) else host


class ForwardedAddress:
    """Middleware: after it, `request.base_url` and `url_for` begin with the address that the client used."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            scheme, host = client_address(scope["scheme"], scope["headers"])
            headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
            if host is not None:
                headers.append((b"host", host.encode("latin-1")))
            scope = {**scope, "scheme": scheme, "headers": headers}
        await self.app(scope, receive, send)
