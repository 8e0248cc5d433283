"""What the query of a list asks for, read strictly: a misspelt parameter is an error, not another answer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from hub.errors import BadInput
from hub.headless.formats import read_date_time
from hub.headless.job import Filter, Status

MOST, USUAL = 1000, 10
STATUSES = ("accepted", "running", "successful", "failed", "dismissed")
JOBS = ("type", "processID", "status", "datetime", "minDuration", "maxDuration", "limit", "after", "f")
PROCESSES = ("limit", "after", "f")
OPEN = ("", "..")
PRECISION = 0.000999  # seconds; our own times are told to the millisecond

Pairs = Sequence[tuple[str, str]]


def known(pairs: Pairs, names: Collection[str]) -> None:
    """Raises BadInput for a parameter that there is not."""
    for name, _ in pairs:
        if name not in names:
            there = ", ".join(names) or "none"
            raise BadInput(f"There is no such parameter; there are {there}.", where=name[:80] or "query")


def one(pairs: Pairs, name: str) -> str | None:
    """A parameter that may stand there once. Raises BadInput."""
    found = [value for key, value in pairs if key == name]
    if len(found) > 1:
        raise BadInput("may stand there only once", where=name)
    return found[0] if found else None


def many(pairs: Pairs, name: str) -> tuple[str, ...]:
    """All values of a parameter: repeated, or divided by commas."""
    return tuple(part for key, value in pairs if key == name for part in value.split(",") if part)


def limit(pairs: Pairs) -> int:
    """How many a page may hold; the standard has more than the most mean the most. Raises BadInput."""
    given = one(pairs, "limit")
    if given is None:
        return USUAL
    if not (given.isascii() and given.isdigit()) or len(given) > 9 or int(given) < 1:
        raise BadInput(f"Write a whole number from 1 to {MOST}.", where="limit")
    return min(int(given), MOST)


def jobs(pairs: Pairs) -> Filter:
    """The filter of a list of jobs. Raises BadInput with the parameter."""
    known(pairs, JOBS)
    for kind in many(pairs, "type"):
        if kind != "process":
            raise BadInput("The only type is process.", where="type")
    begin, end = _interval(one(pairs, "datetime"))
    return Filter(
        statuses=_statuses(many(pairs, "status")),
        processes=many(pairs, "processID"),
        created_from=begin,
        created_until=end,
        min_duration=_seconds(pairs, "minDuration"),
        max_duration=_seconds(pairs, "maxDuration"),
        limit=limit(pairs),
        after=one(pairs, "after"),
    )


def _statuses(given: tuple[str, ...]) -> tuple[Status, ...]:
    for status in given:
        if status not in STATUSES:
            raise BadInput(f"There is no such status; there are {', '.join(STATUSES)}.", where="status")
    return cast("tuple[Status, ...]", given)


def _seconds(pairs: Pairs, name: str) -> float | None:
    given = one(pairs, name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit()) or len(given) > 12:
        raise BadInput("Write a whole number of seconds.", where=name)
    return float(given)


def _interval(given: str | None) -> tuple[float | None, float | None]:
    if given is None:
        return None, None
    ends = given.split("/")
    if len(ends) > 2 or all(end in OPEN for end in ends):
        raise BadInput("Write a time, or start/end; `..` leaves an end open.", where="datetime")
    begin = None if ends[0] in OPEN else _time(ends[0])
    end = None if ends[-1] in OPEN else _time(ends[-1]) + PRECISION
    if begin is not None and end is not None and begin > end:
        raise BadInput("ends before it begins", where="datetime")
    return begin, end


def _time(text: str) -> float:
    text = text.strip().replace(" ", "+").upper()  # a + of a zone that was not escaped arrives as a space
    try:
        read_date_time(text)
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{error}", where="datetime") from None
