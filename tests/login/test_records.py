"""hub/login/records.py: what was accepted stays, what is gone is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.login.records import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """An empty database."""
    found = Records(f"sqlite:///{tmp_path / 'login.sqlite'}")
    yield found
    found.close()


def test_an_acceptance_has_version_and_time_and_keeps_its_first_time(records: Records) -> None:
    records.accept("ada", "1")
    at = records.accepted("ada", "1")
    records.accept("ada", "1")
    records.accept("ada", "2")
    assert at is not None
    assert records.accepted("ada", "1") == at
    assert [(name, version) for name, version, _ in records.acceptances()] == [("ada", "1"), ("ada", "2")]
    assert records.accepted("bob", "1") is None


def test_it_outlives_the_process(records: Records, tmp_path: Path) -> None:
    records.accept("ada", "1")
    again = Records(f"sqlite:///{tmp_path / 'login.sqlite'}")
    assert again.accepted("ada", "1") is not None
    again.close()


def test_one_time_passwords(records: Records) -> None:
    assert records.one_time_since("ada") is None
    records.set_one_time("ada")
    records.set_one_time("ada")
    assert records.one_time_since("ada") is not None
    records.clear_one_time("ada")
    assert records.one_time_since("ada") is None


def test_a_name_belongs_to_the_first_who_came_with_it(records: Records) -> None:
    assert records.belongs_to("ada", "https://id.example", "17")
    assert records.belongs_to("ada", "https://id.example", "17")
    assert not records.belongs_to("ada", "https://id.example", "18")
    assert not records.belongs_to("ada", "https://other.example", "17")


def test_whoever_gets_a_name_next_starts_anew(records: Records) -> None:
    records.accept("ada", "1")
    records.set_one_time("ada")
    records.belongs_to("ada", "https://id.example", "17")
    records.forget("ada")
    assert records.accepted("ada", "1") is None
    assert records.one_time_since("ada") is None
    assert records.belongs_to("ada", "https://id.example", "18")
