"""The values of an execute request: what a notebook gets, and what is said about what it cannot get."""

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import BadInput
from hub.headless import inputs
from hub.headless.fitting import BIGGEST, Misfit, fit
from hub.headless.processor import Processor
from hub.headless.schema import CRS, Schema


def read(schema: dict[str, Any], *value: Any) -> Any:
    """What the notebook gets as `x`; nothing given where no value is."""
    definition = Processor.read({"title": "t", "inputs": {"x": schema}})
    return inputs.read(definition, {"x": value[0]} if value else {}).get("x", "left out")


def refusal(schema: dict[str, Any], *value: Any) -> str:
    with pytest.raises(BadInput) as told:
        read(schema, *value)
    return str(told.value)


# -- what is there, and what is not


def test_a_needed_input_says_what_may_be_there() -> None:
    schema = {"type": "integer", "minimum": 0, "maximum": 60}
    assert refusal(schema) == "inputs.x: is missing: it must be a whole number from 0 to 60"


def test_a_default_is_filled_in_and_an_optional_one_left_to_the_notebook() -> None:
    assert read({"type": "integer", "default": 3}) == 3
    assert read({"type": "integer", "nullable": True, "default": None}) is None
    assert read({"type": "integer", "optional": True}) == "left out"


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    definition = Processor.read({"title": "t", "inputs": {"x": {}, "y": {}}})
    with pytest.raises(BadInput, match=r"inputs\.z: there is no such input; there are x, y"):
        inputs.read(definition, {"z": 1})


def test_inputs_as_a_whole_have_a_largest_size_and_a_greatest_depth() -> None:
    nested: Any = 0
    for _ in range(inputs.DEEPEST + 1):
        nested = [nested]
    assert "nested" in refusal({}, nested)
    for _ in range(5000):
        nested = [nested]
    assert "nested" in refusal({}, nested)
    assert "4 MiB" in refusal({}, "x" * inputs.LARGEST)


# -- values of each kind


@pytest.mark.parametrize(
    ("schema", "value", "why"),
    [
        ({"type": "string"}, 1, "must be a string"),
        ({"type": "string"}, "a\x00", "without null characters"),
        ({"type": "string"}, "\ud800", "halves of characters"),
        ({"type": "string", "maxLength": 2}, "abc", "2 characters at most"),
        ({"type": "string", "minLength": 2}, "a", "2 characters at least"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "A", "must match ^[a-z]+$"),
        ({"type": "string", "enum": ["north", "south"]}, "east", 'must be one of "north", "south"'),
        ({"type": "integer"}, True, "must be a whole number"),
        ({"type": "integer"}, 1.5, "must be a whole number"),
        ({"type": "integer"}, "1", "must be a whole number"),
        ({"type": "integer"}, 2**63, "too large"),
        ({"type": "number"}, "1", "must be a number"),
        ({"type": "number"}, False, "must be a number"),
        ({"type": "number", "minimum": 0, "maximum": 1}, 2, "must be 0 at least and 1 at most"),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, 0, "must be greater than 0"),
        ({"type": "number", "exclusiveMaximum": 5}, 5, "must be less than 5"),
        ({"type": "number", "multipleOf": 0.1}, 0.25, "multiple of 0.1"),
        ({"type": "boolean"}, 1, "must be true or false"),
        ({"type": "boolean"}, None, "must be true or false"),
        ({"type": "array", "items": {"type": "integer"}}, 1, "must be an array"),
        ({"type": "array", "items": {"type": "integer"}}, [1, "a"], "inputs.x.1: must be a whole number"),
        ({"type": "array", "minItems": 1}, [], "1 items at least"),
        ({"type": "array", "maxItems": 1}, [1, 2], "1 items at most"),
        ({"type": "array", "uniqueItems": True}, [{"a": 1}, {"a": 1.0}], "same item twice"),
        ({}, {"a": ["b\x00"]}, "without null characters"),
        ({}, {"a\ud800": 1}, "without null characters"),
        ({"type": "object", "required": ["a"]}, {}, "inputs.x.a: is missing"),
        (
            {"type": "object", "additionalProperties": False},
            {"a": 1},
            "inputs.x.a: there is no such property",
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}},
            {"a": 1},
            "inputs.x.a: must be a string",
        ),
        ({"oneOf": [{"type": "string"}, {"type": "object"}]}, 1, "must be a string; or must be an object"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1, "fits more than one"),
        ({"anyOf": [{"type": "string"}]}, 1, "fits none"),
        ({"enum": [1]}, True, "must be one of 1"),
        ({"type": "string", "contentEncoding": "base64"}, "?", "must be base64"),
        ({"type": "string", "contentEncoding": "base64", "maxLength": 2}, "YWJj", "2 bytes at most"),
    ],
)
def test_what_does_not_fit_is_told(schema: dict[str, Any], value: Any, why: str) -> None:
    assert why in refusal(schema, value)
    assert refusal(schema, value).startswith("inputs.x")


