"""Homes: one a user, with a uid that stays."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.spawning.homes import FIRST_UID, LAST_UID, Homes, slug_of


@pytest.mark.parametrize("name", ["ada", "ada.l", "ada_2", "a-b"])
def test_a_plain_name_is_its_own_slug(name: str) -> None:
    assert slug_of(name) == name


@pytest.mark.parametrize(
    "name", ["..", ".", "", "../ada", "a/b", "Ada", "ada--x", "ada@example.org", "Ådá", "-x"]
)
def test_any_other_name_gets_a_safe_slug_with_a_hash(name: str) -> None:
    slug = slug_of(name)
    assert slug != name
    assert "--" in slug
    assert "/" not in slug
    assert not slug.startswith((".", "-"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_two_names_share_a_slug(one: str, other: str) -> None:
    assert (slug_of(one) == slug_of(other)) == (one == other)
    assert len(slug_of(one)) <= 32


def test_a_home_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    homes = Homes(tmp_path / "homes", own_uids=False)
    ada = homes.open("ada")
    assert ada.uid == os.geteuid()
    assert ada.path.stat().st_mode & 0o777 == 0o700
    (ada.path / "note").write_text("x")
    assert homes.open("ada") == ada
    assert (ada.path / "note").read_text() == "x"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives uids away")
def test_each_user_has_a_uid_that_stays_and_is_nobody_elses(tmp_path: Path) -> None:
    homes = Homes(tmp_path / "homes", own_uids=True)
    ada, bob = homes.open("ada"), homes.open("bob")
    assert [ada.uid, bob.uid] == [FIRST_UID, FIRST_UID + 1]
    assert homes.open("ada").uid == ada.uid
    os.chown(homes.open("cyd").path, LAST_UID, LAST_UID)
    assert homes.open("dora").uid == FIRST_UID + 2, "the first that is free, when the last is taken"
    assert homes.open("eve").uid == FIRST_UID + 3
