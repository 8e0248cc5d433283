"""Inputs of a notebook without a definition, beside what papermill itself says about the same cell."""

import json
from pathlib import Path
from typing import Any

import papermill
import pytest

from hub.headless.inference import infer_definition, infer_from_code, infer_inputs
from hub.headless.notebook import read_notebook
from hub.headless.processor import Processor
from hub.settings import ROOT
from tests.headless.test_processes import a_notebook

CELL = """
# where to look
region = "arctic"  # a name
year: int = 1978  # first year
threshold = 0.15  # type: float  share of ice
names: list[str] = [
    "UMass_AES",  # the first
    "Bristol",
]  # algorithms
options = {"plot": True}
nothing = None
draw = False
when: "Optional[str]" = None
_private = 1
worked_out = len(names) + 1
end: int = year + 1
"""


def test_each_variable_becomes_an_input() -> None:
    assert infer_from_code(CELL) == {
        "region": {"type": "string", "description": "a name", "default": "arctic"},
        "year": {"type": "integer", "description": "first year", "default": 1978},
        "threshold": {"type": "number", "description": "share of ice", "default": 0.15},
        "names": {"type": "array", "description": "algorithms", "default": ["UMass_AES", "Bristol"]},
        "options": {"type": "object", "default": {"plot": True}},
        "nothing": {"nullable": True, "default": None},
        "draw": {"type": "boolean", "default": False},
        "when": {"type": "string", "nullable": True, "default": None},
        "worked_out": {"optional": True},
        "end": {"type": "integer", "optional": True},
    }
    assert Processor.read({"title": "t", "inputs": infer_from_code(CELL)}).inputs["when"].nullable


def test_papermill_finds_the_same_names_defaults_and_help(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    code = "\n".join(line for line in CELL.splitlines() if "_private" not in line)
    path.write_text(json.dumps(a_notebook(code, kernelspec=kernel, language_info={"name": "python"})))
    theirs = papermill.inspect_notebook(path)
    ours = infer_from_code(code)
    assert list(theirs) == list(ours)
    helps = {name: said["help"] for name, said in theirs.items() if said["help"]}
    assert helps == {name: one["description"] for name, one in ours.items() if "description" in one}
    for name in ("year", "threshold", "draw"):
        assert str(ours[name]["default"]) == theirs[name]["default"]


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.system('touch /tmp/polarhub-was-run')",
        "x = __import__('os').system('touch /tmp/polarhub-was-run')",
        "x = (" * 200,
        "x = " + "[" * 5000 + "]" * 5000,
        "x = 1 +",
        "\x00",
        "%matplotlib inline\nx = 1",
        "x = 9" + "9" * 5000,
    ],
)
def test_nothing_is_executed_and_nothing_breaks(code: str) -> None:
    found = infer_from_code(code)
    assert all("default" not in one for one in found.values())
    assert not Path("/tmp/polarhub-was-run").exists()


def test_a_default_that_is_too_long_to_be_shown_is_left_to_the_notebook() -> None:
    assert infer_from_code(f"x = {list(range(10_000))}")["x"] == {"optional": True}


def test_without_such_a_cell_there_are_no_inputs() -> None:
    notebook = a_notebook()
    notebook["cells"][0]["metadata"] = {}
    assert infer_inputs(read_notebook(notebook)) == {}


def test_another_language_has_no_inputs_that_we_can_read() -> None:
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    assert infer_inputs(read_notebook(a_notebook("x <- 1", kernelspec=kernel))) == {}


@pytest.mark.parametrize("value", ["float('nan')", "1e999", "-1e999", "{1, 2}", "b'a'", "1j", "..."])
def test_values_that_json_has_not_are_left_to_the_notebook(value: str) -> None:
    assert infer_from_code(f"x = {value}")["x"] == {"optional": True}


def test_an_example_of_ours_becomes_a_process_by_itself() -> None:
    text = (ROOT / "notebooks/arcticdem-glacier.ipynb").read_text()
    definition: dict[str, Any] = infer_definition(read_notebook(text), "glacier")
    assert definition["title"] == "ArcticDEM tiles of a glacier"
    assert definition["inputs"]["open_a_tile"]["type"] == "boolean"
    assert definition["kernel"] == "python3"
