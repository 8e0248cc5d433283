"""How much may run and wait at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.headless.plans import Plans, read_plans


def _unbounded() -> Plans:
    return read_plans("unlimited")


@dataclass(frozen=True, kw_only=True)
class JobLimits:
    """Numbers of jobs, seconds and bytes; `cpu`: how many processors a profile has."""

    running: int = 8
    running_per_user: int = 2
    waiting_per_user: int = 5000
    inputs: int = 20 << 20  # bytes of JSON
    time: int = 24 * 3600
    attempts: int = 5
    kept: float = 30 * 86400.0
    cpu: Mapping[str, float] = field(default_factory=dict)
    plans: Plans = field(default_factory=_unbounded)
