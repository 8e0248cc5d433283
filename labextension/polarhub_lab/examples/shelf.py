"""The folder of example notebooks: which there are, what each is about, what it says."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = "/srv/polarhub/notebooks"  # where a box shows them, read-only
VARIABLE = "POLAR_NOTEBOOKS"
LARGEST = 5_000_000  # bytes of a notebook that is shown


@dataclass(frozen=True)
class Example:
    """A card of the launcher."""

    name: str
    title: str
    description: str


class Shelf:
    """The notebooks of one folder; hidden ones and links that lead out of it are not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Shelf":
        """The folder that POLAR_NOTEBOOKS names, else the one of a box."""
        return cls(Path(environment.get(VARIABLE) or HERE))

    def _files(self) -> dict[str, Path]:
        try:
            found = sorted(self.folder.glob("*.ipynb"))
        except OSError:
            return {}
        home = self.folder.resolve()
        return {
            path.stem: path
            for path in found
            if not path.name.startswith(".") and path.is_file() and path.resolve().parent == home
        }

    def notebook(self, name: str) -> dict[str, Any] | None:
        """What a notebook holds, in nbformat 4; None where there is no such one, or it cannot be read."""
        path = self._files().get(name)
        try:
            if path is None or path.stat().st_size > LARGEST:
                return None
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and isinstance(found.get("cells"), list) else None

    def examples(self) -> list[Example]:
        """All that can be read, by name."""
        return [_described(name, found) for name in self._files() if (found := self.notebook(name))]


def _described(name: str, notebook: dict[str, Any]) -> Example:
    metadata = notebook.get("metadata")
    said = metadata.get("polarhub") if isinstance(metadata, dict) else None
    said = said if isinstance(said, dict) else {}
    return Example(name, str(said.get("title") or name), str(said.get("description") or ""))
