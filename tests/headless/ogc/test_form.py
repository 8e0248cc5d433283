"""Forms are drawn from inputs and read back; what was typed is never lost."""

from typing import Any

import pytest

from hub.errors import BadInput
from hub.headless.limits import JobLimits
from hub.headless.ogc import form
from hub.headless.processor import Processor
from hub.headless.quota import Month

PROCESSOR = Processor.read(
    {
        "title": "All kinds",
        "timeLimit": 1800,
        "inputs": {
            "name": {"type": "string"},
            "count": {"type": "integer", "minimum": 1, "maximum": 9, "unit": "tiles", "default": 3},
            "share": {"type": "number", "optional": True},
            "sure": {"type": "boolean", "default": True},
            "sensor": {"type": "string", "enum": ["S1", "S2"], "default": "S2"},
            "day": {"type": "string", "format": "date", "optional": True},
            "moment": {"type": "string", "format": "date-time", "optional": True},
            "names": {"type": "array", "items": {"type": "string"}, "optional": True},
            "box": {"type": "object", "format": "ogc-bbox", "crs": ["EPSG:3413", "CRS84"], "optional": True},
            "extra": {"type": "object", "optional": True},
        },
    }
)


async def read(**typed: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What a form with these fields holds."""
    return await form.read(PROCESSOR, [(f"inputs.{name}", value) for name, value in typed.items()])


async def test_every_kind_of_field_is_read() -> None:
    box = {f"box.{side}": value for side, value in zip(form.SIDES, ("170", "65", "-170", "72"), strict=True)}
    crs = "http://www.opengis.net/def/crs/EPSG/0/3413"
    typed = {
        "name": " a ",
        "count": "4",
        "share": "0.5",
        "sure": "false",
        "sensor": '"S1"',
        "day": "2026-01-02",
    }
    typed |= {
        "moment": "2026-01-02T03:04",
        "names": "a b\r\nc, d\r\n",
        "extra": '{"x": 1}',
        **box,
        "box.crs": crs,
    }
    given, wrong = await read(**typed)
    assert wrong == {}
    assert given == {
        "name": " a ",
        "count": 4,
        "share": 0.5,
        "sure": False,
        "sensor": "S1",
        "day": "2026-01-02",
        "moment": "2026-01-02T03:04:00Z",
        "names": ["a b", "c, d"],
        "box": {"bbox": [170, 65, -170, 72], "crs": crs},
        "extra": {"value": {"x": 1}},
    }


async def test_an_empty_field_was_not_given() -> None:
    assert await read(name="", count=" ", share="", names="\n") == ({}, {})


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"count": "4.5"}, "Write a whole number, not '4.5'."),
        ({"share": "half"}, "Write a number, not 'half'."),
        ({"extra": "{"}, "This is no JSON."),
        ({"box.west": "170", "box.south": "x"}, "Write four numbers."),
    ],
)
async def test_what_cannot_be_read_stays_as_it_was_typed(typed: dict[str, str], message: str) -> None:
    given, wrong = await read(**typed)
    [(name, said)] = wrong.items()
    assert said == message
    [field] = [field for field in form.fields(PROCESSOR, given, wrong) if field.name == name]
    assert field.error == message
    shown = [value for _, value in field.sides] if field.sides else [field.value]
    assert set(typed.values()) <= set(shown)


def test_fields_show_units_ranges_choices_and_defaults() -> None:
    fields = {field.name: field for field in form.fields(PROCESSOR, {}, {})}
    assert fields["name"].needed and not fields["share"].needed
    count = fields["count"]
    assert (count.value, count.unit, count.help) == ("3", "tiles", "From 1 to 9 tiles.")
    assert dict(count.attributes) == {"step": "1", "min": "1", "max": "9"}
    assert fields["sensor"].options == [('"S1"', "S1"), ('"S2"', "S2")] and fields["sensor"].value == '"S2"'
    assert fields["sure"].options == [("true", "yes"), ("false", "no")]
    assert [label for _, label in fields["box"].options] == ["EPSG:3413", "CRS84"]


def test_values_of_a_former_run_stand_in_the_fields() -> None:
    former = {
        "names": ["a", "b"],
        "moment": "2026-01-02T03:04:00Z",
        "box": {"bbox": [1, 2, 3, 4]},
        "sure": False,
    }
    fields = {field.name: field for field in form.fields(PROCESSOR, former, {})}
    assert fields["names"].value == "a\nb" and fields["moment"].value == "2026-01-02T03:04:00"
    assert [value for _, value in fields["box"].sides] == ["1", "2", "3", "4"]
    assert fields["sure"].value == "false"


def test_an_error_stands_beside_its_field() -> None:
    assert form.placed(BadInput("is late", where="inputs.day"), PROCESSOR) == {"day": "Is late."}
    assert form.placed(BadInput("Wait.", where="elsewhere"), PROCESSOR) == {"": "Wait."}


def test_the_cost_is_told_before_a_run() -> None:
    month = Month("2026-11", "standard", 500 * 3600.0, 3600.0, 0.0, 0.0)
    said = form.cost(PROCESSOR, JobLimits(cpu={"small": 2.0}), month)
    assert said == (
        "A run takes at most 30 min on 2 CPU: 1 CPU-hours. You have used 1.0 of 500 CPU-hours this month."
    )
