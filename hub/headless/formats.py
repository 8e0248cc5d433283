"""Strings and objects that mean something: dates, intervals, boxes, shapes. Each check says what is wrong."""

import math
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

OPEN = ".."  # an end of an interval that is left open
PLANE = 13_000_000  # metres from the pole, in EPSG:3413 and 3031, that are still on its hemisphere


def read_date(text: str) -> None:
    """Raises ValueError unless it is a day such as 1978-11-30."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError("must be a date such as 1978-11-30")
    _real(date.fromisoformat, text)


def read_date_time(text: str) -> None:
    """Raises ValueError unless it is a moment with its zone, such as 1978-11-30T12:00:00Z."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", text):
        raise ValueError("must be a time with its zone, such as 1978-11-30T12:00:00Z")
    _moment(text)


def _real(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise ValueError("names a day or time that does not exist") from None


def _moment(text: str) -> datetime:
    # Python 3.11 reads at most six digits of a second
    plain = re.sub(r"(\.\d{6})\d+", r"\1", text.upper().replace("Z", "+00:00"))
    return _real(datetime.fromisoformat, plain)  # type: ignore[no-any-return]


def read_interval(text: str) -> None:
    """Raises ValueError unless it is `start/end`: two dates or two times, either of them may be `..`."""
    ends = text.split("/")
    if len(ends) != 2 or ends == [OPEN, OPEN]:
        raise ValueError("must be start/end, such as 1978-11-01/1978-11-30; `..` leaves an end open")
    kinds = {"T" in end.upper() for end in ends if end != OPEN}
    if len(kinds) > 1:
        raise ValueError("must have two dates or two times, not one of each")
    for end in ends:
        if end != OPEN:
            (read_date_time if "T" in end.upper() else read_date)(end)
    if OPEN not in ends:
        read: Callable[[str], Any] = _moment if kinds.pop() else date.fromisoformat
        if read(ends[0]) > read(ends[1]):
            raise ValueError("ends before it begins")


def read_uri(text: str) -> None:
    """Raises ValueError unless it is an absolute address."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text):
        raise ValueError("must be an absolute address, such as https://example.org/scene.tif")


def read_uuid(text: str) -> None:
    """Raises ValueError unless it is a UUID with its hyphens."""
    try:
        good = str(uuid.UUID(text)) == text.lower()
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be a UUID, such as 123e4567-e89b-42d3-a456-426614174000")


def read_email(text: str) -> None:
    """Raises ValueError unless it looks like an address of electronic mail."""
    if len(text) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text):
        raise ValueError("must be an email address")


STRINGS: dict[str, Callable[[str], None]] = {
    "date": read_date,
    "date-time": read_date_time,
    "interval": read_interval,
    "uri": read_uri,
    "uuid": read_uuid,
    "email": read_email,
}


def read_box(value: Any, allowed_crs: list[str]) -> dict[str, Any]:
    """The box with its coordinate system filled in. Raises ValueError.

    In CRS84 it is [west, south, east, north] in degrees, and west > east means over the antimeridian; in
    EPSG:3413 and EPSG:3031 it is [least x, least y, greatest x, greatest y] in metres. Six numbers have
    heights as third and sixth. Where no coordinate system is named, any box is taken as it is.
    """
    if not isinstance(value, dict) or not isinstance(value.get("bbox"), list):
        raise ValueError('must be a box such as {"bbox": [170, 65, -170, 72]}')
    if extra := set(value) - {"bbox", "crs"}:
        raise ValueError(f"has `{min(extra)}`, which a box does not have: it has bbox and crs")
    numbers = value["bbox"]
    if len(numbers) not in (4, 6) or not all(_is_number(one) for one in numbers):
        raise ValueError("must have four numbers as bbox, or six with heights")
    if not allowed_crs:
        if not isinstance(value.get("crs", ""), str):
            raise ValueError("must have the address of a coordinate system as crs")
        return value
    crs = value.get("crs", allowed_crs[0])
    if not isinstance(crs, str) or crs not in allowed_crs:
        raise ValueError(f"must have as crs one of {', '.join(allowed_crs)}")
    half = len(numbers) // 2
    if half == 3 and numbers[2] > numbers[5]:
        raise ValueError("must have its lowest height before its highest")
    check = _degrees if crs.endswith("CRS84") else _metres
    check(numbers[0], numbers[1], numbers[half], numbers[half + 1])
    return {"bbox": numbers, "crs": crs}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _degrees(west: float, south: float, east: float, north: float) -> None:
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError(
            "must have longitudes from -180 to 180; west greater than east means over the antimeridian"
        )
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise ValueError("must have latitudes from -90 to 90; the order is west, south, east, north")
    if south > north:
        raise ValueError("must have its south before its north; the order is west, south, east, north")


def _metres(left: float, bottom: float, right: float, top: float) -> None:
    if max(map(abs, (left, bottom, right, top))) > PLANE:
        raise ValueError(f"must be metres in the polar plane, at most {PLANE:,} from the pole")
    if left >= right or bottom >= top:
        raise ValueError("must have its least x and y before its greatest")
