"""What a run gave: files by their pattern, values by the name that the notebook glued them with."""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polarhub_lab.outputs import GLUED

LARGEST_VALUE = 4 << 20  # bytes of one glued value
MOST_FILES = 100  # of one pattern


@dataclass
class Found:
    """Outputs: values by name, files by name, and a sentence for each file that is missing."""

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def collect(declared: Mapping[str, Mapping[str, Any]], folder: Path, notebook: Mapping[str, Any]) -> Found:
    """The declared outputs of a run, and what was glued too; values may be left out, files may not."""
    found, values = Found(), glued(notebook)
    for name, value in values.items():
        if not declared.get(name, {}).get("file"):
            kind = declared.get(name, {}).get("mediaType") or "application/json"
            _take(found, name, value, kind)
    for name, one in declared.items():
        if one.get("file"):
            _find(found, name, str(one["file"]), folder)
    return found


def _take(found: Found, name: str, value: Any, kind: str) -> None:
    if len(json.dumps(value)) > LARGEST_VALUE:
        found.missing.append(
            f"The value `{name}` is larger than {LARGEST_VALUE >> 20} MiB: save it as a file."
        )
    else:
        found.values[name] = {"mediaType": kind, "value": value}


def _find(found: Found, name: str, pattern: str, folder: Path) -> None:
    """The newest file that fits; links that lead out of the folder are none."""
    base = folder.resolve()
    fits = [p for p in folder.glob(pattern) if p.is_file() and p.resolve().is_relative_to(base)]
    if fits:
        found.files[name] = max(fits, key=lambda path: path.stat().st_mtime)
    else:
        found.missing.append(f"The notebook left no file `{pattern}` for the output `{name}`.")


def media_type(file: Path, declared: Mapping[str, Any]) -> str:
    """As declared, else as the file's name tells."""
    return declared.get("mediaType") or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def glued(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, the last of each name; as ours, scrapbook's and papermill's old records are stored."""
    found: dict[str, Any] = {}
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            data, metadata = output.get("data", {}), output.get("metadata", {})
            found |= data.get("application/papermill.record+json", {})
            for kind in GLUED:
                if isinstance(scrap := data.get(kind), dict) and "name" in scrap:
                    found[scrap["name"]] = scrap.get("data")
            shown = metadata.get("scrapbook", {})
            if shown.get("display") and not shown.get("data") and "name" in shown:
                found[shown["name"]] = data
    return found
