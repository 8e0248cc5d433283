"""processor.json: what it may say, what is told about a bad one, and how the standard describes it."""

import json
from typing import Any

import pytest

from hub.errors import BadFile
from hub.headless.processor import DEEPEST, LARGEST, Processor
from hub.headless.schema import CRS

WHERE = "notebooks/echo/processor.json"


def refusal(document: Any) -> str:
    given = document if isinstance(document, str | bytes) else json.dumps(document)
    with pytest.raises(BadFile) as told:
        Processor.read(given, WHERE)
    return str(told.value)


def with_input(schema: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Echo", "inputs": {"pause": schema}}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (with_input({"type": "integer", "minimum": "no"}), "inputs.pause.minimum: must be a number"),
        (with_input({"type": "string", "minimum": 1}), "inputs.pause.minimum: is not for the type string"),
        (with_input({"type": "number", "minimum": 2, "maximum": 1}), "inputs.pause.minimum: is greater than"),
        (with_input({"type": "number", "multipleOf": 0}), "inputs.pause.multipleOf: must be greater than 0"),
        (with_input({"type": "whole"}), "inputs.pause.type: Input should be 'string', 'number'"),
        (
            with_input({"type": "string", "format": "dat"}),
            "inputs.pause.format: must be one of date, date-time",
        ),
        (with_input({"type": "string", "pattern": "("}), "inputs.pause.pattern: is no regular expression"),
        (
            with_input({"type": "string", "pattern": "(?=a)"}),
            "inputs.pause.pattern: is no regular expression",
        ),
        (with_input({"type": "integer", "default": "a"}), "inputs.pause.default: must be a whole number"),
        (with_input({"type": "integer", "default": None}), "inputs.pause.default: must be a whole number"),
        (
            with_input({"type": "integer", "maximum": 5, "default": 9}),
            "inputs.pause.default: must be 5 at most",
        ),
        (
            with_input({"type": "array", "items": {"tipe": 1}}),
            "inputs.pause.items.tipe: there is no such field",
        ),
        (with_input({"oneOf": [{}, {"minimum": ""}]}), "inputs.pause.oneOf.1.minimum: must be a number"),
        (with_input({"crs": ["CRS84"]}), "inputs.pause.crs: is for the format ogc-bbox"),
        (with_input({"enum": []}), "inputs.pause.enum: "),
        (with_input({"$ref": "file:///etc/passwd"}), "inputs.pause.$ref: there is no such field"),
        ({"title": "t", "inputs": {"for": {}}}, "inputs.for: must be a name that a variable can have"),
        ({"title": "t", "inputs": {"a b": {}}}, "inputs.a b: must be a name that a variable can have"),
        ({"title": "t", "inputs": []}, "inputs: "),
        (
            {"title": "t", "outputs": {"ice": {"file": "../x.csv"}}},
            "outputs.ice.file: must be a path or pattern",
        ),
        (
            {"title": "t", "outputs": {"ice": {"file": "/x.csv"}}},
            "outputs.ice.file: must be a path or pattern",
        ),
        ({"title": "t", "outputs": {"ice": {"file": "x.zzz"}}}, "outputs.ice.mediaType: say what `x.zzz` is"),
        ({"title": "t", "visibility": "shared"}, "shared: name the users or groups"),
        ({"title": "t", "visibility": "all"}, "visibility: Input should be"),
        ({"title": "t", "timeLimit": 0}, "timeLimit: "),
        ({"title": "t", "attempts": True}, "attempts: "),
        ({"title": "t", "notebook": "../other/x.ipynb"}, "notebook: "),
        ({"title": "t", "profile": "Large"}, "profile: "),
        ({"title": "t", "colour": 1}, "colour: there is no such field"),
        ({}, "title: is missing"),
    ],
)
def test_a_bad_definition_is_refused_with_file_and_field(document: dict[str, Any], told: str) -> None:
    assert refusal(document).startswith(f"{WHERE}: {told}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff\xfe",
        "[" * 100_000,
        '{"a":' * 50_000,
        json.dumps({"title": "x" * LARGEST}),
        '{"title": NaN}',
        '{"title": "t", "inputs": {"x": {"default": {"a": NaN}}}}',
        '{"title": "\\ud800"}',
        '{"inputs": {"x": ' + '{"items": ' * DEEPEST + "{}" + "}" * DEEPEST + "}}",
    ],
    ids=range(12),
)
def test_what_is_no_definition_at_all_is_refused_in_a_sentence(text: str | bytes) -> None:
    assert refusal(text).startswith(WHERE)


