"""A STAC search as it is sent, read into a Search: every parameter checked, every fault named."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from shapely.geometry import shape

from hub.catalog.search import NEWEST_FIRST, Interval, Json, Search
from hub.catalog.where import parse_where
from hub.errors import BadInput

LARGEST_LIMIT = 1000
MOST_POSITIONS = 20_000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
PARAMETERS = (
    "collections", "ids", "bbox", "intersects", "datetime", "limit", "filter", "filter-lang", "filter-crs",
    "sortby", "fields", "token",
)  # fmt: skip
ITEMS_PARAMETERS = tuple(p for p in PARAMETERS if p not in ("collections", "ids", "intersects"))

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)


@dataclass(frozen=True)
class Fields:
    """Which parts of an item are wanted; names may have dots, as in `properties.gsd`.

    `include` is None where only `exclude` was sent: then all the rest is wanted.
    """

    include: frozenset[str] | None
    exclude: frozenset[str]


@dataclass(frozen=True)
class Question:
    """What was asked, and how much of each item is wanted. `sorted` tells whether an order was asked for."""

    search: Search
    fields: Fields | None = None
    sorted: bool = False


def read_body(body: Mapping[str, Any], allowed: Iterable[str] = PARAMETERS) -> Question:
    """A question from the JSON of a POST. Raises BadInput naming the parameter."""
    given = {name: value for name, value in body.items() if value is not None or name == "fields"}
    known(given, allowed)
    if given.get("bbox") is not None and given.get("intersects") is not None:
        raise BadInput("Send either `bbox` or `intersects`, not both.", where="intersects")
    sort = _sort(given.get("sortby"))
    search = Search(
        collections=_names(given, "collections"),
        ids=_names(given, "ids"),
        area=_area(given.get("intersects")),
        bbox=_bbox(given.get("bbox")),
        interval=read_interval(given.get("datetime")),
        where=_where(given),
        sort=sort or NEWEST_FIRST,
        limit=_limit(given.get("limit")),
        token=_token(given.get("token")),
    )
    return Question(search, _fields(given["fields"]) if "fields" in given else None, sorted=bool(sort))


def read_query(query: Mapping[str, str], allowed: Iterable[str] = PARAMETERS) -> Question:
    """A question from the parameters of a GET. Raises BadInput naming the parameter."""
    known(query, allowed)
    body: Json = {name: value for name, value in query.items() if value != ""}
    for name in ("collections", "ids"):
        if name in body:
            body[name] = body[name].split(",")
    if "bbox" in body:
        body["bbox"] = [_number(part, "bbox") for part in body["bbox"].split(",")]
    if "limit" in body:
        body["limit"] = _whole(body["limit"])
    if "intersects" in body:
        body["intersects"] = _json(body["intersects"], "intersects")
    if "sortby" in body:
        body["sortby"] = [_sign(part, "asc", "desc") for part in body["sortby"].split(",")]
    if "fields" in body:
        signed = [_sign(part, "include", "exclude") for part in body["fields"].split(",")]
        ways = dict.fromkeys(part["direction"] for part in signed)
        body["fields"] = {way: [part["field"] for part in signed if part["direction"] == way] for way in ways}
    if "filter" in body:
        body.setdefault("filter-lang", "cql2-text")
    return read_body(body, allowed)


def known(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Raises BadInput for a parameter that would be ignored."""
    for name in given:
        if name == "query":
            raise BadInput("`query` is not understood here; use `filter` with CQL2.", where=name)
        if name not in allowed:
            raise BadInput(f"There is no such parameter; there are {', '.join(allowed)}.", where=name)


