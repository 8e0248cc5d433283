"""People sign in to the api's pages through the hub; programs send tokens. Both are one `Visitor` to routes.

A cookie alone never changes anything: a request that came with it needs the XSRF word of that very session,
and so does a script that reads. Pages of users' servers have the same origin, so the origin proves nothing.
"""

import hashlib
import hmac
import os
import secrets
from typing import Annotated
from urllib.parse import quote, unquote, urlencode, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from hub.api.auth import HubTokens, User, token_of
from hub.errors import BadInput, NotAllowed, SignInNeeded, Unavailable

PATH = "/services/api/"
SESSION, FLOW = "polarhub-api-session", "polarhub-api-sign-in"
FLOW_SECONDS = 600
XSRF_FIELD, XSRF_HEADER = "_xsrf", "x-xsrftoken"
SAFE = {"GET", "HEAD", "OPTIONS"}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def xsrf_word(session: str) -> str:
    """The word that a page puts into its forms: only who knows the session can make it."""
    return hmac.digest(session.encode(), b"polarhub-xsrf", hashlib.sha256).hex()


async def visitor(request: Request) -> User:
    """Whoever sent this request, by token or by cookie. Raises SignInNeeded, NotAllowed without the word."""
    tokens: HubTokens = request.app.state.tokens
    session = request.cookies.get(SESSION)
    if "authorization" in request.headers or not session:
        return await tokens.user_of(token_of(request))
    user = await tokens.user_of(session)
    if not _is_navigation(request) and not hmac.compare_digest(await _word_sent(request), xsrf_word(session)):
        raise NotAllowed("The page is too old, or another page sent this: load the page again, and repeat.")
    return user


Visitor = Annotated[User, Depends(visitor)]


def _is_navigation(request: Request) -> bool:
    """A person follows a link: reading, and no script gets to see the answer."""
    mode = request.headers.get("sec-fetch-mode")  # browsers leave it out where the hub has no TLS
    return request.method in SAFE and mode in (None, "navigate")


async def _word_sent(request: Request) -> str:
    if word := request.headers.get(XSRF_HEADER):
        return word if word.isascii() else ""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS:
        sent = (await request.form()).get(XSRF_FIELD)
        return sent if isinstance(sent, str) and sent.isascii() else ""
    return ""


def page_word(request: Request) -> str:
    """The XSRF word for a page that answers this request; empty for a program with a token."""
    session = request.cookies.get(SESSION)
    return xsrf_word(session) if session and "authorization" not in request.headers else ""


def sign_in_address(request: Request) -> str:
    """Where to send somebody who has to sign in, to come back here afterwards."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{PATH}sign-in?{urlencode({'next': here})}"


def local_path(given: str) -> str:
    """Where to go after signing in: a page of this service, whatever was asked for."""
    parts = urlsplit(given.replace("\\", "/"))
    bad = (
        parts.scheme
        or parts.netloc
        or not parts.path.startswith(PATH)
        or not given.isprintable()
        or ".." in parts.path
    )
    return f"{PATH}ogc/" if bad else given


class Door:
    """OAuth with the hub, as JupyterHub's services do it."""

    def __init__(self, hub: HubOAuth | None = None) -> None:
        self._given = hub

    @property
    def hub(self) -> HubOAuth:
        """Made when the first person signs in: it needs what only the hub tells."""
        if self._given is None:
            if not os.environ.get("JUPYTERHUB_CLIENT_ID"):
                raise Unavailable("Signing in by browser works only where the hub started this service.")
            self._given = HubOAuth(cache_max_age=60)
        return self._given

    def leave(self, request: Request, then: str) -> Response:
        """To the hub; a cookie remembers why, and proves at the return that it is the same browser."""
        state, (verifier, challenge, method) = (
            secrets.token_urlsafe(24),
            self.hub.generate_pkce_code_challenge(),
        )
        query = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        answer = RedirectResponse(f"{self.hub.login_url}&{urlencode(query)}", 302)
        flow = ".".join([state, verifier, quote(local_path(then), safe="")])
        _set(answer, request, FLOW, flow, FLOW_SECONDS)
        return answer

    async def enter(self, request: Request, state: str, code: str) -> Response:
        """Back from the hub: a session begins. Raises BadInput where this browser did not begin it."""
        began, _, rest = request.cookies.get(FLOW, "").partition(".")
        verifier, _, then = rest.partition(".")
        if not began or not state.isascii() or not hmac.compare_digest(began, state) or not code:
            raise BadInput("Signing in took too long, or was begun elsewhere: open the page again.")
        try:
            token = await self.hub.token_for_code(code, code_verifier=verifier, sync=False)
        except HTTPError:
            raise SignInNeeded("The hub did not let this sign-in pass: open the page again.") from None
        answer = RedirectResponse(local_path(unquote(then)), 302)
        _set(answer, request, SESSION, token, None)
        answer.delete_cookie(FLOW, path=PATH)
        return answer


def _set(answer: Response, request: Request, name: str, value: str, seconds: int | None) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, seconds, path=PATH, httponly=True, samesite="lax", secure=secure)
    answer.headers["Cache-Control"] = "no-store"


def sign_in_router(door: Door) -> APIRouter:
    """The way in for browsers; none of it is for programs."""
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def sign_in(request: Request, next: str = "") -> Response:
        return door.leave(request, next)

    @router.get("/oauth_callback")
    async def back(request: Request, state: str = "", code: str = "") -> Response:
        return await door.enter(request, state, code)

    @router.post("/sign-out")
    async def sign_out(_: Visitor) -> Response:
        answer = RedirectResponse("/hub/logout", 303)
        answer.delete_cookie(SESSION, path=PATH)
        return answer

    return router
