"""The examples of the user guide on running notebooks from programs do what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.settings import ROOT
from tests.headless.service import Place, place

GUIDE = (ROOT / "docs/user-guide.md").read_text().partition("## Running notebooks from programs")[2]
DOCUMENT = {"message": "sea ice", "numbers": [1978, 2026], "pause": 0}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """An api whose address the examples get."""
    with place(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("language", "command", "wanted"),
    [
        ("bash", ["bash", "-c"], '"sea ice"'),
        ("python", [sys.executable, "-c"], f"successful {DOCUMENT}"),
    ],
)
def test_the_example_runs(here: Place, language: str, command: list[str], wanted: str) -> None:
    [code] = re.findall(rf"```{language}\n(.*?)```", GUIDE.partition("\n## ")[0], re.S)
    environment = {**os.environ, "HUB": here.address, "TOKEN": "token-ada", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [*command, code], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert (done.returncode, done.stdout.strip()) == (0, wanted), done.stderr
