"""The form of a process: drawn from its inputs, and read back without losing what was typed."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.errors import PolarhubError
from hub.headless.fetching import LARGEST, takes_bytes, takes_text
from hub.headless.limits import JobLimits
from hub.headless.processor import Input, Processor
from hub.headless.quota import Month
from hub.headless.schema import Schema

SIDES = ("west", "south", "east", "north")
SCALARS = ("string", "integer", "number")


class Upload(Protocol):
    """A file that was chosen in the form."""

    filename: str | None

    async def read(self, size: int = -1) -> bytes: ...


@dataclass(frozen=True)
class Field:
    """One input as the form shows it. `value` is what stands there; a box has four, and its system."""

    name: str
    kind: str
    label: str
    help: str
    unit: str
    needed: bool
    error: str
    value: str = ""
    options: Sequence[tuple[str, str]] = ()
    sides: Sequence[tuple[str, str]] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


def kind_of(schema: Schema) -> str:
    """How a value is asked for."""
    if schema.format == "ogc-bbox":
        return "box"
    if schema.enum is not None or schema.type == "boolean":
        return "choice"
    if takes_bytes(schema):
        return "file"
    if schema.type == "string" and schema.format in ("date", "date-time"):
        return schema.format
    if schema.type in ("integer", "number", "string"):
        return "number" if schema.type != "string" else "text"
    if schema.type == "array" and schema.items is not None and _listed(schema.items):
        return "lines"
    return "json"


def _listed(item: Schema) -> bool:
    return item.type in SCALARS and not item.binary


def fields(definition: Processor, given: Mapping[str, Any], wrong: Mapping[str, str]) -> list[Field]:
    """The fields, holding what was given before, else the defaults, and beside each what is wrong."""
    return [
        _field(name, one, given.get(name, one.default), wrong.get(name, ""))
        for name, one in definition.inputs.items()
    ]


def _field(name: str, one: Input, value: Any, error: str) -> Field:
    kind = kind_of(one)
    typed = isinstance(value, Typed)
    about = (name, kind, one.title or name, _help(one, kind), one.unit or "", one.needed, error)
    if kind == "box":
        chosen, numbers = _box(value)
        sides = [(side, numbers[index]) for index, side in enumerate(SIDES)]
        systems = [(crs, _system(crs)) for crs in one.allowed_crs]
        return Field(*about, value=chosen, sides=sides, options=systems)
    if kind == "choice":
        options = one.enum if one.enum is not None else [True, False]
        shown = [
            (json.dumps(o), {True: "yes", False: "no"}.get(o) if isinstance(o, bool) else str(o))
            for o in options
        ]
        return Field(
            *about, value=value.text if typed else json.dumps(value), options=[(k, w or "") for k, w in shown]
        )
    return Field(*about, value=value.text if typed else _written(kind, value), attributes=_limits(one, kind))


@dataclass(frozen=True)
class Typed:
    """What somebody typed that is no value yet; for a box, four texts."""

    text: str
    sides: tuple[str, ...] = ("", "", "", "")


def _system(crs: str) -> str:
    code = crs.rpartition("/")[2]
    return f"EPSG:{code}" if "/EPSG/" in crs else code


def _box(value: Any) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, Typed):
        return value.text, value.sides
    if isinstance(value, dict) and len(box := value.get("bbox", [])) in (4, 6):
        flat = box if len(box) == 4 else [box[0], box[1], box[3], box[4]]
        return str(value.get("crs", "")), tuple(f"{number:g}" for number in flat)
    return "", ("", "", "", "")


def _written(kind: str, value: Any) -> str:
    if value is None or kind == "file":
        return ""
    if kind == "lines" and isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if kind == "date-time":
        return str(value).upper().removesuffix("Z").removesuffix("+00:00")[:19]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _help(one: Input, kind: str) -> str:
    words = [one.description.strip()] if one.description else []
    if kind == "number" and (one.minimum is not None or one.maximum is not None):
        low = "" if one.minimum is None else f"from {one.minimum:g}"
        high = "" if one.maximum is None else f"to {one.maximum:g}"
        words.append(f"{low} {high}".strip().capitalize() + (f" {one.unit}." if one.unit else "."))
    hints = {
        "lines": "One a line.",
        "date-time": "In UTC.",
        "file": f"A file of at most {LARGEST // 1_000_000} MB.",
        "json": "JSON, or plain text." if takes_text(one) else "JSON.",
        "box": "West greater than east runs over 180°.",
    }
    return " ".join([*words, hints.get(kind, "")]).strip()


def _limits(one: Input, kind: str) -> dict[str, str]:
    said: dict[str, str] = {}
    if kind == "number":
        said["step"] = "1" if one.type == "integer" else "any"
        said |= {"min": f"{one.minimum}"} if one.minimum is not None else {}
        said |= {"max": f"{one.maximum}"} if one.maximum is not None else {}
    if kind == "date-time":
        said["step"] = "1"
    if kind == "text" and one.max_length is not None:
        said["maxlength"] = str(one.max_length)
    if kind == "file" and one.content_media_type:
        said["accept"] = one.content_media_type
    return said


async def read(
    definition: Processor, sent: Iterable[tuple[str, Any]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs that a form holds, and by name what is wrong; a field left empty was not given."""
    texts = dict(sent)
    given: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, one in definition.inputs.items():
        try:
            value = await _value(one, kind_of(one), name, texts)
        except Unreadable as error:
            given[name], wrong[name] = error.typed, error.message
            continue
        if value is not None:
            given[name] = value
    return given, wrong


