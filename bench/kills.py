"""A thousand runs while every process of the system is SIGKILLed again and again: what is lost?"""

import shutil
import tempfile
from pathlib import Path

from tests.headless.kills import CAP, CAP_OF_ONE, ENVIRONMENT, Storm
from tests.hubs import start_hub


def run(*, quick: bool) -> None:
    """Prints each kill and the verdict. Raises AssertionError, keeping the logs, where anything is wrong."""
    runs, kills, limit = (40, 8, 240) if quick else (1000, 105, 3600)
    folder = Path(tempfile.mkdtemp(prefix="polarhub-kills-"))
    folder.chmod(0o711)
    print(f"{runs} runs, {kills} kills; logs in {folder}", flush=True)
    with start_hub(folder / "data", ENVIRONMENT) as hub:
        storm = Storm(hub, seed=7, runs=runs, kills=kills, limit=limit, say=lambda s: print(s, flush=True))
        verdict = storm.rage()
    print(verdict)
    assert not verdict.faults(CAP, CAP_OF_ONE), verdict.faults(CAP, CAP_OF_ONE)
    shutil.rmtree(folder)
