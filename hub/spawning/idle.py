"""Servers that nobody uses are ended: how jupyterhub-idle-culler is called, and the least that it may do."""

import sys

CHECK_EVERY = 300  # seconds, at most
IDLE_CULLER_SCOPES = ["list:users", "read:users:activity", "read:servers", "delete:servers"]


def idle_culler(hours: float) -> list[str]:
    """The command that ends servers without activity for so many hours."""
    seconds = max(1, round(hours * 3600))
    every = min(CHECK_EVERY, max(1, seconds // 2))
    return [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={seconds}", f"--cull-every={every}"]
