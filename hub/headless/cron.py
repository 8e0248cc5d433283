"""Times of a schedule: cron expressions in a time zone, as Debian's cron keeps them at clock changes.

What is set to a fixed hour runs once on each day: an hour that is left out in spring moves it behind the gap,
an hour that comes twice in autumn does not repeat it. `*` and steps go by elapsed time.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from hub.errors import BadInput

MOST = 1000  # times that are counted; more are "more than 1000"


def check(cron: str, zone: str) -> None:
    """Raises BadInput with the field that cannot be used."""
    if len(cron.split()) != 5:
        raise BadInput(
            "Write five fields: minute, hour, day of month, month, day of week, as in `0 6 * * 1`.",
            where="cron",
        )
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("Write a time zone such as UTC or Europe/Oslo.", where="zone") from None
    try:
        next(CronSim(cron, datetime.now(place)))
    except CronSimError as error:
        raise BadInput(f"{error}: write it as in `0 6 * * 1`, Mondays at six.", where="cron") from None
    except StopIteration:
        raise BadInput("This time never comes.", where="cron") from None


def next_after(cron: str, zone: str, moment: float) -> float | None:
    """The first time after a moment, UTC seconds; None where there is none any more."""
    try:
        return next(CronSim(cron, datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone)))).timestamp()
    except (StopIteration, CronSimError):
        return None


def times_between(cron: str, zone: str, first: float, until: float) -> int:
    """How many times there were from `first`, one of them, until then."""
    count, moment = 0, first
    while moment <= until and count < MOST:
        count += 1
        following = next_after(cron, zone, moment)
        if following is None:
            break
        moment = following
    return count
