"""How our commands end: with what they have to say, never with a traceback."""

import sys
from collections.abc import Callable

from hub.errors import PolarhubError


def said(work: Callable[[], object]) -> int:
    """Do it; the status to end with. An error of ours becomes a sentence and 1."""
    try:
        work()
    except PolarhubError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def say_progress(done: float, what: str) -> None:
    """A line a step: how far it is (0 to 1), and with what."""
    print(f"{done:4.0%}  {what}", flush=True)
