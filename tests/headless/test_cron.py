"""Times of a schedule, at the changes of clocks too."""

import itertools
from datetime import UTC, datetime

import pytest

from hub.errors import BadInput
from hub.headless.cron import check, next_after, times_between


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def times(cron: str, zone: str, after: str, count: int) -> list[str]:
    found, at = [], moment(after)
    for _ in range(count):
        following = next_after(cron, zone, at)
        assert following is not None
        at = following
        found.append(datetime.fromtimestamp(at, UTC).isoformat()[:16])
    return found


def test_an_hour_of_a_place_moves_with_its_clocks() -> None:
    # Oslo is at +1 in winter and at +2 in summer
    assert times("0 6 * * *", "Europe/Oslo", "2026-03-28T12:00", 2) == [
        "2026-03-29T04:00",
        "2026-03-30T04:00",
    ]
    assert times("0 6 * * *", "Europe/Oslo", "2026-10-24T12:00", 2) == [
        "2026-10-25T05:00",
        "2026-10-26T05:00",
    ]


def test_an_hour_that_spring_leaves_out_comes_right_after_the_gap() -> None:
    # 02:30 on 2026-03-29 does not exist in Oslo: it runs at 03:00 +02:00, and once
    assert times("30 2 * * *", "Europe/Oslo", "2026-03-28T12:00", 2) == [
        "2026-03-29T01:00",
        "2026-03-30T00:30",
    ]


def test_an_hour_that_autumn_repeats_runs_once() -> None:
    # 02:30 on 2026-10-25 comes twice in Oslo
    assert times("30 2 * * *", "Europe/Oslo", "2026-10-24T12:00", 2) == [
        "2026-10-25T00:30",
        "2026-10-26T01:30",
    ]


def test_every_hour_is_every_hour_at_both_changes() -> None:
    for night in ("2026-03-28T23:30", "2026-10-24T23:30"):
        found = [moment(t) for t in times("0 * * * *", "Europe/Oslo", night, 5)]
        assert {b - a for a, b in itertools.pairwise(found)} == {3600}


def test_missed_times_are_counted() -> None:
    first = moment("2026-11-01T06:00")
    assert times_between("0 6 * * *", "UTC", first, moment("2026-11-04T07:00")) == 4
    assert times_between("* * * * *", "UTC", first, moment("2027-11-04T07:00")) == 1000


@pytest.mark.parametrize(
    ("cron", "zone", "where"),
    [
        ("every day", "UTC", "cron"),
        ("0 0 6 * * *", "UTC", "cron"),
        ("61 * * * *", "UTC", "cron"),
        ("0 0 31 2 *", "UTC", "cron"),
        ("0 6 * * *", "Mars/Olympus", "zone"),
        ("0 6 * * *", "../../etc/passwd", "zone"),
        ("0 6 * * *", "/etc/passwd", "zone"),
        ("0 6 * * *", "", "zone"),
    ],
)
def test_a_time_that_is_none_is_refused_by_its_field(cron: str, zone: str, where: str) -> None:
    with pytest.raises(BadInput) as refused:
        check(cron, zone)
    assert refused.value.where == where
