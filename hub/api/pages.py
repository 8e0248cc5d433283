"""Pages of the api for people: one template for all, escaped always, the hub's stylesheet and scripts."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub import static_files

FOLDER = Path(__file__).with_name("templates")


class Pages:
    """The templates of one folder; they extend `service.html`."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([folder, FOLDER]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.filters = self._environment.filters
        self._environment.globals.update(static=cache(static_files.address))

    def render(self, name: str, **values: Any) -> str:
        """A page. Raises where the template uses what it was not given."""
        return self._environment.get_template(name).render(**values)
