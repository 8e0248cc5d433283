"""How much may run and wait at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from hub.headless.plans import Plans, read_plans
from hub.profiles import read_profiles
from hub.settings import ROOT, Settings


def _unbounded() -> Plans:
    return read_plans("unlimited")


@dataclass(frozen=True, kw_only=True)
class JobLimits:
    """Numbers of jobs, seconds and bytes; `cpu`: how many processors a profile has."""

    running: int = 8
    running_per_user: int = 4
    waiting_per_user: int = 5000
    inputs: int = 20 << 20  # bytes of JSON
    time: int = 24 * 3600
    attempts: int = 5
    kept: float = 30 * 86400.0
    cpu: Mapping[str, float] = field(default_factory=dict)
    plans: Plans = field(default_factory=_unbounded)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the operator set. Raises BadSetting for a plan that is none, BadFile for a profile."""
        return cls(
            running=settings.jobs_running,
            running_per_user=settings.jobs_per_user,
            waiting_per_user=settings.jobs_waiting,
            time=round(settings.jobs_hours * 3600),
            kept=settings.results_days * 86400.0,
            cpu={p.slug: p.cpu for p in read_profiles(ROOT / "spawner_profiles")},
            plans=read_plans(settings.plan, settings.plans),
        )
