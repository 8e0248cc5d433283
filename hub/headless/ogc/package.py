"""An application package (Part 2 of the standard) read into a notebook and its definition."""

from dataclasses import dataclass
from typing import Any

from hub.errors import BadInput
from hub.headless.ogc.execute import is_address
from hub.headless.ogc.names import NOTEBOOK
from hub.headless.processor import SLUG

KINDS = ("notebook", NOTEBOOK)
DESCRIBED = ("title", "description", "keywords")
ABOUT_ONE = ("title", "description", "keywords", "unit")


@dataclass(frozen=True)
class Package:
    """A notebook, or the address where it is, and what is said about it."""

    slug: str | None
    notebook: dict[str, Any] | None
    href: str | None
    definition: dict[str, Any] | None


def read(body: Any, owner: str) -> Package:
    """A package of this owner. Raises BadInput with the place in it."""
    if not isinstance(body, dict):
        raise BadInput('Send an object such as {"executionUnit": {…}}.', where="body")
    unit = _unit(body.get("executionUnit"))
    described = body.get("processDescription", {})
    if not isinstance(described, dict):
        raise BadInput("must be an object", where="processDescription")
    # some clients wrap the description once more
    described = described["process"] if isinstance(described.get("process"), dict) else described
    definition = unit.get("definition")
    if definition is not None and not isinstance(definition, dict):
        raise BadInput("must be an object, as in a processor.json", where="executionUnit.definition")
    said = {**(definition or {}), **_definition(described)}
    if said and "title" not in said:
        said["title"] = str(described.get("id") or "Notebook")[:200]
    return Package(_slug(described, owner), unit.get("value"), unit.get("href"), said or None)


def _unit(given: Any) -> dict[str, Any]:
    unit = given[0] if isinstance(given, list) and len(given) == 1 else given
    if not isinstance(unit, dict):
        raise BadInput('must be one notebook: {"type": "notebook", "value": {…}}', where="executionUnit")
    unit = unit["unit"] if isinstance(unit.get("unit"), dict) else unit
    kind = unit.get("type", unit.get("mediaType", NOTEBOOK))
    if kind not in KINDS:
        raise BadInput("Only notebooks run here: write notebook.", where="executionUnit.type")
    if isinstance(unit.get("value"), dict) == ("href" in unit):
        raise BadInput("must have the notebook as `value`, or its address as `href`", where="executionUnit")
    if "href" in unit and not is_address(unit["href"]):
        raise BadInput("must be an http or https address", where="executionUnit.href")
    return unit


def _slug(described: dict[str, Any], owner: str) -> str | None:
    name = described.get("id")
    if name is None:
        return None
    whose, colon, slug = name.rpartition(":") if isinstance(name, str) else ("", "", "")
    if colon and whose != owner:
        raise BadInput(f"must begin with your name: {owner}:…", where="processDescription.id")
    if not SLUG.fullmatch(slug):
        raise BadInput(
            "must be a-z, 0-9 and hyphens, a letter first, 63 at most", where="processDescription.id"
        )
    return slug


def _definition(described: dict[str, Any]) -> dict[str, Any]:
    """The description in the words of processor.json."""
    said = {key: described[key] for key in DESCRIBED if key in described}
    for part, read_one in (("inputs", _input), ("outputs", _output)):
        if part in described:
            if not isinstance(described[part], dict):
                raise BadInput("must be an object", where=f"processDescription.{part}")
            said[part] = {
                name: read_one(one, f"processDescription.{part}.{name}")
                for name, one in described[part].items()
            }
    return said


def _one(given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("schema"), dict):
        raise BadInput("must have a schema", where=where[:120])
    return {**given["schema"], **{key: given[key] for key in ABOUT_ONE if key in given}}


def _input(given: Any, where: str) -> dict[str, Any]:
    said = _one(given, where)
    if given.get("maxOccurs", 1) != 1:
        raise BadInput("must be 1: say type array in the schema", where=f"{where}.maxOccurs"[:120])
    if given.get("minOccurs", 1) == 0 and "default" not in said:
        said["optional"] = True
    return said


def _output(given: Any, where: str) -> dict[str, Any]:
    said = _one(given, where)
    if isinstance(given.get("file"), str):  # ours: which file of the run it is
        said["file"] = given["file"]
        said["mediaType"] = said.pop("contentMediaType", None)
        said.pop("contentEncoding", None)
    return {key: value for key, value in said.items() if value is not None}
