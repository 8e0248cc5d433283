"""The real data that comes with polarhub, for tests that read it: fetched once a clone, then on disk."""

from pathlib import Path

import pytest

from hub.catalog.sources import fetch
from hub.machine import TOOLS

KEPT = TOOLS / "example-data"


@pytest.fixture(scope="session")
def example_files() -> dict[str, Path]:
    """Name of each file -> where it lies."""
    return fetch(KEPT)
