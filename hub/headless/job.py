"""A job and what is said about it: what was asked, how far it is, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

from sqlalchemy import RowMapping

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
Kind = Literal["notebook", "kernel", "time", "system"]
FINAL: frozenset[Status] = frozenset({"successful", "failed", "dismissed"})


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What somebody asks to be run: a version of a process, or (`path`) a notebook of the owner's home."""

    owner: str
    profile: str
    inputs: Mapping[str, Any]
    process: str | None = None
    version: int | None = None
    path: str | None = None
    wanted: Mapping[str, Any] = field(default_factory=dict)
    response: Literal["document", "raw"] = "document"
    callbacks: Mapping[str, str] | None = None
    environment: str | None = None
    time_limit: int = 3600  # seconds of the whole run
    attempts_allowed: int = 1
    priority: int = 0
    origin: str = "api"
    groups: tuple[str, ...] | None = None  # the owner's, where known: they choose the plan


@dataclass(frozen=True, kw_only=True)
class Job:
    """One row of the table. Times are UTC seconds since 1970."""

    id: str
    owner: str
    process: str | None
    version: int | None
    path: str | None
    inputs: dict[str, Any]
    wanted: dict[str, Any]
    response: Literal["document", "raw"]
    callbacks: dict[str, str] | None
    profile: str
    environment: str | None
    time_limit: int
    attempts_allowed: int
    attempts: int
    priority: int
    origin: str
    status: Status
    message: str
    progress: int
    cells_done: int
    cells_total: int
    last_line: str
    worker: str | None
    fence: int
    lease: float | None
    dismissing: bool
    dismissing_since: float | None
    created: float
    started: float | None
    finished: float | None
    updated: float
    cpu_seconds: float | None
    reserved_seconds: float
    outputs: dict[str, Any] | None
    record: dict[str, Any] | None
    expires: float | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        """From a row of `tables.jobs`."""
        return cls(**{f.name: row[f.name] for f in fields(cls)})

    @property
    def final(self) -> bool:
        """Nothing will change any more."""
        return self.status in FINAL


@dataclass(frozen=True)
class Progress:
    """How far a running job is; the last line that it printed."""

    cells_done: int
    cells_total: int
    last_line: str = ""


@dataclass(frozen=True, kw_only=True)
class Finish:
    """How a run ended, as its runner says. `kind`: what failed; only `system` may be tried again."""

    status: Literal["successful", "failed", "dismissed"]
    message: str = ""
    kind: Kind | None = None
    outputs: dict[str, Any] | None = None
    cpu_seconds: float | None = None
    record: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which jobs to list. Empty tuples and None leave nothing out; durations are in seconds."""

    statuses: tuple[Status, ...] = ()
    processes: tuple[str, ...] = ()
    origin: str | None = None
    created_from: float | None = None
    created_until: float | None = None
    min_duration: float | None = None
    max_duration: float | None = None
    limit: int = 10
    after: str | None = None  # the `next` of the page before


@dataclass(frozen=True)
class JobPage:
    """Jobs, newest first; `next` asks for those after them, None at the end."""

    jobs: list[Job]
    next: str | None
