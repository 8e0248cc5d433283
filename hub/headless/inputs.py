"""The values of an execute request against a definition: what the notebook gets, or what is wrong where."""

import json
import re
from typing import Any

from hub.errors import BadInput
from hub.headless.fitting import Misfit, fit
from hub.headless.processor import Input, Processor
from hub.headless.schema import Schema

LARGEST = 4 * 2**20  # bytes of all inputs together, as JSON
DEEPEST = 32  # levels of a value

_UNUSABLE = re.compile(r"[\x00\ud800-\udfff]")


def read(definition: Processor, given: dict[str, Any]) -> dict[str, Any]:
    """What the notebook gets: plain values checked, defaults filled in.

    An input that is optional and not given is left out, so that the notebook's own value holds.
    Raises BadInput with `inputs.<name>`, and what may be there.
    """
    _check_size(given)
    if unknown := [name for name in given if name not in definition.inputs]:
        names = ", ".join(definition.inputs) or "none"
        raise BadInput(f"there is no such input; there are {names}", where=f"inputs.{unknown[0][:64]}")
    found: dict[str, Any] = {}
    for name, one in definition.inputs.items():
        if name in given:
            found[name] = read_one(one, given[name], f"inputs.{name}")
        elif one.has_default:
            found[name] = fit(one, one.default)
        elif one.needed:
            raise BadInput(f"is missing: it {said(one)}", where=f"inputs.{name}")
    return found


def read_one(schema: Input, given: Any, where: str) -> Any:
    """One plain value. Raises BadInput."""
    try:
        return fit(schema, given)
    except Misfit as error:
        place = ".".join([where, *map(str, error.steps)])
        raise BadInput(error.message, where=place) from None


def _check_size(given: dict[str, Any]) -> None:
    try:
        size = len(json.dumps(given, allow_nan=False).encode())
    except (ValueError, RecursionError):
        raise BadInput("hold a number that JSON has not, or are nested too deep", where="inputs") from None
    if size > LARGEST:
        raise BadInput(
            f"are larger than {LARGEST // 2**20} MiB: send large data by reference", where="inputs"
        )
    for name, value in given.items():
        _check_parts(value, f"inputs.{name}" if name.isidentifier() else "inputs")


def _check_parts(value: Any, where: str, left: int = DEEPEST) -> None:
    """No part is nested too deep, and no text holds what databases and kernels cannot."""
    if left < 0:
        raise BadInput(f"is nested more than {DEEPEST} levels deep", where=where)
    if isinstance(value, str) and _UNUSABLE.search(value):
        raise BadInput("must be text without null characters and halves of characters", where=where)
    if isinstance(value, dict):
        for name in value:
            _check_parts(name, where)
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _check_parts(part, where, left - 1)


def said(schema: Schema) -> str:
    """What a value must be, for a message: "must be a whole number from 0 to 60"."""
    if schema.enum is not None:
        return f"must be one of {', '.join(json.dumps(one) for one in schema.enum[:12])}"
    if schema.format == "ogc-bbox":
        return 'must be a box such as {"bbox": [170, 65, -170, 72]}'
    if schema.binary:
        return f"must be {schema.content_media_type or 'bytes'} in base64"
    kinds = {
        "integer": "a whole number",
        "array": "an array",
        "object": "an object",
        "boolean": "true or false",
    }
    what = schema.format if schema.format else kinds.get(schema.type or "", f"a {schema.type or 'value'}")
    low, high = schema.minimum, schema.maximum
    limits = (f" from {low}" if low is not None else "") + (f" to {high}" if high is not None else "")
    return f"must be {what}{limits}"
