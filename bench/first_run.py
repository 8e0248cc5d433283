"""How long `make run` takes in an empty clone with empty caches, and again."""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.table import print_table
from hub.machine import ROOT
from hub.ports import free_ports

LIMIT = 900.0  # seconds
CACHES = ("UV_CACHE", "XDG_", "npm_config_cache", "PIP_CACHE", "VIRTUAL_ENV", "POLARHUB_")


def seconds_to_ready(clone: Path, environment: dict[str, str]) -> float:
    """Start, wait for the word that it is ready, end it with Ctrl-C."""
    said = clone.parent / f"said-{time.monotonic_ns()}"
    began = time.monotonic()
    with said.open("w") as out:
        run = subprocess.Popen(
            ["make", "run"], cwd=clone, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        while "is ready" not in said.read_text():
            if run.poll() is not None or time.monotonic() - began > LIMIT:
                raise RuntimeError(f"make run did not become ready:\n{said.read_text()[-2000:]}")
            time.sleep(0.1)
        return time.monotonic() - began
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGINT)
            run.wait(60)


def run(quick: bool = False) -> list[dict[str, object]]:
    """The starts of a fresh clone; `quick` leaves the third out."""
    with tempfile.TemporaryDirectory(prefix="first-run-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        clone = folder / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        (folder / "home").mkdir()
        environment = {k: v for k, v in os.environ.items() if not k.startswith(CACHES)}
        environment |= {"HOME": str(folder / "home"), "POLARHUB_PORT": str(free_ports(1)[0])}
        rows: list[dict[str, object]] = [
            {"start": which, "seconds": round(seconds_to_ready(clone, environment), 1)}
            for which in ("first, empty caches", "second", "third")[: 2 if quick else 3]
        ]
    print_table("make run, seconds to ready", rows)
    return rows


if __name__ == "__main__":
    run()
