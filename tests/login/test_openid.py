"""Signing in with a real OpenID Connect provider."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.login.provider import safe_name
from hub.ports import free_ports
from tests.hubs import RunningHub, start_hub
from tests.login.openid_provider import SECRET, OpenIdProvider, sign_in_with_provider, start_provider
from tests.login.visitors import Visitor

PEOPLE: dict[str, dict[str, Any]] = {
    "17": {"preferred_username": "astrid", "groups": ["sea-ice", "ops", "course-x"]},
    "18": {"preferred_username": "Bjørn Å/..", "groups": ["sea-ice"]},
    "19": {"preferred_username": "carl", "groups": ["forestry"]},
    "20": {"preferred_username": "dora", "email": "dora@npolar.no", "email_verified": True},
    "21": {"groups": ["sea-ice"]},
    "22": {"preferred_username": "fred", "groups": ["sea-ice"]},
}


@pytest.fixture(scope="module")
def provider_and_hub(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[OpenIdProvider, RunningHub]]:
    """A provider, and a hub that trusts it."""
    port = free_ports(1)[0]
    with start_provider(port, PEOPLE) as provider:
        environment = {
            "POLARHUB_PORT": str(port),
            "POLARHUB_OIDC_ISSUER": provider.issuer,
            "POLARHUB_OIDC_NAME": "Polar Institute",
            "POLARHUB_OIDC_CLIENT_ID": "polarhub",
            "POLARHUB_OIDC_CLIENT_SECRET": SECRET,
            "POLARHUB_OIDC_ALLOWED_GROUPS": "sea-ice",
            "POLARHUB_OIDC_ALLOWED_DOMAINS": "npolar.no",
            "POLARHUB_OIDC_ADMIN_GROUP": "ops",
        }
        with start_hub(tmp_path_factory.mktemp("openid") / "data", environment) as hub:
            yield provider, hub


@pytest.fixture
def provider(provider_and_hub: tuple[OpenIdProvider, RunningHub]) -> OpenIdProvider:
    """The provider."""
    return provider_and_hub[0]


@pytest.fixture
def hub(provider_and_hub: tuple[OpenIdProvider, RunningHub]) -> RunningHub:
    """The hub."""
    return provider_and_hub[1]


@pytest.fixture
def visitor(hub: RunningHub) -> Iterator[Visitor]:
    """Somebody's browser."""
    with Visitor(hub.url) as found:
        yield found


def groups(hub: RunningHub, name: str) -> set[str]:
    """The hub groups of a user."""
    return set(hub.api("GET", f"users/{name}").json()["groups"])


def test_from_the_login_page_to_home_by_way_of_the_terms(hub: RunningHub, visitor: Visitor) -> None:
    assert "Sign in with Polar Institute" in visitor.open("/hub/login").page.text
    assert 'type="password"' not in visitor.page.text
    sign_in_with_provider(visitor, "22")
    assert visitor.heading == "Terms of use"
    assert hub.ask_for_server("fred").status_code == 403
    assert visitor.open("/hub/home").path == "/hub/terms"
    assert visitor.send().path == "/hub/home"
    assert "HttpOnly" in str([r.headers.get_list("set-cookie") for r in visitor.page.history])


def test_groups_follow_the_provider_and_those_of_the_hub_stay(
    hub: RunningHub, provider: OpenIdProvider, visitor: Visitor
) -> None:
    hub.api("POST", "groups/course-x")
    hub.api("POST", "groups/course-y")
    sign_in_with_provider(visitor, "17").send()
    assert groups(hub, "astrid") == {"sea-ice", "ops"}  # no claim leads into a group of the hub
    assert hub.api("GET", "users/astrid").json()["admin"] is True
    hub.api("POST", "groups/course-y/users", json={"users": ["astrid"]})
    provider.change({**PEOPLE, "17": {"preferred_username": "astrid", "groups": ["sea-ice", "glaciology"]}})
    with Visitor(hub.url) as again:
        assert sign_in_with_provider(again, "17").path == "/hub/home"
    assert groups(hub, "astrid") == {"sea-ice", "glaciology", "course-y"}
    assert hub.api("GET", "users/astrid").json()["admin"] is False


def test_a_name_that_is_no_path_becomes_one(hub: RunningHub, visitor: Visitor) -> None:
    sign_in_with_provider(visitor, "18").send()
    assert visitor.path == "/hub/home"
    assert hub.api("GET", f"users/{safe_name('Bjørn Å/..')}").status_code == 200


@pytest.mark.parametrize(
    ("login", "said"),
    [("19", "not among those that may use this hub"), ("21", "it sent no preferred_username")],
)
def test_who_may_not_come_in_is_told_why(hub: RunningHub, visitor: Visitor, login: str, said: str) -> None:
    sign_in_with_provider(visitor, login)
    assert visitor.page.status_code == 403
    assert said in visitor.page.text
    assert not visitor.signed_in


def test_a_verified_address_of_the_domain_comes_in(visitor: Visitor) -> None:
    assert sign_in_with_provider(visitor, "20").heading == "Terms of use"


def test_nobody_takes_over_a_name_by_calling_themselves_so(
    hub: RunningHub, provider: OpenIdProvider, visitor: Visitor
) -> None:
    provider.change(
        {**PEOPLE, "20": PEOPLE["20"], "99": {"preferred_username": "dora", "groups": ["sea-ice"]}}
    )
    with Visitor(hub.url) as first:
        sign_in_with_provider(first, "20")
    sign_in_with_provider(visitor, "99")
    assert visitor.page.status_code == 403
    assert "belongs to somebody else" in visitor.page.text


def test_a_callback_that_nobody_asked_for_is_refused(visitor: Visitor) -> None:
    assert visitor.open("/hub/oauth_callback?code=made-up&state=made-up").page.status_code == 400


def test_there_is_no_way_in_with_a_password(visitor: Visitor) -> None:
    for path in ("signup", "accounts", "change-password"):
        assert visitor.open(f"/hub/{path}").page.status_code == 404, path
    form = visitor.open("/hub/login").page.text
    token = form.split('xsrf_token: "')[1].split('"')[0]
    sent = {"_xsrf": token, "username": "admin", "password": "admin"}
    assert visitor.client.post("/hub/login", data=sent).status_code == 405


def test_secrets_stay_out_of_logs_and_services(hub: RunningHub, visitor: Visitor) -> None:
    sign_in_with_provider(visitor, "22")
    assert SECRET not in hub.log
    assert json.dumps(SECRET) not in hub.log
    for path in (hub.data / "logs").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = path.read_bytes()
        except OSError:
            continue
        if f"POLARHUB_DATA={hub.data}".encode() in variables and b"JUPYTERHUB_SERVICE_NAME" in variables:
            assert SECRET.encode() not in variables
