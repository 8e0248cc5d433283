"""Waiting for a hub that starts: what is not ready yet is said, what will never be is said too."""

import time

import httpx

from hub.errors import StartRefused
from hub.processes import Process
from hub.settings import Settings

LIMIT = 180.0  # seconds from the start to everything being ready
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, never listened on


def address(settings: Settings) -> str:
    """Where this machine's browser finds the hub."""
    host = EVERYWHERE.get(settings.host, f"[{settings.host}]" if ":" in settings.host else settings.host)
    return f"http://{host}:{settings.port}"


def not_ready(settings: Settings) -> dict[str, str] | None:
    """What is not ready yet, by name; empty when all is; None while nobody answers."""
    try:
        answer = httpx.get(f"{address(settings)}/services/api/health", timeout=5, trust_env=False)
        checks: dict[str, str] = answer.json()["checks"]
    except (httpx.HTTPError, ValueError, KeyError):
        return None
    return {name: word for name, word in checks.items() if word != "ready"}


def wait(settings: Settings, hub: Process, builders: dict[str, Process]) -> dict[str, str]:
    """Wait and say what is waited for; what comes back will not be ready, since its builder gave up.

    Raises StartRefused where the hub ends or stays silent.
    """
    log, shown = settings.data / "logs" / "hub.log", ""
    deadline = time.monotonic() + LIMIT
    while missing := _missing(settings):
        if hub.poll() is not None:
            raise StartRefused(f"The hub ended as it started; the reason is at the end of {log}.")
        if missing.keys() <= {name for name, builder in builders.items() if builder.poll()}:
            return missing
        if time.monotonic() > deadline:
            raise StartRefused(f"The hub was not ready after {LIMIT:.0f} s; {log} says what it did.")
        line = "; ".join(f"{name}: {word}" for name, word in missing.items())
        if line != shown:
            print(f"  … {line}", flush=True)
            shown = line
        time.sleep(0.3)
    return {}


def _missing(settings: Settings) -> dict[str, str]:
    missing = not_ready(settings)
    return {"hub": "starting"} if missing is None else missing
