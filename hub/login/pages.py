"""The pages between the login form and the hub: sign in, accept the terms, know when the session ends."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from jupyterhub.apihandlers.auth import OAuthAuthorizeHandler
from jupyterhub.handlers.base import BaseHandler
from jupyterhub.handlers.login import LoginHandler
from jupyterhub.orm import APIToken
from jupyterhub.utils import isoformat, utcnow
from tornado import web

from hub.errors import SignInNeeded
from hub.login.gate import Due, Gate

DOOR = "polarhub-door"  # the cookie of somebody who gave the right password, but has something to do first
DOOR_LASTS = 1 / 24  # days


class AtTheDoor(BaseHandler):  # type: ignore[misc]
    """A session begins when nothing is due; until then there is only the door cookie."""

    authenticator: Gate

    def set_login_cookie(self, user: Any) -> None:
        """A fresh session, also where there was one already; or the door cookie."""
        if self.authenticator.due(user.name):
            self._set_cookie(
                DOOR, user.cookie_id, path=self.hub.base_url, expires_days=DOOR_LASTS, samesite="Lax"
            )
            return
        self.clear_cookie(DOOR, path=self.hub.base_url)
        super().set_login_cookie(user)
        self.set_hub_cookie(user)
        self._prolong(user)

    def _prolong(self, user: Any) -> None:
        """Pages that are open in this browser go on: their tokens get the new end of the session."""
        end = utcnow(with_tz=False) + timedelta(seconds=self.authenticator.sessions.length)
        tokens = self.db.query(APIToken).filter_by(user_id=user.id, session_id=self.get_session_cookie())
        for token in tokens.filter(APIToken.expires_at > utcnow(with_tz=False)):
            token.expires_at = end
        self.db.commit()

    def who_waits(self) -> Any:
        """Whoever gave the right password lately, or has a session, and still has something to do."""
        cookie = self.get_secure_cookie(DOOR, max_age_days=DOOR_LASTS)
        user = self._user_for_cookie(DOOR) if cookie else self.get_current_user_cookie()
        return user if user and self.authenticator.due(user.name) else None

    def get_next_url(self, user: Any = None, default: str | None = None) -> str:
        """Where to go now: first to what is due."""
        found = super().get_next_url(user, default) if default else super().get_next_url(user)
        due = self.authenticator.due(user.name) if user else None
        return f"{self.hub.base_url}{due.value}?{urlencode({'next': found})}" if due else str(found)

    def go_on(self, user: Any) -> None:
        """One thing is done: to the next, or in."""
        self.set_login_cookie(user)
        self.redirect(self.get_next_url(user))


class Login(AtTheDoor, LoginHandler):  # type: ignore[misc]
    """Sign in, or with ?again=1 sign in once more before the session ends."""

    async def get(self) -> None:
        if waiting := self.who_waits():
            self.go_on(waiting)
        elif self.current_user and self.get_argument("again", ""):
            self.finish(await self._render(username=self.current_user.name))
        else:
            await super().get()

    async def post(self) -> None:
        if self.authenticator.login_service:
            raise web.HTTPError(405, "Passwords are typed at your provider only.")
        data = {name: self.get_body_argument(name, "", strip=False) for name in ("username", "password")}
        try:
            user = await self.login_user(data)
        except SignInNeeded as refused:
            self.log.warning("Sign-in refused from %s", self.request.remote_ip)  # names may be passwords
            self.set_status(403)
            self.finish(await self._render(login_error=refused.message, username=data["username"][:64]))
            return
        self._jupyterhub_user = user
        self.redirect(self.get_next_url(user))

    def _render(self, **namespace: Any) -> Any:
        again = bool(self.get_argument("again", ""))
        return super()._render(again=again, signup=self.authenticator.settings.signup, **namespace)


class TermsPage(AtTheDoor):
    """Shows the terms to everybody, and lets whoever stands at the door accept them."""

    async def get(self) -> None:
        who = self.who_waits() or self.current_user
        if who and self.authenticator.due(who.name) is Due.PASSWORD:
            self.redirect(self.get_next_url(who))
            return
        terms = self.authenticator.terms
        at = self.authenticator.records.accepted(who.name, terms.version) if who else None
        self.finish(
            await self.render_template(
                "terms.html",
                terms=terms,
                who=who,
                at=at,
                next=self._validate_next_url(self.get_argument("next", "")),
            )
        )

    async def post(self) -> None:
        who = self.who_waits()
        if who is None:
            self.redirect(f"{self.hub.base_url}login")
            return
        shown, terms = self.get_body_argument("version"), self.authenticator.terms
        if self.authenticator.due(who.name) is Due.TERMS and shown == terms.version:
            self.authenticator.records.accept(who.name, shown)
        self.go_on(who)


class SessionEnd(BaseHandler):  # type: ignore[misc]
    """`GET /hub/session-end`: until when the token, or else the login cookie, of this request is good."""

    _accept_token_auth = True

    async def get(self) -> None:
        if self.current_user is None:
            raise web.HTTPError(403, "Nobody is signed in, or the session is over: sign in again.")
        token = self.get_token()
        ends = token.expires_at if token else datetime.fromtimestamp(end_of_session(self), UTC)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish({"ends": isoformat(ends), "now": isoformat(utcnow(with_tz=False))})


class SignedInAgain(BaseHandler):  # type: ignore[misc]
    """The last page of signing in again from JupyterLab: it can be closed."""

    @web.authenticated
    async def get(self) -> None:
        self.finish(await self.render_template("signed-in-again.html"))


class Authorize(OAuthAuthorizeHandler):  # type: ignore[misc]
    """JupyterHub's own, which notes when the session ends that the tokens will come from."""

    async def prepare(self) -> None:
        await super().prepare()
        if self.current_user:
            session = self.get_session_cookie() or self.set_session_cookie()
            self.authenticator.sessions.remember(session, end_of_session(self))


def end_of_session(handler: BaseHandler) -> float:
    """The end of the session of a request that came with a login cookie, Unix time in s."""
    return float(handler.authenticator.sessions.end_of_cookie(handler.get_cookie(handler.hub.cookie_name)))


def shared_pages() -> list[tuple[str, type]]:
    """For every way to sign in; addresses below /hub."""
    return [
        (r"/login", Login),
        (r"/terms", TermsPage),
        (r"/session-end", SessionEnd),
        (r"/signed-in-again", SignedInAgain),
        (r"/api/oauth2/authorize", Authorize),
    ]
