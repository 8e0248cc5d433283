"""An OpenID Connect provider: what the settings say about it, and what it says about itself."""

import base64
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from hub.errors import BadSetting, NotAllowed, StartRefused
from hub.settings import PREFIX, Settings

TRIES, PAUSE = 3, 2.0  # a provider that starts beside us is waited for; seconds
ENDPOINTS = ("authorization", "token", "userinfo")
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
GROUP_NAME = re.compile(r"[^\s/\\\0][^/\\\0]{0,99}")


@dataclass(frozen=True)
class Provider:
    """Where to send people, and where to ask who they are."""

    issuer: str
    authorize_url: str
    token_url: str
    userinfo_url: str
    basic_auth: bool


def check_settings(settings: Settings) -> str:
    """The issuer. Raises BadSetting where something is missing or not safe."""
    issuer = settings.oidc_issuer or ""
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise BadSetting(
            "give the provider's address, which begins with https://", where=PREFIX + "OIDC_ISSUER"
        )
    for name in ("oidc_client_id", "oidc_client_secret"):
        if getattr(settings, name) is None:
            raise BadSetting("needed to sign in with a provider", where=PREFIX + name.upper())
    if not words(settings.oidc_allowed_groups) and not words(settings.oidc_allowed_domains):
        raise BadSetting(
            "say who may come in, here or in POLARHUB_OIDC_ALLOWED_DOMAINS; * lets in everybody",
            where=PREFIX + "OIDC_ALLOWED_GROUPS",
        )
    return issuer


def discover(settings: Settings) -> Provider:
    """Ask the provider for its addresses. Raises BadSetting and StartRefused with what to do."""
    issuer = check_settings(settings)
    said = _ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if str(said.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise BadSetting(
            f"the provider calls itself {said.get('issuer')}: use that address", where=PREFIX + "OIDC_ISSUER"
        )
    try:
        authorize, token, userinfo = (said[f"{name}_endpoint"] for name in ENDPOINTS)
    except KeyError as error:
        raise StartRefused(f"The provider {issuer} does not say where its {error.args[0]} is.") from None
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Provider(issuer, authorize, token, userinfo, basic_auth="client_secret_post" not in methods)


def _ask(address: str) -> dict[str, Any]:
    for last in (False,) * (TRIES - 1) + (True,):
        try:
            answer = httpx.get(address, timeout=10, follow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
            return found if isinstance(found, dict) else {}
        except (httpx.HTTPError, ValueError) as error:
            if last:
                raise StartRefused(
                    f"The OpenID provider did not answer at {address} ({type(error).__name__}): "
                    "check POLARHUB_OIDC_ISSUER and the network, then start again."
                ) from None
        time.sleep(PAUSE)
    raise AssertionError


def _is_loopback(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def words(names: str) -> frozenset[str]:
    """The parts of a setting that lists, separated by commas."""
    return frozenset(part.strip() for part in names.split(",") if part.strip())


def safe_name(claim: str) -> str:
    """A user name for paths, addresses and labels; different claims never share one.

    A claim that is safe as it is stays; any other becomes readable letters, -- and 60 bits of its hash.
    """
    if PLAIN_NAME.fullmatch(claim) and "--" not in claim:
        return claim
    digest = base64.b32encode(hashlib.sha256(claim.encode()).digest()).decode().lower()[:12]
    letters = re.sub(r"[^a-z0-9]+", "-", claim.lower()).strip("-")
    letters = letters if letters[:1].isalpha() else f"u-{letters}"
    return f"{letters[:18].strip('-')}--{digest}"


def name_of(claims: Mapping[str, Any], claim: str) -> str:
    """The user name in what the provider says. Raises NotAllowed where it says none that can be trusted."""
    value = claims.get(claim)
    if not isinstance(value, str) or not value.strip():
        raise NotAllowed(
            f"The provider did not say who you are: it sent no {claim}. Tell your administrator."
        )
    if claim == "email" and claims.get("email_verified") is not True:
        raise NotAllowed("Your email address is not verified at the provider. Verify it there, then sign in.")
    return safe_name(value.strip())


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups in what the provider says; names that could not be a group's are left out."""
    value = claims.get(claim, ())
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(name for name in listed if isinstance(name, str) and GROUP_NAME.fullmatch(name))


def may_come_in(claims: Mapping[str, Any], settings: Settings) -> bool:
    """Whether the settings let in somebody with these claims."""
    allowed = words(settings.oidc_allowed_groups)
    groups = groups_of(claims, settings.oidc_groups_claim)
    if "*" in allowed or groups & allowed or settings.oidc_admin_group in groups:
        return True
    email, verified = claims.get("email"), claims.get("email_verified") is True
    domain = email.rpartition("@")[2].lower() if isinstance(email, str) and verified else ""
    return bool(domain) and domain in {name.lower() for name in words(settings.oidc_allowed_domains)}


def group_changes(
    mine: frozenset[str], claimed: frozenset[str], mirrored: frozenset[str], others: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Groups to join and to leave, so that the mirrored ones are as the provider says.

    `others` are this hub's own groups, such as those of courses: no claim leads into or out of them.
    """
    return claimed - mine - others, (mine & mirrored) - claimed
