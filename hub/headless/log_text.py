"""What a run printed, read from its notebook: text in the order of the cells, as a log has it."""

import re
from collections.abc import Iterator
from typing import Any

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def log_text(notebook: dict[str, Any]) -> str:
    """All that the cells of a notebook printed, and their errors; without colours and control characters."""
    said = "".join(piece for cell in notebook.get("cells", []) for piece in _of_cell(cell))
    return _CONTROL.sub("", "\n".join(_last_state(line) for line in said.split("\n")))


def _of_cell(cell: dict[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", []):
        kind = output.get("output_type")
        if kind == "stream":
            yield _joined(output.get("text", ""))
        elif kind == "error":
            yield "\n".join([*map(str, output.get("traceback", [])), ""])
        elif kind in ("execute_result", "display_data") and "text/plain" in output.get("data", {}):
            yield _joined(output["data"]["text/plain"]) + "\n"


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _last_state(line: str) -> str:
    """A line that was written over, as by a progress bar: what stands there in the end."""
    return line.rstrip("\r").rpartition("\r")[2]
