"""Who asks: JupyterHub's own tokens, checked with the hub, and the scope that opens this service."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from jupyterhub.services.auth import HubAuth
from tornado.web import HTTPError

from hub.errors import SignInNeeded, Unavailable

SCOPE = "access:services!service=api"


@dataclass(frozen=True)
class User:
    """The person or program that asks."""

    name: str
    groups: frozenset[str]
    scopes: frozenset[str]
    admin: bool = False


class HubTokens:
    """Asks the hub who a token belongs to, and keeps the answer for a minute."""

    def __init__(self, hub: HubAuth | None = None) -> None:
        self.hub = hub or HubAuth(cache_max_age=60)

    async def user_of(self, token: str) -> User:
        """The holder of a token. Raises SignInNeeded, and Unavailable where the hub is away."""
        try:
            found = await self.hub.user_for_token(token, sync=False)
        except HTTPError:
            raise Unavailable("The hub does not answer now; try again in a moment.") from None
        if not found or not self.hub.check_scopes([SCOPE], found):
            raise SignInNeeded(
                "This token is unknown, has run out or does not open this service: sign in again."
            )
        return User(
            name=found["name"],
            groups=frozenset(found.get("groups", ())),
            scopes=frozenset(found["scopes"]),
            admin=bool(found.get("admin")),
        )


def token_of(request: Request) -> str:
    """The token in `Authorization: token …` or `Authorization: Bearer …`."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() not in ("token", "bearer") or not token.strip():
        raise SignInNeeded("Send a JupyterHub token in the header `Authorization: token …`.")
    return token.strip()


async def current_user(request: Request) -> User:
    """Whoever sent this request."""
    tokens: HubTokens = request.app.state.tokens
    return await tokens.user_of(token_of(request))


CurrentUser = Annotated[User, Depends(current_user)]
