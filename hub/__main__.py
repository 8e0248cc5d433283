"""`python -m hub`: starts polarhub here, says where it is, ends with everything that it started."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import IO, NoReturn

from hub import preflight, processes, ready
from hub.errors import PolarhubError, StartRefused
from hub.login.first_admin import check_login, ensure_admin
from hub.ports import Ports
from hub.settings import ROOT, Settings
from hub.spawning.preflight import check as check_spawning

STOP_LIMIT = 20.0  # seconds the hub may take to end everybody's servers
HUB = ["jupyterhub", "-f", str(ROOT / "jupyterhub_config.py")]
BUILDERS = {"catalog": "hub.catalog.embedded"}  # by the name of the check that waits for it


def greet(settings: Settings, password: str | None, missing: dict[str, str]) -> None:
    """Where it is, how to log in, and what to do without."""
    print(f"\npolarhub is ready:  {ready.address(settings)}\n  log in as          {settings.admin}")
    if password:
        print(f"  one-time password  {password}   (you choose your own at the first login)")
    print(f"  data is kept in    {settings.data}")
    for name, word in missing.items():
        print(f"  without {name}:    {word}")
    print("  Ctrl-C ends it.\n", flush=True)


class RestartAsked(BaseException):
    """SIGUSR1 has come: like KeyboardInterrupt, it is nobody's error."""


def ask_restart(_number: int, _: FrameType | None) -> NoReturn:
    """What SIGUSR1 does while the hub serves."""
    raise RestartAsked


@contextlib.contextmanager
def signals_as_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end us as Ctrl-C does; once we are ending, a second one does not interrupt that."""

    def interrupt(number: int, _: FrameType | None) -> NoReturn:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until there is a hub to be restarted
    yield


def serve(settings: Settings, log: IO[str]) -> None:
    """Start, serve until told to end, end everything."""
    environment = {k: v for k, v in os.environ.items() if k != "POLARHUB_ADMIN_PASSWORD"}
    password = ensure_admin(settings)
    with contextlib.ExitStack() as ending:

        def start(module: str, *arguments: str, patience: float = 2.0) -> processes.Process:
            command = [sys.executable, "-m", module, *arguments]
            process = processes.start(command, log, environment, ROOT)
            ending.callback(processes.stop, process, patience)
            return process

        builders = {name: start(module) for name, module in BUILDERS.items()}
        start("hub.lab_files")  # nobody waits for it: what is served gets smaller meanwhile
        hub = start(*HUB, patience=STOP_LIMIT)
        ending.callback(print, "polarhub ends: servers are being stopped", flush=True)
        greet(settings, password, ready.wait(settings, hub, builders))
        while wait_for_restart(hub):
            print("polarhub restarts: servers and runs go on meanwhile", flush=True)
            hub.kill()  # asked to end, it would end everybody's servers
            hub.wait(10)
            hub = start(*HUB, patience=STOP_LIMIT)
            ready.wait(settings, hub, builders)
            print("polarhub is ready again", flush=True)
    raise StartRefused(f"The hub ended by itself; the reason is at the end of {log.name}.")


def wait_for_restart(hub: processes.Process) -> bool:
    """Wait until the hub has ended, which is False, or until it shall be restarted, which is True."""
    try:
        signal.signal(signal.SIGUSR1, ask_restart)
        hub.wait()
    except RestartAsked:
        return True
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    return False


def run(settings: Settings) -> None:
    """Look at the machine, then serve. Raises StartRefused where that would go wrong."""
    print("polarhub starts", flush=True)
    os.umask(0o022)
    preflight.data_folder(settings.data)
    with preflight.only_one(settings.data):
        preflight.port_is_free(settings)
        check_login(settings)
        for warning in check_spawning(settings):
            print(f"  note: {warning}", flush=True)
        Ports.settle(settings.data)
        logs = settings.data / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        with (logs / "hub.log").open("a") as log:
            serve(settings, log)


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