@pytest.mark.parametrize(
    ("schema", "value", "got"),
    [
        ({"type": "integer"}, 5.0, 5),
        ({"type": "number"}, 5, 5),
        ({"type": "number", "multipleOf": 0.1}, 0.3, 0.3),
        ({"type": "string", "nullable": True}, None, None),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, 1.0, 1),
        ({"allOf": [{"type": "number", "minimum": 1}, {"type": "number", "maximum": 2}]}, 1.5, 1.5),
        ({"oneOf": [{"type": "string"}, {"type": "object"}]}, {"a": 1}, {"a": 1}),
        ({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}, "YWJj", "YWJj"),
        ({"type": "string"}, "'; rm -rf / #{{7*7}} ../../$(id)`", "'; rm -rf / #{{7*7}} ../../$(id)`"),
        ({}, {"any": ["thing", 1, None]}, {"any": ["thing", 1, None]}),
    ],
)
def test_what_fits_comes_as_a_notebook_wants_it(schema: dict[str, Any], value: Any, got: Any) -> None:
    assert read(schema, value) == got
    assert type(read(schema, value)) is type(got)


def test_a_pattern_takes_no_longer_whatever_is_sent() -> None:
    # one that takes a backtracking engine longer than the age of the universe
    assert "must match" in refusal({"type": "string", "pattern": "^(a+)+$"}, "a" * 100_000 + "!")


def test_many_items_that_cannot_be_sorted_are_compared_quickly() -> None:
    items: list[Any] = [{"a": n} if n % 2 else [n] for n in range(100_000)]
    assert read({"type": "array", "uniqueItems": True}, items) == items


# -- dates, intervals, addresses


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            "date",
            ["1978-11-01", "2024-02-29"],
            ["1978-13-01", "2023-02-29", "19781101", "1978-11-01T00:00:00Z"],
        ),
        (
            "date-time",
            ["1978-11-01T12:00:00Z", "1978-11-01t12:00:00.123456789+01:00"],
            ["1978-11-01T12:00:00", "1978-11-01T25:00:00Z", "1978-11-01 12:00:00Z", "1978-11-01"],
        ),
        (
            "interval",
            [
                "1978-11-01/1978-11-30",
                "../1978-11-30",
                "1978-11-01/..",
                "1978-11-01T00:00:00Z/1978-11-01T00:00:00Z",
            ],
            [
                "1978-11-30/1978-11-01",
                "../..",
                "1978-11-01",
                "1978-11-01/1978-11-02T00:00:00Z",
                "a/b",
                "//",
                "/",
            ],
        ),
        (
            "uri",
            ["https://example.org/a?b=c", "urn:ogc:def"],
            ["example.org", "http://a b", "", "javascript"],
        ),
        ("uuid", ["123e4567-e89b-42d3-a456-426614174000"], ["123e4567", "123e4567e89b42d3a456426614174000"]),
        ("email", ["ada@example.org"], ["ada", "ada@org", "a b@example.org", "ada@@example.org"]),
    ],
)
def test_texts_that_mean_something(kind: str, good: list[str], bad: list[str]) -> None:
    schema = {"type": "string", "format": kind}
    assert [read(schema, text) for text in good] == good
    for text in bad:
        assert refusal(schema, text).startswith("inputs.x: ")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_for_any_format_is_taken_or_told(text: str) -> None:
    for kind in ("date", "date-time", "interval", "uri", "uuid", "email"):
        try:
            assert fit(Schema(type="string", format=kind), text) == text
        except Misfit as error:
            assert error.message


# -- boxes


def box(*numbers: float, crs: str | None = None) -> dict[str, Any]:
    return {"bbox": list(numbers)} | ({"crs": CRS[crs]} if crs else {})


BOX = {"format": "ogc-bbox", "crs": ["CRS84", "EPSG:3413", "EPSG:3031"]}


@pytest.mark.parametrize(
    "numbers",
    [
        (-60, 60, 60, 85),
        (170, 65, -170, 72),  # over the antimeridian
        (180, 65, -180, 72),  # the antimeridian itself
        (-180, 60, 180, 90),  # to the pole
        (-180, -90, 180, -60),
        (0, 90, 0, 90),  # the pole itself
        (10, 60, 0, 20, 70, 100),  # with heights
    ],
)
def test_a_box_in_degrees_may_lie_anywhere_on_earth(numbers: tuple[float, ...]) -> None:
    assert read(BOX, box(*numbers)) == box(*numbers, crs="CRS84")


