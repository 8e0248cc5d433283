"""An app below an address, whatever stands behind it: its own errors answer there."""

import re

from starlette.routing import Mount
from starlette.types import ASGIApp


class Below(Mount):
    """A mount that a line break in an address does not slip past, to the errors of somebody else."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)
