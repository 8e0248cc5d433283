"""The style is held: what `make lint` runs, and the panels' own tests."""

import subprocess

import pytest

from hub.machine import ROOT

COMMANDS = {
    "ruff format": [".venv/bin/ruff", "format", "--check", "."],
    "ruff": [".venv/bin/ruff", "check", "."],
    "mypy": [".venv/bin/mypy"],
    "eslint and prettier": ["npm", "run", "lint", "--workspace", "labextension"],
    "the panels' tests": ["npm", "run", "test", "--workspace", "labextension"],
}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", COMMANDS)
def test_style(name: str) -> None:
    done = subprocess.run(COMMANDS[name], cwd=ROOT, capture_output=True, text=True, timeout=380, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
