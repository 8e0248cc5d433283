"""A real PostgreSQL for tests: Debian's programs, a folder of its own, a free port, a password; as nobody.

with start_postgres() as url: ...
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from hub.ports import free_ports

PASSWORD = "an ice floe in the Fram Strait"
START_LIMIT = 30.0  # seconds


def programs() -> Path:
    """Debian keeps them apart from the PATH, a folder a version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    assert found, "the tests need Debian's package postgresql: `python -m tests` installs it as root"
    return found[-1].parent


@contextlib.contextmanager
def start_postgres() -> Iterator[str]:
    """Its address as POLARHUB_DATABASE takes it, with the password in it."""
    folder = Path(tempfile.mkdtemp(prefix="polarhub-postgres-"))
    (folder / "password").write_text(PASSWORD)
    nobody = pwd.getpwnam("nobody")
    drop: list[str] = []
    if os.geteuid() == 0:  # postgres refuses to run as root
        drop = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--"]
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        os.chown(folder / "password", nobody.pw_uid, nobody.pw_gid)
    data, [port] = folder / "data", free_ports(1)
    make = [str(programs() / "initdb"), "-D", str(data), "-U", "polarhub", "-A", "scram-sha-256", "-N"]
    made = subprocess.run(
        [*drop, *make, f"--pwfile={folder / 'password'}", "--locale=C.UTF-8"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "fsync": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*drop, str(programs() / "postgres"), "-D", str(data), *options],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        url = f"postgresql://polarhub:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/postgres"
        _wait(url, process, folder / "log")
        yield url
    finally:
        process.send_signal(2)  # fast shutdown
        process.wait(20)
        shutil.rmtree(folder)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        assert process.poll() is None, log.read_text()
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