class Unreadable(Exception):
    """What was typed is no value of this input."""

    def __init__(self, message: str, typed: Typed) -> None:
        super().__init__(message)
        self.message, self.typed = message, typed


async def _value(one: Input, kind: str, name: str, texts: Mapping[str, Any]) -> Any:
    if kind == "box":
        return _read_box(name, texts)
    sent = texts.get(f"inputs.{name}", "")
    if kind == "file":
        return await _read_file(sent)
    text = sent.replace("\r\n", "\n") if isinstance(sent, str) else ""
    if text.strip() == "":
        return None
    return _read_text(one, kind, text)


def _read_text(one: Input, kind: str, text: str) -> Any:
    if kind == "number":
        return _number(one, text)
    if kind == "choice":
        return _json(text, "Choose one of these.")
    if kind == "lines" and one.items is not None:
        items = one.items
        cells = text.split("\n") if items.type == "string" else text.replace(",", "\n").split("\n")
        return [_item(items, cell.strip(), text) for cell in cells if cell.strip()]
    if kind == "date-time":
        return f"{text if text.count(':') == 2 else f'{text}:00'}Z"
    if kind == "json":
        return _read_json(one, text)
    return text


def _item(schema: Schema, cell: str, text: str) -> Any:
    return cell if schema.type == "string" else _number(schema, cell, text)


def _number(schema: Schema, text: str, whole: str | None = None) -> int | float:
    try:
        return int(text) if schema.type == "integer" else float(text)
    except ValueError:
        what = "a whole number" if schema.type == "integer" else "a number"
        raise Unreadable(f"Write {what}, not {text[:40]!r}.", Typed(whole or text)) from None


def _json(text: str, message: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(message, Typed(text)) from None


def _read_json(one: Input, text: str) -> Any:
    if takes_text(one) and not text.lstrip().startswith(("{", "[")):
        return text
    value = _json(text, "This is no JSON.")
    return {"value": value} if isinstance(value, dict) else value


async def _read_file(sent: Any) -> str | None:
    if isinstance(sent, str) or not sent.filename:
        return None
    body: bytes = await sent.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 1_000_000} MB.", Typed(""))
    return base64.b64encode(body).decode()


def _read_box(name: str, texts: Mapping[str, Any]) -> dict[str, Any] | None:
    sides = tuple(str(texts.get(f"inputs.{name}.{side}", "")).strip() for side in SIDES)
    crs = str(texts.get(f"inputs.{name}.crs", ""))
    if not any(sides):
        return None
    try:
        return {"bbox": [float(side) for side in sides], **({"crs": crs} if crs else {})}
    except ValueError:
        raise Unreadable("Write four numbers.", Typed(crs, sides)) from None


def placed(error: PolarhubError, definition: Processor) -> dict[str, str]:
    """An error beside the field that it is about; what is about none stands above the form, as ``."""
    parts = (error.where or "").split(".")
    name = parts[1] if len(parts) > 1 and parts[0] == "inputs" else ""
    message = error.message[:1].upper() + error.message[1:]
    message = message if message.endswith((".", "?")) else f"{message}."
    return {name if name in definition.inputs else "": message}


def cost(definition: Processor, limits: JobLimits, month: Month) -> str:
    """What a run may cost, in a sentence."""
    cpu = limits.cpu.get(definition.profile, 1.0)
    hours = cpu * definition.time_limit / 3600
    most = f"A run takes at most {definition.time_limit / 60:g} min on {cpu:g} CPU: {hours:.2g} CPU-hours."
    return f"{most} {month.sentence}"
