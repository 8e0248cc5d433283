"""The pages of runs and processes, and how they write times, sizes and spans."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.api.pages import Pages

PAGES = Pages(Path(__file__).with_name("templates"))
WORDS = {
    "accepted": "waiting",
    "running": "running",
    "successful": "done",
    "failed": "failed",
    "dismissed": "dismissed",
}


def when(seconds: float | None) -> str:
    """A moment as people read it, with its zone."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y, %H:%M:%S UTC")


def span(seconds: float | None) -> str:
    """A length of time."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def size(count: int) -> str:
    """A number of bytes in the unit that suits it."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


PAGES.filters.update(when=when, span=span, size=size, word=lambda status: WORDS.get(status, status))


def page(name: str, **values: Any) -> str:
    """A page of this API."""
    return PAGES.render(name, **values)
