"""Signing in with an organisation's OpenID Connect provider, through oauthenticator's generic class."""

from typing import Any

from jupyterhub import orm
from oauthenticator.generic import GenericOAuthenticator
from oauthenticator.oauth2 import OAuthCallbackHandler, OAuthLoginHandler
from tornado import web

from hub.errors import NotAllowed
from hub.login.gate import Gate
from hub.login.pages import AtTheDoor, shared_pages
from hub.login.provider import discover, group_changes, groups_of, may_come_in, name_of
from hub.settings import Settings

MIRRORED = "mirrors_provider"  # property of the hub groups that follow the provider


class Callback(AtTheDoor, OAuthCallbackHandler):  # type: ignore[misc]
    """Where the provider sends people back to."""

    authenticator: "OpenIdAccounts"

    async def auth_to_user(self, authenticated: dict[str, Any], user: Any = None) -> Any:
        """Groups follow the provider; those of this hub stay as they are."""
        claims = authenticated["auth_state"][self.authenticator.user_auth_state_key]
        user = await super().auth_to_user(authenticated, user)
        self._mirror(user, groups_of(claims, self.authenticator.settings.oidc_groups_claim))
        return user

    def _mirror(self, user: Any, claimed: frozenset[str]) -> None:
        groups = {group.name: group for group in self.db.query(orm.Group)}
        mirrored = frozenset(name for name, group in groups.items() if group.properties.get(MIRRORED))
        mine = frozenset(group.name for group in user.orm_user.groups)
        join, leave = group_changes(mine, claimed, mirrored, frozenset(groups) - mirrored)
        for name in join:
            if name not in groups:
                groups[name] = orm.Group(name=name, properties={MIRRORED: True})
                self.db.add(groups[name])
            user.orm_user.groups.append(groups[name])
        for name in leave:
            user.orm_user.groups.remove(groups[name])
        self.db.commit()


class OpenIdAccounts(Gate, GenericOAuthenticator):  # type: ignore[misc]
    """Signs in with the provider of the settings."""

    login_handler = OAuthLoginHandler
    callback_handler = Callback

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """The name in this hub. Raises a 403 that says what is missing."""
        try:
            return name_of(user_info, self.settings.oidc_username_claim)
        except NotAllowed as error:
            raise web.HTTPError(403, error.message) from None

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Who may come in; a name that belongs to somebody else at the provider is refused."""
        if auth_model is None:
            return True
        claims = auth_model["auth_state"][self.user_auth_state_key]
        if not may_come_in(claims, self.settings):
            raise web.HTTPError(403, "Your account at the provider is not among those that may use this hub.")
        issuer, subject = self.settings.oidc_issuer or "", str(claims.get("sub") or "")
        if not subject or not self.records.belongs_to(username, issuer, subject):
            raise web.HTTPError(
                403, f"The name {username} belongs to somebody else here. Ask an administrator."
            )
        return True

    async def update_auth_model(self, auth_model: dict[str, Any]) -> dict[str, Any]:
        """Administrators are the members of the group that the settings name."""
        claims = auth_model["auth_state"][self.user_auth_state_key]
        if self.settings.oidc_admin_group:
            groups = groups_of(claims, self.settings.oidc_groups_claim)
            auth_model["admin"] = self.settings.oidc_admin_group in groups
        return auth_model

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """The provider's two pages beside ours."""
        self.end_tokens_with_session(app)
        return [*shared_pages(), *GenericOAuthenticator.get_handlers(self, app)]


def openid_config(settings: Settings) -> dict[str, Any]:
    """What to assign to c.OpenIdAccounts; asks the provider. Raises BadSetting, StartRefused."""
    provider = discover(settings)
    secret = settings.oidc_client_secret
    callback = f"{settings.public_url.rstrip('/')}/hub/oauth_callback" if settings.public_url else ""
    return {
        "client_id": settings.oidc_client_id,
        "client_secret": secret.get_secret_value() if secret else "",
        "authorize_url": provider.authorize_url,
        "token_url": provider.token_url,
        "userdata_url": provider.userinfo_url,
        "basic_auth": provider.basic_auth,
        "oauth_callback_url": callback,
        "scope": settings.oidc_scopes.split(),
        "login_service": settings.oidc_name,
        "enable_pkce": True,
    }
