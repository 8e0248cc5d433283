"""What a server's name says: the one rule about which servers there can be beside a user's own.

A further kind of server is one more line in KINDS.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hub.errors import BadInput
from hub.profiles import SLUG

RUNNER = "runner-"
LONGEST = 30  # characters that JupyterHub takes
RUNNER_SCOPES = [
    "start:servers",
    "delete:servers",
]  # what the api needs to start runners, and to end one that hangs
LAB_MODULE, RUNNER_MODULE = "polarhub_lab.serving", "polarhub_lab.runner"


@dataclass(frozen=True)
class Kind:
    """What runs in a server, and the environment that its name asks for, if it does."""

    module: str
    profile: str | None = None


def _runner(rest: str) -> Kind:
    if not SLUG.fullmatch(rest):
        raise BadInput(f"Write {RUNNER} and the name of an environment, as in runner-small.", where="server")
    return Kind(RUNNER_MODULE, rest)


KINDS: dict[str, Callable[[str], Kind]] = {RUNNER: _runner}  # how a name begins -> what its rest says


def kind_of(name: str) -> Kind:
    """What a server of this name is; an empty name is a user's own. Raises BadInput for any other."""
    if not name:
        return Kind(LAB_MODULE)
    for prefix, kind in KINDS.items():
        if name.startswith(prefix):
            return kind(name.removeprefix(prefix))
    raise BadInput(
        "There is one server for you, and runners that start by themselves: no others can be made.",
        where="server",
    )


def runner_of(profile: str) -> str:
    """The name of the server that runs notebooks in an environment. Raises BadInput where none can."""
    name = RUNNER + profile
    if len(name) > LONGEST:
        raise BadInput(f"The name of this environment is too long for a runner: {profile}.", where="profile")
    return name
