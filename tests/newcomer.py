"""What a newcomer does in a terminal: `make run`, read what it says, Ctrl-C."""

import contextlib
import os
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.ports import free_ports
from hub.settings import ROOT

READY = 180  # seconds that a start may take here, set-up included


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

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def one_time_password(self) -> str:
        """The password that the first start printed."""
        found = re.search(r"one-time password +(\S+)", self.said.read_text())
        assert found, self.said.read_text()
        return found[1]

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
