"""`make restart`: hub, proxy and api anew, as after an update; servers and runs go on meanwhile."""

import os
import signal
import sys

from hub import preflight
from hub.commands import said
from hub.errors import StartRefused
from hub.settings import Settings


def restart(settings: Settings) -> None:
    """Ask the polarhub of this data folder to restart its hub. Raises StartRefused where none runs."""
    holder = preflight.holder(settings.data)
    if holder is None:
        raise StartRefused(f"No polarhub runs on {settings.data}: start it by `make run`.")
    os.kill(holder, signal.SIGUSR1)


if __name__ == "__main__":
    sys.exit(said(lambda: restart(Settings.load())))
