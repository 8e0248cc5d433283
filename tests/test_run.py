"""The README's first command: says where it is and how to log in, keeps what it has, leaves nothing behind."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from hub.ports import free_ports
from hub.settings import ROOT

READY = 180  # seconds that a start may take here, set-up included

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Run:
    """A `make run` in a session of its own, as in a terminal of its own."""

    process: subprocess.Popen[bytes]
    port: int
    mark: str
    said: Path

    def wait_until_ready(self) -> str:
        """What it printed until then."""
        deadline = time.monotonic() + READY
        while "Ctrl-C ends it" not in (said := self.said.read_text()):
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.2)
        return said

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)

    def still_there(self) -> list[str]:
        """Processes that carry this run's mark in their environment, whatever session they moved to."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
        return found


@contextlib.contextmanager
def make_run(folder: Path, **settings: str) -> Iterator[Run]:
    """Start it, and end whatever is left of it."""
    mark, said, port = uuid.uuid4().hex, folder / f"said-{uuid.uuid4().hex}", free_ports(1)[0]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLARHUB_")}
    environment |= {
        "POLARHUB_DATA": str(folder / "data"),
        "POLARHUB_PORT": str(port),
        "MARK": mark,
        **settings,
    }
    with said.open("w") as out:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    run = Run(process, port, mark, said)
    try:
        yield run
    finally:
        if process.poll() is None:
            run.press_ctrl_c()


def test_it_starts_says_how_to_log_in_and_ends_with_everything_it_started(tmp_path: Path) -> None:
    with make_run(tmp_path) as run:
        said = run.wait_until_ready()
        assert f"http://127.0.0.1:{run.port}" in said
        assert re.search(r"log in as +admin\b", said)
        password = re.search(r"one-time password +(\S+)", said)
        assert password
        assert len(password[1]) >= 12
        health = httpx.get(f"http://127.0.0.1:{run.port}/services/api/health", trust_env=False)
        assert health.status_code == 200, health.text
        assert run.still_there()
        run.press_ctrl_c()
        time.sleep(1)
        assert run.still_there() == []
        assert password[1] not in (tmp_path / "data" / "logs" / "hub.log").read_text()
    with make_run(tmp_path) as again:
        again.wait_until_ready()


def test_it_listens_on_the_loopback_only(tmp_path: Path) -> None:
    with make_run(tmp_path) as run:
        run.wait_until_ready()
        others = [a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        for address in {a for a in others if not str(a).startswith("127.")}:
            with pytest.raises(OSError):
                socket.create_connection((str(address), run.port), timeout=2)


def test_a_killed_start_leaves_nobody_that_holds_the_port(tmp_path: Path) -> None:
    with make_run(tmp_path) as run:
        run.wait_until_ready()
        os.killpg(run.process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while run.still_there() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert run.still_there() == []


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with make_run(tmp_path, POLARHUB_PORT=port) as run:
            assert run.process.wait(READY) != 0
    said = run.said.read_text()
    assert f"Port {port}" in said
    assert "POLARHUB_PORT" in said
    assert "Traceback" not in said
