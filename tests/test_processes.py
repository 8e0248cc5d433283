"""What we start ends with us."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hub import processes


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _gone(pid: int, limit: float = 5) -> bool:
    deadline = time.monotonic() + limit
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _alive(pid)


def test_stopping_takes_the_children_along_even_those_that_will_not_go(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & echo $!; wait"
    with (tmp_path / "log").open("w+") as log:
        shell = processes.start(["/bin/sh", "-c", script], log, dict(os.environ), tmp_path)
        while not (said := (tmp_path / "log").read_text().strip()):
            time.sleep(0.02)
        processes.stop(shell, patience=0.2)
    assert _gone(shell.pid)
    assert _gone(int(said))


def test_a_process_ends_when_the_one_that_started_it_is_killed(tmp_path: Path) -> None:
    program = (
        "import subprocess, time; from hub.processes import bound;"
        "print(subprocess.Popen(bound(['sleep', '60'])).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.2)  # setpriv has to become sleep
    parent.send_signal(signal.SIGKILL)
    parent.communicate(timeout=5)
    assert _gone(child)
