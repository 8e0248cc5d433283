"""For every test that drives a browser: Debian's Chromium, which asks nobody else for anything."""

import shutil
from pathlib import Path
from typing import Any

import pytest

QUIET = [
    "--no-sandbox",  # Chromium's own sandbox does not work for root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: once Playwright's loop runs in this thread, no asynchronous test can."""
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How pytest-playwright starts the browser."""
    return {"executable_path": shutil.which("chromium"), "args": QUIET}


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Path:
    """A folder for pictures of pages, to be looked at: tests/browser/shots/, ignored by git."""
    folder = Path(__file__).parent / "browser" / "shots" / request.node.name.partition("[")[0]
    folder.mkdir(parents=True, exist_ok=True)
    return folder
