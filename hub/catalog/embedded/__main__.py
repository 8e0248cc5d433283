"""`python -m hub.catalog.embedded`: fetch the data that comes with polarhub and build their catalog."""

import sys

from hub.catalog.embedded import build
from hub.commands import said, say_progress
from hub.settings import Settings

if __name__ == "__main__":
    sys.exit(said(lambda: build(Settings.load(), say_progress)))
