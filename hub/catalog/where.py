"""CQL2 filters: the `cql2` package evaluates them, the polar planes answer what they ask about places."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import cql2
import shapely

from hub.catalog.plane import Footprint, box_footprint, footprint
from hub.catalog.search import Json
from hub.errors import BadInput

COMPARISONS = {"=", "<>", "<", "<=", ">", ">="}
PLACES = {"s_intersects", "s_disjoint", "s_within", "s_contains"}
KNOWN = (
    COMPARISONS
    | PLACES
    | {"and", "or", "not", "between", "in", "like", "isNull", "casei", "accenti"}
    | {"+", "-", "*", "/", "^", "%", "div", "a_equals", "a_contains", "a_containedBy", "a_overlaps"}
    | {
        "t_after",
        "t_before",
        "t_contains",
        "t_disjoint",
        "t_during",
        "t_equals",
        "t_finishedBy",
        "t_finishes",
    }
    | {"t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts"}
)
TOP = {"id", "type", "bbox", "links", "assets", "geometry", "collection", "properties", "stac_version"}
_ANSWER = "polarhub place {}"  # the property in which the answer about a place is given to cql2


def parse_where(text: str | Json) -> Json:
    """CQL2 text or JSON as CQL2 JSON, for `Search.where`. Raises BadInput where it cannot be read."""
    try:
        read = cql2.parse_text(text) if isinstance(text, str) else cql2.parse_json(json.dumps(text))
        where: Json = read.to_json()
    except Exception as error:  # cql2 raises bare exceptions
        said = str(error).strip().splitlines()
        raise _bad(f"This is not CQL2: {said[-1].strip(' =') if said else 'it cannot be read'}.") from None
    if not isinstance(where, dict):
        raise _bad("A filter is a condition, such as `eo:cloud_cover < 10`.")
    compiled(where)
    return where


def matcher(where: Json | None) -> Callable[[Json], bool]:
    """A test for STAC Items, right at the poles too. Raises BadInput where `where` cannot be answered."""
    if where is None:
        return lambda _: True
    return compiled(where).matches


@dataclass(frozen=True)
class Place:
    """One question about where an item lies."""

    op: str
    area: Footprint

    def holds(self, item: Footprint) -> bool:
        """Whether it holds for an item that lies there."""
        if self.op in ("s_intersects", "s_disjoint"):
            return meet(self.area, item) == (self.op == "s_intersects")
        outer, inner = (self.area, item) if self.op == "s_within" else (item, self.area)
        pairs = ((outer.north, inner.north), (outer.south, inner.south))
        return all(b is None or (a is not None and bool(shapely.covers(a, b))) for a, b in pairs)


def meet(a: Footprint, b: Footprint) -> bool:
    """Whether two footprints have a point in common."""
    pairs = ((a.north, b.north), (a.south, b.south))
    return any(p is not None and q is not None and bool(shapely.intersects(p, q)) for p, q in pairs)


@dataclass(frozen=True)
class Where:
    """A filter that is ready to be asked. `areas` are places that every match must reach."""

    expression: cql2.Expr
    places: tuple[Place, ...]
    areas: tuple[Footprint, ...]
    prefilters: tuple["Prefilter", ...] = field(default=())

    def matches(self, item: Json, lies: Footprint | None = None) -> bool:
        """Whether an item matches; `lies` is its footprint where that is known. Unknown is no."""
        if self.places and item.get("geometry") is not None:
            lies = lies or footprint(item["geometry"])
            said = {_ANSWER.format(n): place.holds(lies) for n, place in enumerate(self.places)}
            item = {**item, "properties": {**item.get("properties", {}), **said}}
        try:
            return self.expression.matches(item) is True
        except Exception:  # so cql2 says that a property is missing or cannot be compared
            return False


@dataclass(frozen=True)
class Prefilter:
    """A condition that SQLite may check first: every match fulfils it. `path` None means the datetime."""

    path: str | None
    op: str
    values: tuple[Any, ...]


def compiled(where: Json) -> Where:
    """The filter ready to be asked. Raises BadInput."""
    return _compiled(json.dumps(where))


@lru_cache(maxsize=64)
def _compiled(text: str) -> Where:
    where = json.loads(text)
    places: list[Place] = []
    inner = _replace(where, places)
    certain = [c["args"][0]["property"] for c in _conjuncts(inner) if _is_answer(c)]
    areas = tuple(
        place.area
        for n, place in enumerate(places)
        if _ANSWER.format(n) in certain and place.op != "s_disjoint"
    )
    prefilters = tuple(p for c in _conjuncts(where) if (p := _prefilter(c)) is not None)
    return Where(cql2.parse_json(json.dumps(inner)), tuple(places), areas, prefilters)


def _bad(message: str) -> BadInput:
    return BadInput(message, where="filter")


def _replace(node: Any, places: list[Place]) -> Any:
    """The expression with each question about a place replaced by one about its answer."""
    if isinstance(node, list):
        return [_replace(member, places) for member in node]
    if not isinstance(node, dict) or "op" not in node:
        return node
    op = node["op"]
    if op.startswith("s_"):
        places.append(_place(op, node["args"]))
        return {"op": "=", "args": [{"property": _ANSWER.format(len(places) - 1)}, True]}
    if op not in KNOWN:
        raise _bad(f"The function {op!r} is not known here.")
    return {**node, "args": _replace(node["args"], places)}


def _place(op: str, args: list[Any]) -> Place:
    if op not in PLACES:
        raise _bad(f"{op} cannot be answered safely for footprints; use one of {', '.join(sorted(PLACES))}.")
    first, second = args
    if second == {"property": "geometry"}:
        first, second = second, first
        op = {"s_within": "s_contains", "s_contains": "s_within"}.get(op, op)
    if first != {"property": "geometry"} or not isinstance(second, dict):
        raise _bad(f"{op} compares `geometry` with a geometry.")
    if "bbox" in second:
        return Place(op, box_footprint(second["bbox"], "filter"))
    return Place(op, footprint(second, "filter"))


def _conjuncts(node: Any) -> Iterator[Any]:
    if isinstance(node, dict) and node.get("op") == "and":
        for member in node["args"]:
            yield from _conjuncts(member)
    else:
        yield node


def _is_answer(node: Any) -> bool:
    args = node.get("args") if isinstance(node, dict) and node.get("op") == "=" else None
    return bool(args and isinstance(args[0], dict) and str(args[0].get("property")).startswith(_ANSWER[:14]))


def _prefilter(node: Any) -> Prefilter | None:
    """What SQLite can check of one condition; nothing where it might see things otherwise than cql2."""
    if not isinstance(node, dict) or node.get("op") not in COMPARISONS | {"between", "in"}:
        return None
    op, (subject, *given) = node["op"], node["args"]
    name = subject.get("property") if isinstance(subject, dict) else None
    values = tuple(given[0]) if op == "in" and isinstance(given[0], list) else tuple(given)
    if not isinstance(name, str) or op == "<>" or not values:
        return None
    if name == "datetime":
        instants = [_instant(value) for value in values]
        return None if None in instants or op == "in" else Prefilter(None, op, tuple(instants))
    if name in TOP or "." in name or '"' in name or not all(_plain(value, op) for value in values):
        return None
    return Prefilter(f'$.properties."{name}"', op, values)


def _plain(value: Any, op: str) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):  # cql2 may read digits as a time, and orders text in its own way
        return op in ("=", "in") and not value[:1].isdigit()
    return isinstance(value, int | float)


def _instant(value: Any) -> int | None:
    text = value.get("timestamp") if isinstance(value, dict) else None
    try:
        return microseconds(datetime.fromisoformat(text)) if isinstance(text, str) else None
    except ValueError:
        return None


def microseconds(moment: datetime) -> int:
    """An aware datetime as microseconds since 1970."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
