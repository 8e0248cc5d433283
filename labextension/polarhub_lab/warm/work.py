"""What a unit is asked to do, as one line on its channel."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Work:
    """One notebook to run. `source`: its text; `target`: where the executed one is saved."""

    source: str
    name: str
    inputs: dict[str, Any]
    target: str
    folder: str  # the working directory
    kernel: str | None = None  # another than the notebook names

    @classmethod
    def read(cls, line: str) -> Self:
        """From one line of JSON."""
        return cls(**json.loads(line))

    def line(self) -> bytes:
        """As one line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"
