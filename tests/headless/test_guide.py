"""The user guide's example of a processor is one that can be used."""

import re

from hub.headless import inputs
from hub.headless.inference import infer_from_code
from hub.headless.processor import Processor
from hub.headless.schema import CHECKED
from hub.settings import ROOT

SECTION = (
    (ROOT / "docs/user-guide.md").read_text().partition("## Making a processor")[2].partition("\n## ")[0]
)


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", SECTION, re.S)
    assert found
    return found[1]


def test_the_definition_in_the_guide_can_be_used() -> None:
    definition = Processor.read(block("json"), "docs/user-guide.md")
    read = inputs.read(definition, {"area": {"bbox": [170, 65, -170, 72]}})
    assert read["threshold"] == 15
    assert "mask" not in read
    assert definition.open_to("bob", frozenset()) and definition.open_to("cem", frozenset({"sea-ice"}))
    assert not definition.open_to("cem", frozenset())


def test_the_cell_in_the_guide_tells_its_inputs() -> None:
    found = infer_from_code(block("python"))
    definition = Processor.read(block("json"))
    assert set(found) <= set(definition.inputs)
    assert found["threshold"] == {
        "type": "number",
        "description": "per cent of ice from which a cell counts",
        "default": 15.0,
    }


def test_every_format_that_is_checked_is_named_in_the_guide() -> None:
    assert [name for name in CHECKED if f"`{name}`" not in SECTION] == []


def test_every_processor_that_comes_along_is_named_in_the_guide() -> None:
    ours = {path.parent.name for path in (ROOT / "notebooks").glob("*/processor.json")}
    assert {name for name in ours if f"`{name}`" not in SECTION} == set()