def test_a_definition_that_is_too_large_is_refused_however_it_comes() -> None:
    with pytest.raises(BadFile, match="larger than 256 KiB"):
        Processor.read(with_input({"enum": ["x" * 1000] * 500}))


def described(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = Processor.read(with_input(schema)).describe("echo", "1")["inputs"]["pause"]
    return found


def test_descriptions_use_the_keywords_of_openapi_3_0() -> None:
    schema = {"type": "number", "exclusiveMinimum": 0, "maximum": 5, "nullable": True}
    assert described(schema)["schema"] == {
        "type": "number",
        "nullable": True,
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 5,
    }


def test_an_array_says_what_its_items_are() -> None:
    assert described({"type": "array"})["schema"] == {"type": "array", "items": {}}


def test_a_box_is_described_as_the_standard_has_it() -> None:
    schema = described({"format": "ogc-bbox", "crs": ["EPSG:3413", "CRS84"]})["schema"]
    assert (schema["type"], schema["format"], schema["required"]) == ("object", "ogc-bbox", ["bbox"])
    assert schema["properties"]["crs"]["enum"] == [CRS["EPSG:3413"], CRS["CRS84"]]
    assert schema["properties"]["crs"]["default"] == CRS["EPSG:3413"]


def test_an_input_says_whether_it_is_needed_and_its_unit() -> None:
    assert described({"type": "integer", "unit": "s", "title": "Pause"}) == {
        "title": "Pause",
        "unit": "s",
        "schema": {"type": "integer"},
        "minOccurs": 1,
        "maxOccurs": 1,
    }
    assert described({"optional": True})["minOccurs"] == described({"default": 1})["minOccurs"] == 0


def test_outputs_are_described_by_file_or_value() -> None:
    outputs = {
        "map": {"file": "*.png"},
        "table": {"title": "Table", "file": "ice.csv", "mediaType": "text/csv"},
        "extent": {"type": "number", "unit": "km2"},
    }
    found = Processor.read({"title": "t", "outputs": outputs}).describe("x", "1")["outputs"]
    assert found["map"]["schema"] == {
        "type": "string", "contentMediaType": "image/png", "contentEncoding": "binary",
    }  # fmt: skip
    assert found["table"] == {
        "title": "Table", "schema": {"type": "string", "contentMediaType": "text/csv"},
    }  # fmt: skip
    assert found["extent"] == {"title": "extent", "unit": "km2", "schema": {"type": "number"}}


def test_a_description_holds_no_null_and_the_summary_no_inputs() -> None:
    echo = Processor.read(with_input({"type": "integer"}))
    assert "null" not in json.dumps(echo.describe("echo", "1"))
    assert set(echo.summary("echo", "1")) == {
        "id", "version", "title", "jobControlOptions", "outputTransmission",
    }  # fmt: skip


def test_what_was_read_is_written_as_it_was_said() -> None:
    document = with_input({"type": "number", "minimum": 0, "exclusiveMinimum": True, "default": 1}) | {
        "timeLimit": 60,
        "visibility": "shared",
        "shared": {"groups": ["ice"]},
    }
    assert Processor.read(document).written() == document
    assert Processor.read(json.dumps(document)).written() == document