def _names(given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = given.get(name)
    if value is None or value == []:
        return None
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        raise BadInput("Send a list of names.", where=name)
    return tuple(dict.fromkeys(value))


def _number(value: Any, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(f"`{str(value)[:40]}` is not a number.", where=name)
    return number


def _bbox(value: Any) -> tuple[float, ...] | None:
    if value is None:
        return None
    if (
        not isinstance(value, list)
        or len(value) not in (4, 6)
        or any(isinstance(v, str | bool) for v in value)
    ):
        raise BadInput(
            "Send four numbers (west, south, east, north) or six, with the heights third and sixth.",
            where="bbox",
        )
    box = tuple(_number(v, "bbox") for v in value)
    half = len(box) // 2
    west, south, east, north = box[0], box[1], box[half], box[half + 1]
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise BadInput("West and east are between -180 and 180; west > east crosses 180°.", where="bbox")
    if not (-90 <= south <= north <= 90):
        raise BadInput("South and north are between -90 and 90, and south is not above north.", where="bbox")
    if len(box) == 6 and box[2] > box[5]:
        raise BadInput("The lower height comes third, the upper one sixth.", where="bbox")
    return box


def _area(value: Any) -> Json | None:
    if value is None:
        return None
    if isinstance(value, dict) and value.get("type") in ("Feature", "FeatureCollection"):
        raise BadInput(f"This is a {value['type']}; send the geometry alone.", where="intersects")
    if not isinstance(value, dict) or value.get("type") not in GEOMETRIES:
        raise BadInput(f"Send a GeoJSON geometry: {', '.join(GEOMETRIES)}.", where="intersects")
    try:
        geometry = shape(value)
        positions = shapely.get_coordinates(geometry)
    except Exception:  # shapely raises whatever the coordinates make it stumble over
        raise BadInput("The coordinates are not those of a GeoJSON geometry.", where="intersects") from None
    if len(positions) == 0:
        raise BadInput("The geometry is empty.", where="intersects")
    if len(positions) > MOST_POSITIONS:
        raise BadInput(
            f"The geometry has more than {MOST_POSITIONS} positions: simplify it.", where="intersects"
        )
    if not (abs(positions[:, 0]).max() <= 360 and abs(positions[:, 1]).max() <= 90):
        raise BadInput("Positions are longitude, latitude in degrees.", where="intersects")
    return value


def read_interval(value: Any) -> Interval | None:
    """An instant or a closed or half-open interval of RFC 3339. Raises BadInput."""
    if value is None:
        return None
    parts = value.split("/") if isinstance(value, str) else []
    if len(parts) == 1:
        instant = read_time(parts[0])
        return instant, instant
    if len(parts) != 2:
        raise BadInput("Send one time or two with a `/` between them.", where="datetime")
    start, end = (None if part in ("", "..") else read_time(part) for part in parts)
    if start is None and end is None:
        raise BadInput("An interval has a start or an end.", where="datetime")
    if start and end and start > end:
        raise BadInput("The start is later than the end.", where="datetime")
    return start, end


def read_time(text: str) -> datetime:
    """A time of RFC 3339; what is finer than a microsecond is cut off. Raises BadInput."""
    found = _TIME.fullmatch(text)
    try:
        if not found:
            raise ValueError
        year, month, day, hour, minute, second = (int(found[i]) for i in range(1, 7))
        away = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
        micro = int((found[7] or "0")[:6].ljust(6, "0"))
        leap = second == 60  # a leap second has no place of its own in our calendar
        time = datetime(year, month, day, hour, minute, 59 if leap else second, micro, UTC)
        return time + timedelta(seconds=leap) + (away if found[8] == "-" else -away)
    except (ValueError, OverflowError):
        raise BadInput(
            f"`{text[:40]}` is not a time with its zone, as in 2024-03-01T00:00:00Z.", where="datetime"
        ) from None


def _where(given: Mapping[str, Any]) -> Json | None:
    if given.get("filter-crs", CRS84) != CRS84:
        raise BadInput(f"Only {CRS84} is understood.", where="filter-crs")
    language, text = given.get("filter-lang"), given.get("filter")
    if language not in (None, "cql2-text", "cql2-json"):
        raise BadInput("Only cql2-text and cql2-json are understood.", where="filter-lang")
    if text is None:
        return None
    if language == "cql2-json" and isinstance(text, str):
        text = _json(text, "filter")
    if not isinstance(text, str if language == "cql2-text" else dict):
        raise BadInput(f"The filter is not {language or 'cql2-json'}.", where="filter")
    return parse_where(text)


def _sort(value: Any) -> tuple[tuple[str, bool], ...]:
    if value is None:
        return ()
    rules = value if isinstance(value, list) else [value]
    for rule in rules:
        if not isinstance(rule, dict) or not isinstance(rule.get("field"), str) or not rule["field"]:
            raise BadInput("Send a list of {field, direction}.", where="sortby")
        if rule.get("direction", "asc") not in ("asc", "desc"):
            raise BadInput("A direction is asc or desc.", where="sortby")
    return tuple(
        (rule["field"].removeprefix("properties."), rule.get("direction", "asc") == "desc") for rule in rules
    )


def _fields(value: Any) -> Fields:
    if not isinstance(value, dict) or set(value) - {"include", "exclude"}:
        raise BadInput("Send {include: [names], exclude: [names]}.", where="fields")
    include, exclude = value.get("include") or [], value.get("exclude") or []
    if not all(isinstance(names, list) for names in (include, exclude)):
        raise BadInput("Send {include: [names], exclude: [names]}.", where="fields")
    if not all(isinstance(name, str) for name in [*include, *exclude]):
        raise BadInput("A field is named by its name, as in `properties.gsd`.", where="fields")
    all_the_rest = bool(exclude) and "include" not in value
    return Fields(None if all_the_rest else frozenset(include), frozenset(exclude))


def _limit(value: Any) -> int:
    if value is None:
        return 10
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadInput("Send a whole number of at least 1.", where="limit")
    return min(value, LARGEST_LIMIT)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,15}", text, re.ASCII):
        raise BadInput("Send a whole number of at least 1.", where="limit")
    return int(text)


def _token(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise BadInput("Send the token of the `next` link as it is.", where="token")
    return value


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("This is not JSON.", where=name) from None


def _sign(part: str, plus: str, minus: str) -> Json:
    """`-gsd` and `gsd`, `+gsd` (in an address, a bare + arrives as a space)."""
    part = part.strip()
    return {"field": part.lstrip("+-"), "direction": minus if part.startswith("-") else plus}
