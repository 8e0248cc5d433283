"""Whether a value fits a schema, and if not, in one sentence why."""

import base64
import binascii
import json
import math
from typing import Any

from hub.headless.formats import STRINGS, read_box
from hub.headless.schema import Schema, matches

BIGGEST = 2**63  # integers below it can be held by any kernel
SHOWN = 12  # allowed values that a message lists


class Misfit(Exception):
    """A value does not fit: where in it, as steps, and why."""

    def __init__(self, message: str, *steps: str | int) -> None:
        super().__init__(message)
        self.message, self.steps = message, list(steps)


def fit(schema: Schema, value: Any) -> Any:
    """The value as a notebook gets it: 5.0 for an integer becomes 5, a box gets its coordinate system.

    Raises Misfit.
    """
    if value is None and schema.nullable:
        return None
    if schema.format == "ogc-bbox":
        return _box(schema, value)
    value = _KINDS[schema.type](schema, value) if schema.type else _any(value)
    if schema.enum is not None and not any(_same(value, one) for one in schema.enum):
        raise Misfit(f"must be one of {_listed(schema.enum)}")
    if schema.format == "geojson-geometry":
        _geometry(value)
    for part in schema.all_of or []:
        value = fit(part, value)
    if schema.any_of is not None:
        value = _first_fitting(schema.any_of, value)
    if schema.one_of is not None:
        value = _only_fitting(schema.one_of, value)
    return value


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _listed(values: list[Any]) -> str:
    shown = ", ".join(json.dumps(one, ensure_ascii=False) for one in values[:SHOWN])
    return shown + (f" … ({len(values)} in all)" if len(values) > SHOWN else "")


def _any(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _finite(value)
    return value


def _finite(value: int | float) -> int | float:
    if isinstance(value, float) and not math.isfinite(value):
        raise Misfit("must be a finite number")
    if isinstance(value, int) and abs(value) >= BIGGEST:
        raise Misfit("is too large a number")
    return value


def _box(schema: Schema, value: Any) -> Any:
    try:
        return read_box(value, schema.allowed_crs)
    except ValueError as error:
        raise Misfit(str(error)) from None


def _string(schema: Schema, value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit("must be a string")
    if schema.binary:
        return _base64(schema, value)
    _length(schema, len(value))
    if schema.pattern is not None and not matches(schema.pattern, value):
        raise Misfit(f"must match {schema.pattern}")
    if schema.format in STRINGS:
        try:
            STRINGS[schema.format](value)
        except ValueError as error:
            raise Misfit(str(error)) from None
    return value


def _length(schema: Schema, length: int) -> None:
    unit = "bytes" if schema.binary else "characters"
    if schema.min_length is not None and length < schema.min_length:
        raise Misfit(f"must have {schema.min_length} {unit} at least")
    if schema.max_length is not None and length > schema.max_length:
        raise Misfit(f"must have {schema.max_length} {unit} at most")


def _base64(schema: Schema, value: str) -> str:
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Misfit("must be base64") from None
    _length(schema, len(content))
    return value


def _numeric(schema: Schema, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit("must be a number")
    number = _finite(value)
    _bounds(schema, number)
    if schema.multiple_of is not None and not _multiple(number, schema.multiple_of):
        raise Misfit(f"must be a multiple of {schema.multiple_of:g}")
    return number


def _multiple(number: int | float, step: int | float) -> bool:
    if isinstance(number, int) and isinstance(step, int):
        return number % step == 0
    times = number / step
    return math.isfinite(times) and abs(times - round(times)) < 1e-9 * max(1.0, abs(times))


def _bounds(schema: Schema, number: int | float) -> None:
    low, high = schema.minimum, schema.maximum
    under = low is not None and (number <= low if schema.exclusive_minimum else number < low)
    over = high is not None and (number >= high if schema.exclusive_maximum else number > high)
    if not under and not over:
        return
    least = f"greater than {low}" if schema.exclusive_minimum else f"{low} at least"
    most = f"less than {high}" if schema.exclusive_maximum else f"{high} at most"
    raise Misfit(
        "must be " + " and ".join(said for said, of in ((least, low), (most, high)) if of is not None)
    )


def _integer(schema: Schema, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit("must be a whole number")
    if isinstance(value, float):
        _finite(value)
        if not value.is_integer():
            raise Misfit("must be a whole number")
        value = int(value)
    return int(_numeric(schema, value))


def _boolean(_schema: Schema, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit("must be true or false")
    return value


def _array(schema: Schema, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Misfit("must be an array")
    if schema.min_items is not None and len(value) < schema.min_items:
        raise Misfit(f"must have {schema.min_items} items at least")
    if schema.max_items is not None and len(value) > schema.max_items:
        raise Misfit(f"must have {schema.max_items} items at most")
    items = [_within(schema.items, one, at) for at, one in enumerate(value)] if schema.items else value
    if schema.unique_items and len({_key(one) for one in items}) < len(items):
        raise Misfit("must not have the same item twice")
    return items


def _key(value: Any) -> str:
    """The same text for what is equal in JSON, so 1 and 1.0."""
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _object(schema: Schema, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misfit("must be an object")
    for name in schema.required or []:
        if name not in value:
            raise Misfit("is missing", name)
    known = schema.properties or {}
    if schema.additional_properties is False and (extra := sorted(set(value) - set(known))):
        raise Misfit(f"there is no such property; there are {', '.join(known) or 'none'}", extra[0])
    return {name: _within(known[name], one, name) if name in known else one for name, one in value.items()}


def _within(schema: Schema, value: Any, step: str | int) -> Any:
    try:
        return fit(schema, value)
    except Misfit as error:
        raise Misfit(error.message, step, *error.steps) from None


def _fitting(schemas: list[Schema], value: Any) -> tuple[list[Any], list[Misfit]]:
    fitted, misfits = [], []
    for schema in schemas:
        try:
            fitted.append(fit(schema, value))
        except Misfit as error:
            misfits.append(error)
    return fitted, misfits


def _first_fitting(schemas: list[Schema], value: Any) -> Any:
    fitted, misfits = _fitting(schemas, value)
    if not fitted:
        raise Misfit("fits none of what it may be: " + _why(misfits))
    return fitted[0]


def _only_fitting(schemas: list[Schema], value: Any) -> Any:
    fitted, misfits = _fitting(schemas, value)
    if not fitted:
        raise Misfit("fits none of what it may be: " + _why(misfits))
    if len(fitted) > 1:
        raise Misfit("fits more than one of what it may be, and must fit one")
    return fitted[0]


def _why(misfits: list[Misfit]) -> str:
    said = dict.fromkeys(
        ".".join(map(str, one.steps)) + (" " if one.steps else "") + one.message for one in misfits
    )
    return "; or ".join(said)


def _geometry(value: Any) -> None:
    kinds = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
    if not isinstance(value, dict) or value.get("type") not in kinds:
        raise Misfit('must be a GeoJSON geometry such as {"type": "Point", "coordinates": [-42, 81]}')
    if not isinstance(value.get("coordinates"), list) or not _positions(value["coordinates"]):
        raise Misfit("must have coordinates in degrees, longitude from -180 to 180 first", "coordinates")


def _positions(part: list[Any]) -> bool:
    if part and all(isinstance(one, list) for one in part):
        return all(_positions(one) for one in part)
    numbers = [one for one in part if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) != len(part) or len(part) not in (2, 3):
        return False
    return bool(-180 <= part[0] <= 180 and -90 <= part[1] <= 90)


_KINDS = {
    "string": _string,
    "number": _numeric,
    "integer": _integer,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}
