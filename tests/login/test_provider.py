"""hub/login/provider.py: what a provider's claims become here."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import BadSetting, NotAllowed, StartRefused
from hub.login.provider import (
    check_settings,
    discover,
    group_changes,
    groups_of,
    may_come_in,
    name_of,
    safe_name,
)
from hub.ports import free_ports
from hub.settings import Settings

GOOD = {
    "POLARHUB_OIDC_ISSUER": "https://id.example.org",
    "POLARHUB_OIDC_CLIENT_ID": "polarhub",
    "POLARHUB_OIDC_CLIENT_SECRET": "shared",
    "POLARHUB_OIDC_ALLOWED_GROUPS": "glaciology, sea-ice",
    "POLARHUB_OIDC_ALLOWED_DOMAINS": "npolar.no",
}


def settings(**others: str) -> Settings:
    """The good ones, with some changed."""
    return Settings.load({**GOOD, **{f"POLARHUB_OIDC_{k}": v for k, v in others.items()}})


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_are_safe_for_paths_and_never_shared(one: str, other: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", safe_name(one))
    assert (safe_name(one) == safe_name(other)) == (one == other)


def test_a_name_keeps_its_letters() -> None:
    assert safe_name("astrid") == "astrid"
    assert safe_name("Astrid.Larsen@npolar.no").startswith("astrid-larsen-npol--")
    assert safe_name("17 owls").startswith("u-17-owls--")


def test_nobody_chooses_a_name_that_looks_like_the_hash_of_another() -> None:
    victim = safe_name("astrid@npolar.no")
    assert safe_name(victim) != victim


@pytest.mark.parametrize(
    "claims",
    [{}, {"email": ""}, {"email": 7}, {"email": "a@b.no"}, {"email": "a@b.no", "email_verified": "true"}],
)
def test_a_name_that_cannot_be_trusted(claims: dict[str, object]) -> None:
    with pytest.raises(NotAllowed):
        name_of(claims, "email")


def test_groups_that_could_not_be_a_groups_name_are_left_out() -> None:
    assert groups_of({"groups": ["sea-ice", "a/b", 3, "", " x", "Ice Sheets"]}, "groups") == {
        "sea-ice",
        "Ice Sheets",
    }
    assert groups_of({"groups": "one"}, "groups") == {"one"}
    assert groups_of({"groups": {"a": 1}}, "groups") == frozenset()


@pytest.mark.parametrize(
    ("claims", "let_in"),
    [
        ({"groups": ["sea-ice"]}, True),
        ({"groups": ["forestry"]}, False),
        ({"email": "a@npolar.no", "email_verified": True}, True),
        ({"email": "a@NPOLAR.no", "email_verified": True}, True),
        ({"email": "a@npolar.no", "email_verified": False}, False),
        ({"email": "a@evil-npolar.no", "email_verified": True}, False),
        ({"email": "a@npolar.no@evil.org", "email_verified": True}, False),
        ({}, False),
    ],
)
def test_who_may_come_in(claims: dict[str, object], let_in: bool) -> None:
    assert may_come_in(claims, settings()) is let_in


def test_a_star_lets_in_everybody_and_the_admin_group_comes_in_too() -> None:
    assert may_come_in({}, settings(ALLOWED_GROUPS="*"))
    assert may_come_in({"groups": ["ops"]}, settings(ADMIN_GROUP="ops"))


def test_no_claim_leads_into_or_out_of_a_group_of_this_hub() -> None:
    join, leave = group_changes(
        mine=frozenset({"old-lab", "course-2026"}),
        claimed=frozenset({"sea-ice", "staff-of-a-course"}),
        mirrored=frozenset({"old-lab"}),
        others=frozenset({"course-2026", "staff-of-a-course"}),
    )
    assert (join, leave) == ({"sea-ice"}, {"old-lab"})


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"ISSUER": "http://id.example.org"}, "POLARHUB_OIDC_ISSUER"),
        ({"ISSUER": "id.example.org"}, "POLARHUB_OIDC_ISSUER"),
        ({"CLIENT_ID": ""}, "POLARHUB_OIDC_CLIENT_ID"),
        ({"CLIENT_SECRET": ""}, "POLARHUB_OIDC_CLIENT_SECRET"),
        ({"ALLOWED_GROUPS": "", "ALLOWED_DOMAINS": " , "}, "POLARHUB_OIDC_ALLOWED_GROUPS"),
    ],
)
def test_settings_that_would_let_in_nobody_or_anybody(changed: dict[str, str], where: str) -> None:
    with pytest.raises(BadSetting) as caught:
        check_settings(settings(**changed))
    assert caught.value.where == where


def test_a_provider_that_does_not_answer_is_named() -> None:
    address = f"http://127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(StartRefused, match=re.escape(address)):
        discover(settings(ISSUER=address))


def test_the_secret_is_neither_shown_nor_passed_on() -> None:
    found = settings(CLIENT_SECRET="walrus-orbit")
    assert "walrus-orbit" not in repr(found)
    assert "walrus-orbit" not in str(found.environment())
