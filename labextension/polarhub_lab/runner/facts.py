"""What a runner is told by its environment, as the hub's spawner sets it."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Facts:
    """Where the runner is, for whom and how much it may run."""

    api: str  # address of the service that has the jobs
    token: str = field(repr=False)  # the user's own, of this server
    profile: str
    jobs: int  # at once
    idle: float  # seconds without a job, then it ends
    home: Path
    activity: str | None = None  # where the hub hears that we are busy
    server: str = ""
    prefix: str = "/"
    door: int | None = None  # a socket that listens already
    worker: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """From the environment. Raises KeyError for a variable that is missing."""
        given = os.environ if environment is None else environment
        return cls(
            api=given["POLARLAB_API"].rstrip("/"),
            token=given["JUPYTERHUB_API_TOKEN"],
            profile=given["POLARLAB_PROFILE_SLUG"],
            jobs=int(given.get("POLARLAB_RUNNER_JOBS") or max(1, round(float(given.get("POLARLAB_CPU", 1))))),
            idle=60 * float(given.get("POLARLAB_RUNNER_IDLE", 10)),
            home=Path(given["HOME"]),
            activity=given.get("JUPYTERHUB_ACTIVITY_URL"),
            server=given.get("JUPYTERHUB_SERVER_NAME", ""),
            prefix=given.get("JUPYTERHUB_SERVICE_PREFIX", "/"),
            door=int(given["POLARLAB_DOOR"]) if given.get("POLARLAB_DOOR") else None,
        )
