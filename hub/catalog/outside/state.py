"""What became of asking a catalog: one word, one sentence, some figures."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from hub.errors import Unavailable

State = Literal["ok", "slow", "failed", "unreachable", "wrong"]


class Trouble(Unavailable):
    """A catalog gave no use of itself; `state` says how, the message says it to a person."""

    def __init__(self, state: State, message: str) -> None:
        super().__init__(message)
        self.state: State = state


@dataclass
class Report:
    """How one catalog did in one search, as the panel shows it."""

    id: str
    title: str
    state: State = "ok"
    message: str = ""
    returned: int = 0
    matched: int | None = None
    seconds: float = 0.0
    answered: bool = True

    def document(self) -> dict[str, Any]:
        """As JSON; without what is not known."""
        return {
            name: round(value, 3) if name == "seconds" else value
            for name, value in asdict(self).items()
            if value is not None and value != "" and name != "answered"
        }
