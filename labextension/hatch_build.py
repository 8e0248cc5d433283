"""Puts the built panels into the wheel, where JupyterLab looks for prebuilt extensions."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Panels(BuildHookInterface[Any]):
    """A wheel carries the panels; an editable install does without (`npm run install-lab` links them)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add polarhub_lab/labextension to a standard wheel."""
        if version == "editable":
            return
        built = Path(self.root) / "polarhub_lab" / "labextension"
        if not (built / "package.json").exists():
            raise FileNotFoundError("The panels are not built yet: run `npm ci && npm run build` first.")
        build_data["shared_data"][str(built)] = "share/jupyter/labextensions/polarhub-lab"