@pytest.mark.parametrize("crs", ["EPSG:3413", "EPSG:3031"])
def test_a_box_in_a_polar_plane_is_in_metres_and_may_hold_the_pole(crs: str) -> None:
    value = box(-1e6, -1e6, 1e6, 1e6, crs=crs)
    assert read(BOX, value) == value
    assert "least x and y" in refusal(BOX, box(1e6, -1e6, -1e6, 1e6, crs=crs))
    assert "metres" in refusal(BOX, box(-1e8, -1e6, 1e6, 1e6, crs=crs))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1, 2, 3, 4], "must be a box such as"),
        ({"bbox": "1,2,3,4"}, "must be a box such as"),
        ({"bbox": [1, 2, 3]}, "four numbers"),
        ({"bbox": [1, 2, 3, 4, 5]}, "four numbers"),
        ({"bbox": [1, 2, 3, "4"]}, "four numbers"),
        ({"bbox": [1, 2, 3, True]}, "four numbers"),
        ({"bbox": [0, 70, 10, 60]}, "south before its north"),
        ({"bbox": [0, 60, 190, 70]}, "over the antimeridian"),
        ({"bbox": [60, 0, 70, 100]}, "latitudes from -90 to 90"),
        ({"bbox": [0, 60, 9, 10, 70, 1]}, "lowest height"),
        ({"bbox": [0, 60, 10, 70], "crs": "EPSG:4326"}, "must have as crs one of"),
        ({"bbox": [0, 60, 10, 70], "crs": 1}, "must have as crs one of"),
        ({"bbox": [0, 60, 10, 70], "more": 1}, "has `more`"),
    ],
)
def test_what_is_no_box_is_told(value: Any, why: str) -> None:
    assert why in refusal(BOX, value)


def test_only_the_named_coordinate_systems_are_taken() -> None:
    north = {"format": "ogc-bbox", "crs": ["EPSG:3413"]}
    assert read(north, box(-1, -1, 1, 1))["crs"] == CRS["EPSG:3413"]  # the first is meant
    assert "must have as crs one of" in refusal(north, box(0, 60, 10, 70, crs="CRS84"))


def test_a_process_that_does_nothing_with_a_box_may_take_any() -> None:
    value = {"bbox": [345345345] * 4, "crs": "urn:ogc:def:crs:EPSG:6.6:4326"}
    assert read({"format": "ogc-bbox", "crs": ["any"]}, value) == value


# -- shapes


@pytest.mark.parametrize("at", [[0, 90], [180, -90, 12.5]])
def test_a_shape_is_geojson(at: list[float]) -> None:
    schema = {"type": "object", "format": "geojson-geometry"}
    assert read(schema, {"type": "Point", "coordinates": at})["type"] == "Point"
    assert "GeoJSON" in refusal(schema, {"type": "Circle", "coordinates": at})
    assert "degrees" in refusal(schema, {"type": "LineString", "coordinates": [[0, 0], [200, 0]]})


# -- in general

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "number", "integer", "boolean", "array", "object"]),
        "enum": st.lists(st.integers(-3, 3) | st.booleans() | st.text(max_size=2), min_size=1, max_size=3),
    },
)
NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["number", "integer"])},
    optional={
        "minimum": st.integers(-5, 5),
        "maximum": st.integers(6, 9),
        "multipleOf": st.sampled_from([1, 2, 3]),
    },
)
ARRAYS = st.fixed_dictionaries(
    {"type": st.just("array"), "items": NUMBERS | SCHEMAS},
    optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 4), "uniqueItems": st.booleans()},
)


def finite(value: Any) -> bool:
    """Whether JSON has it, and any kernel can hold it."""
    try:
        json.dumps(value, allow_nan=False).encode()
    except ValueError:
        return False
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, int | float) and not isinstance(value, bool):
        return math.isfinite(value) and abs(value) < BIGGEST
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    return all("\x00" not in t and not any("\ud800" <= c <= "\udfff" for c in t) for t in texts) and all(
        map(finite, parts)
    )


@settings(max_examples=300, deadline=None)
@given(
    SCHEMAS | NUMBERS | ARRAYS | st.builds(lambda a, b: {"anyOf": [a, b]}, NUMBERS, ARRAYS),
    JSON.filter(finite),
)
def test_what_fits_is_what_json_schema_says(schema: dict[str, Any], value: Any) -> None:
    try:
        fit(Schema.model_validate(schema), value)
        fits = True
    except Misfit:
        fits = False
    assert fits == jsonschema.Draft202012Validator(schema).is_valid(value)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_whatever_is_sent_is_taken_or_told(sent: dict[str, Any]) -> None:
    definition = Processor.read(
        {"title": "t", "inputs": {"x": BOX | {"optional": True}, "y": {"default": 1}}}
    )
    try:
        assert set(inputs.read(definition, sent)) <= {"x", "y"}
    except BadInput as error:
        assert error.where is not None
        assert error.where.startswith("inputs")
