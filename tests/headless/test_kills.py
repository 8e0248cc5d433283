"""Processes are SIGKILLed while runs run. The whole of it, a thousand runs, is `python -m bench kills`."""

from pathlib import Path

import pytest

from tests.headless.kills import CAP, CAP_OF_ONE, ENVIRONMENT, Storm
from tests.hubs import start_hub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_runs_are_neither_lost_nor_done_twice_whoever_is_killed(tmp_path: Path) -> None:
    with start_hub(tmp_path / "data", ENVIRONMENT) as hub:
        storm = Storm(hub, seed=2026, runs=24, kills=5, limit=220, say=print)
        verdict = storm.rage()
    print(verdict)
    assert verdict.accepted == 24
    assert sum(verdict.kills.values()) == 5
    assert verdict.faults(CAP, CAP_OF_ONE) == {}
    assert verdict.states["successful"] > 12
