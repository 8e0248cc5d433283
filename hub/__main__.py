"""`python -m hub`: starts polarhub here, says where it is, ends with everything that it started."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import httpx

from hub import preflight, processes
from hub.errors import PolarhubError, StartRefused
from hub.login.first_admin import check_login, ensure_admin
from hub.ports import Ports
from hub.settings import ROOT, Settings

READY_LIMIT = 120.0  # seconds the hub may take until it answers
STOP_LIMIT = 20.0  # seconds it may take to end everybody's servers


def health(settings: Settings) -> dict[str, str] | None:
    """What is not ready yet, by name; empty when all is; None while nobody answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    try:
        answer = httpx.get(f"http://{host}:{settings.port}/services/api/health", timeout=5, trust_env=False)
        checks: dict[str, str] = answer.json()["checks"]
    except (httpx.HTTPError, ValueError, KeyError):
        return None
    return {name: word for name, word in checks.items() if word != "ready"}


def wait_until_ready(settings: Settings, hub: subprocess.Popen[str]) -> None:
    """Wait and say what is waited for. Raises StartRefused where the hub ends or stays silent."""
    deadline, shown = time.monotonic() + READY_LIMIT, ""
    while (missing := health(settings)) != {}:
        log = settings.data / "logs" / "hub.log"
        if hub.poll() is not None:
            raise StartRefused(f"The hub ended as it started; the reason is at the end of {log}.")
        if time.monotonic() > deadline:
            raise StartRefused(f"The hub was not ready after {READY_LIMIT:.0f} s; {log} says what it did.")
        line = "; ".join(f"{name}: {word}" for name, word in (missing or {}).items())
        if line and line != shown:
            print(f"  … {line}", flush=True)
            shown = line
        time.sleep(0.3)


def greet(settings: Settings, password: str | None) -> None:
    """Where it is and how to log in."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    print(f"\npolarhub is ready:  http://{host}:{settings.port}\n  log in as          {settings.admin}")
    if password:
        print(f"  one-time password  {password}   (you choose your own at the first login)")
    print(f"  data is kept in    {settings.data}\n  Ctrl-C ends it.\n", flush=True)


@contextlib.contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end us as Ctrl-C does; once we are ending, a second one does not interrupt that."""

    def interrupt(number: int, _: FrameType | None) -> NoReturn:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    yield


def run(settings: Settings) -> None:
    """Start, serve until told to end, end everything."""
    print("polarhub starts", flush=True)
    os.umask(0o022)
    preflight.data_folder(settings.data)
    with preflight.only_one(settings.data):
        preflight.port_is_free(settings)
        Ports.settle(settings.data)
        logs = settings.data / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        with (logs / "hub.log").open("a") as log:
            config = str(ROOT / "jupyterhub_config.py")
            command = [sys.executable, "-m", "jupyterhub", "-f", config]
            check_login(settings)
            password = ensure_admin(settings)
            hub = processes.start(command, log, dict(os.environ), ROOT)
            try:
                wait_until_ready(settings, hub)
                greet(settings, password)
                hub.wait()
                raise StartRefused(
                    f"The hub ended by itself; the reason is at the end of {logs / 'hub.log'}."
                )
            finally:
                print("polarhub ends: servers are being stopped", flush=True)
                processes.stop(hub, STOP_LIMIT)


def main() -> int:
    """0 after Ctrl-C, 1 where the start is refused, 2 where a setting is wrong."""
    try:
        with signals_as_interrupt():
            run(Settings.load())
    except KeyboardInterrupt:
        return 0
    except PolarhubError as error:
        print(f"polarhub cannot start.\n  {error}", file=sys.stderr)
        return 1 if isinstance(error, StartRefused) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
