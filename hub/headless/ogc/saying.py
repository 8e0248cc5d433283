"""How answers leave: JSON, a page, or the standard's exception document."""

import json
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from hub.api.sign_in import page_word, sign_in_address
from hub.errors import BadInput, PolarhubError, SignInNeeded
from hub.headless.ogc import names, problems
from hub.headless.ogc.asked import Asking, face_of, links_of
from hub.headless.ogc.pages import page
from hub.headless.ogc.wanted import quality

VARY = {"Vary": "Accept, Authorization, Cookie", "Cache-Control": "private, no-cache"}
PAGE = {
    "Vary": "Accept, Authorization, Cookie",
    "Cache-Control": "no-store",  # it holds the word of its forms
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Compact(JSONResponse):
    """JSON as small as it can be."""

    def render(self, content: Any) -> bytes:
        """UTF-8."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def said(
    asking: Asking, document: dict[str, Any], template: str, /, status: int = 200, **more: Any
) -> Response:
    """A document as JSON, or as the page that shows it."""
    if asking.face == "json":
        return Compact(document, status, headers=VARY)
    return shown(asking, template, status, document=document, **more)


def shown(asking: Asking, template: str, status: int = 200, /, **values: Any) -> Response:
    """A page."""
    html = page(template, user=asking.user.name, word=asking.word, links=asking.links, **values)
    return HTMLResponse(html, status, headers=PAGE)


async def say_problem(request: Request, error: Exception) -> Response:
    """An error of ours; people who are not signed in are sent to do that."""
    if not isinstance(error, PolarhubError):
        raise error
    people = _wants_page(request)
    if isinstance(error, SignInNeeded) and people and request.method in ("GET", "HEAD"):
        return RedirectResponse(sign_in_address(request), 302, headers={"Cache-Control": "no-store"})
    status, document = problems.document(error)
    return _told(request, status, document, people)


async def say_http_problem(request: Request, error: Exception) -> Response:
    """An address that is not there, a method that it does not have."""
    if not isinstance(error, HTTPException):
        raise error
    said = f"{error.detail}."
    document = {"type": "about:blank", "title": said, "status": error.status_code, "detail": said}
    return _told(request, error.status_code, document, _wants_page(request), dict(error.headers or {}))


async def say_invalid_problem(request: Request, error: Exception) -> Response:
    """A request that FastAPI could not read: 400, not 422."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    status, document = problems.document(BadInput(f"{first['msg']}.", where=where))
    return _told(request, status, document, _wants_page(request))


async def say_broken(request: Request, _: Exception) -> Response:
    """Something of ours broke: the log has it, the client gets no detail."""
    detail = "Something broke on our side; the operator finds it in the log. Try again later."
    document = {"type": "about:blank", "title": "It broke", "status": 500, "detail": detail}
    return _told(request, 500, document, _wants_page(request))


def _wants_page(request: Request) -> bool:
    try:
        return face_of(request) == "html"
    except BadInput:
        return False


def _told(
    request: Request, status: int, document: dict[str, Any], people: bool, more: dict[str, str] | None = None
) -> Response:
    if people:
        values = {"user": "", "word": page_word(request), "links": links_of(request), "document": document}
        return HTMLResponse(page("problem.html", **values), status, headers={**PAGE, **(more or {})})
    # clients that only know JSON ask for it by name; all others get the type that says what it is
    accept = request.headers.get("accept")
    plain = accept and "application/json" in accept and names.PROBLEM not in accept
    kind = names.JSON if plain and quality(accept, names.JSON) > 0 else names.PROBLEM
    headers = {"Cache-Control": "no-store", "Vary": VARY["Vary"], **(more or {})}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="polarhub"'
    return Compact(document, status, headers, media_type=kind)
