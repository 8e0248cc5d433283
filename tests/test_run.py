"""The README's first command: says how to log in, keeps what it has, leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from hub.settings import ROOT
from tests.hubs import wait_for
from tests.newcomer import READY, Run, make_run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all runs here, as for a newcomer who starts it again and again."""
    return tmp_path_factory.mktemp("newcomer")


def test_it_starts_says_how_to_log_in_and_ends_with_everything_it_started(folder: Path) -> None:
    with make_run(folder) as run:
        said = run.wait_until_ready()
        assert run.address in said
        assert re.search(r"log in as +admin\b", said)
        password = run.one_time_password()
        assert len(password) >= 12
        health = httpx.get(f"{run.address}/services/api/health", trust_env=False)
        assert health.status_code == 200, health.text
        assert run.still_there()
        run.press_ctrl_c()
        time.sleep(1)
        assert run.still_there() == []
        assert password not in (folder / "data" / "logs" / "hub.log").read_text()
    with make_run(folder) as again:
        again.wait_until_ready()


def test_a_restart_gives_a_new_hub_and_needs_no_new_start(folder: Path) -> None:
    with make_run(folder) as run:
        run.wait_until_ready()
        before = hub_process(run)
        environment = {**os.environ, "POLARHUB_DATA": str(folder / "data")}
        subprocess.run(["make", "restart"], cwd=ROOT, env=environment, check=True, timeout=READY)
        wait_for(lambda: "polarhub is ready again" in run.said.read_text(), READY)
        assert hub_process(run) != before
        assert httpx.get(f"{run.address}/services/api/health", trust_env=False).status_code == 200
        run.press_ctrl_c()
        time.sleep(1)
        assert run.still_there() == []
    again = subprocess.run(["make", "restart"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert again.returncode != 0
    assert "start it by `make run`" in again.stderr


def hub_process(run: Run) -> int:
    """The pid of its JupyterHub."""
    (found,) = {
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"jupyterhub_config.py" in read(path) and run.mark.encode() in read(path.parent / "environ")
    }
    return found


def read(path: Path) -> bytes:
    """A file of /proc; nothing where it is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_it_listens_on_the_loopback_only(folder: Path) -> None:
    with make_run(folder) as run:
        run.wait_until_ready()
        others = [a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        for address in {a for a in others if not str(a).startswith("127.")}:
            with pytest.raises(OSError):
                socket.create_connection((str(address), run.port), timeout=2)


def test_a_killed_start_leaves_nobody_that_holds_the_port(folder: Path) -> None:
    with make_run(folder) as run:
        run.wait_until_ready()
        os.killpg(run.process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while run.still_there() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert run.still_there() == []


def test_a_taken_port_is_said_in_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with make_run(folder, POLARHUB_PORT=port) as run:
            assert run.process.wait(READY) != 0
    said = run.said.read_text()
    assert f"Port {port}" in said
    assert "POLARHUB_PORT" in said
    assert "Traceback" not in said
