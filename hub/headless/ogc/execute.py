"""An execute request in the standard's words, read: inputs, outputs, the form of the answer, whom to tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hub.catalog.outside.address import origin_of
from hub.errors import BadInput
from hub.headless.fetching import choices, takes_bytes
from hub.headless.processor import Output, Processor
from hub.headless.schema import Schema

KEYS = ("inputs", "outputs", "response", "subscriber")
ABOUT_LINK = {"href", "rel", "type", "hreflang", "title", "length", "templated"}
ABOUT_VALUE = {"value", "mediaType", "encoding", "schema", "format"}
URIS = ("successUri", "inProgressUri", "failedUri")
LONGEST = 2000  # characters of an address

Mode = Literal["value", "reference"]


@dataclass(frozen=True)
class Asked:
    """What somebody wants run. `wanted`: how each output is to be sent."""

    inputs: dict[str, Any]
    wanted: dict[str, Mode]
    response: Literal["document", "raw"] = "raw"
    callbacks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """An input that is an address: where it stands, and what its sender says it is."""

    name: str
    index: int | None
    href: str
    kind: str | None

    @property
    def where(self) -> str:
        """Its place in the request."""
        return f"inputs.{self.name}" + ("" if self.index is None else f".{self.index}")


def read(body: Any, definition: Processor) -> Asked:
    """The request. Raises BadInput with the place in it."""
    if not isinstance(body, dict):
        raise BadInput('Send an object such as {"inputs": {…}}.', where="body")
    if unknown := [key for key in body if key not in KEYS]:
        raise BadInput(f"There is no such part; there are {', '.join(KEYS)}.", where=str(unknown[0])[:80])
    response = body.get("response", "raw")
    if response not in ("raw", "document"):
        raise BadInput("Write raw or document.", where="response")
    inputs = _object(body, "inputs")
    plain = {name: _flat(value) for name, value in inputs.items()}
    return Asked(plain, _wanted(body, definition), response, _callbacks(_object(body, "subscriber")))


def _object(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = body.get(key, {})
    if not isinstance(found, dict):
        raise BadInput("must be an object", where=key)
    return found


def _flat(value: Any) -> Any:
    """Older clients say what a value is in `format`: {"value": …, "format": {"mediaType": …}}."""
    if isinstance(value, dict) and set(value) == {"value", "format"} and isinstance(value["format"], dict):
        about = {k: v for k, v in value["format"].items() if k in ABOUT_VALUE and k != "value"}
        return {"value": value["value"], **about}
    return value


def _wanted(body: Mapping[str, Any], definition: Processor) -> dict[str, Mode]:
    if "outputs" not in body:  # then the standard means all
        return dict.fromkeys(definition.outputs, "value")
    found: dict[str, Mode] = {}
    for name, asked in _object(body, "outputs").items():
        where = f"outputs.{name}"
        if name not in definition.outputs:
            names = ", ".join(definition.outputs) or "none"
            raise BadInput(f"there is no such output; there are {names}", where=where[:80])
        found[name] = _mode(asked, definition.outputs[name], where)
    return found


def _mode(asked: Any, output: Output, where: str) -> Mode:
    if not isinstance(asked, dict) or not set(asked) <= {"format", "transmissionMode"}:
        raise BadInput("may hold format and transmissionMode", where=where)
    mode = asked.get("transmissionMode", "value")
    if mode not in ("value", "reference"):
        raise BadInput("Write value or reference.", where=f"{where}.transmissionMode")
    form = asked.get("format", {})
    kind = form.get("mediaType", output.kind) if isinstance(form, dict) else None
    if not isinstance(kind, str) or kind.partition(";")[0].strip().lower() not in (output.kind, "*/*"):
        raise BadInput(f"it comes as {output.kind} only", where=f"{where}.format.mediaType")
    return "reference" if mode == "reference" else "value"


def _callbacks(said: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, address in said.items():
        where = f"subscriber.{name}"[:80]
        if name not in URIS:
            raise BadInput(f"There is no such part; there are {', '.join(URIS)}.", where=where)
        if not is_address(address):
            raise BadInput("must be an http or https address without a name and password in it", where=where)
        found[name] = address
    if said and "successUri" not in said:
        raise BadInput("is missing", where="subscriber.successUri")
    return found


def is_address(given: object) -> bool:
    """Whether this is a web address that can be asked."""
    return (
        isinstance(given, str)
        and len(given) <= LONGEST
        and given.isprintable()
        and given.isascii()
        and " " not in given
        and origin_of(given) is not None
    )


def references(inputs: Mapping[str, Any]) -> Iterator[Reference]:
    """The inputs that are addresses to be fetched, in arrays too. Raises BadInput for what is none."""
    for name, value in inputs.items():
        if isinstance(value, list):
            for index, one in enumerate(value):
                if is_link(one):
                    yield _reference(name, index, one)
        elif is_link(value):
            yield _reference(name, None, value)


def is_link(value: Any) -> bool:
    """Whether a value is the standard's link rather than an object of the process's own."""
    return isinstance(value, dict) and "href" in value and set(value) <= ABOUT_LINK


def _reference(name: str, index: int | None, link: Mapping[str, Any]) -> Reference:
    kind = link.get("type")
    found = Reference(name, index, link["href"], kind if isinstance(kind, str) else None)
    if not is_address(link["href"]):
        raise BadInput("href must be an http or https address", where=found.where)
    return found


def plain(schema: Schema, value: Any, where: str) -> Any:
    """A value without what its sender says about it, which is checked. Raises BadInput."""
    if isinstance(value, list) and schema.items is not None:
        return [plain(schema.items, one, f"{where}.{index}") for index, one in enumerate(value)]
    if not (isinstance(value, dict) and "value" in value and set(value) <= ABOUT_VALUE):
        return value
    kinds = [one.content_media_type for one in choices(schema) if one.content_media_type]
    sent = value.get("mediaType")
    if kinds and sent is not None and not any(_covers(kind, sent) for kind in kinds):
        raise BadInput(f"must be {' or '.join(kinds)}", where=f"{where}.mediaType")
    encoding = value.get("encoding")
    if encoding is not None and (encoding != "base64" or not takes_bytes(schema)):
        raise BadInput("may be base64, for bytes only", where=f"{where}.encoding")
    return value["value"]


def _covers(wanted: str, sent: Any) -> bool:
    if not isinstance(sent, str):
        return False
    name = sent.partition(";")[0].strip().lower()
    kind, _, rest = wanted.partition("/")
    return name == wanted.lower() or (rest == "*" and name.startswith(f"{kind}/"))
