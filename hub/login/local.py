"""Accounts of this machine: nativeauthenticator's table and hashes, with our rules in front."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import bcrypt
from jupyterhub.orm import APIToken, new_token
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.orm import UserInfo
from tornado import web
from traitlets import Instance

from hub.errors import SignInNeeded
from hub.login import passwords
from hub.login.account_pages import local_pages
from hub.login.addresses import client_address
from hub.login.attempts import in_words
from hub.login.gate import Gate
from hub.login.pages import shared_pages

USER_NAME = r"[a-z][a-z0-9_-]{0,31}\Z"
WRONG = "The name or the password is wrong."
NOBODY = bcrypt.hashpw(b"nobody has this password", bcrypt.gensalt())  # as long to check as a real one
QUEUE = 40  # sign-ins that may wait for a look at their password


class LocalAccounts(Gate, NativeAuthenticator):  # type: ignore[misc]
    """Signs in with a name and a password of this hub."""

    hashing = Instance(ThreadPoolExecutor, kw={"max_workers": 2, "thread_name_prefix": "hashing"})
    waiting = 0

    async def authenticate(self, handler: web.RequestHandler, data: dict[str, str]) -> str:
        """The name where the password is right. Raises SignInNeeded with what the person can do."""
        name = str(self.normalize_username(data.get("username", "").strip()))[:64]
        address = self.address(handler)
        if wait := self.attempts.begin(name, address):
            raise SignInNeeded(f"There were too many tries. Wait {in_words(wait)}, then try again.")
        info = self.get_user(name)
        if not await self.matches(data.get("password", ""), info) or info is None:
            raise SignInNeeded(WRONG)
        self.attempts.succeeded(name, address)
        if not info.is_authorized:
            raise SignInNeeded("An administrator has not let this account in yet.")
        if self.one_time_is_over(name):
            raise SignInNeeded("This one-time password has run out. Ask an administrator for a new one.")
        return name

    def address(self, handler: web.RequestHandler) -> str:
        """Where the request came from."""
        request = handler.request
        connection: Any = request.connection
        peer = connection.context.address
        return client_address(
            request.headers.get("X-Forwarded-For"),
            peer[0] if isinstance(peer, tuple) else str(peer),
            self.settings.trusted_proxies,
        )

    async def matches(self, password: str, info: UserInfo | None) -> bool:
        """Whether this is the password; takes as long where there is no such account."""
        hashed = bytes(info.password) if info else NOBODY
        given = password.encode()
        if len(given) > passwords.LONGEST or b"\0" in given:
            given = b""  # no account has it, and bcrypt would refuse it
        if self.waiting >= QUEUE:
            raise SignInNeeded("Too many people sign in at this moment. Try again in a minute.")
        self.waiting += 1
        try:
            check = asyncio.get_running_loop().run_in_executor(self.hashing, bcrypt.checkpw, given, hashed)
            return await check and bool(given)
        finally:
            self.waiting -= 1

    def weakness(self, name: str, password: str) -> str | None:
        """Why this cannot be the password of that person."""
        return passwords.weakness(password, name, self.is_password_common)

    def give_one_time(self, name: str) -> str:
        """A fresh one-time password for an account, which is made where it has no password yet."""
        password = passwords.one_time()
        self.records.set_one_time(name)
        self.set_password(name, password, let_in=True)
        return password

    def set_password(self, name: str, password: str, *, let_in: bool) -> None:
        """Store the hash; `let_in` decides for an account that is new or waits for approval."""
        info = self.get_user(name)
        if info is None:
            info = UserInfo(username=name, password=b"", is_authorized=False)
            self.db.add(info)
        info.password = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
        info.is_authorized = info.is_authorized or let_in
        self.db.commit()

    def end_sessions(self, user: Any) -> None:
        """End every session of this person, in all browsers; the tokens they made themselves stay."""
        user.orm_user.cookie_id = new_token()
        tokens = self.db.query(APIToken).filter_by(user_id=user.id)
        for token in tokens.filter(APIToken.session_id.isnot(None)):
            self.db.delete(token)
        self.db.commit()

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """The pages for accounts of this hub, in front of JupyterHub's."""
        self.end_tokens_with_session(app)
        return [*shared_pages(), *local_pages()]
