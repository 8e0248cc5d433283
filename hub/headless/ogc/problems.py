"""Exception documents of the standard (RFC 7807), one for every error that this API tells."""

from typing import Any

from hub.errors import (
    BadInput,
    Conflict,
    NotAllowed,
    NotFound,
    PolarhubError,
    SignInNeeded,
    Unavailable,
    status_of,
)
from hub.headless.ogc import names

TITLES: dict[type[PolarhubError], str] = {
    BadInput: "This cannot be used",
    SignInNeeded: "Sign in first",
    NotAllowed: "This is not allowed",
    NotFound: "There is no such thing",
    Conflict: "This does not fit what is there",
    Unavailable: "Not now",
}


class Problem(PolarhubError):
    """An error that has a type of its own in the standard."""

    def __init__(
        self, status: int, type_: str, title: str, message: str, *, where: str | None = None
    ) -> None:
        super().__init__(message, where=where)
        self.status, self.type, self.title = status, type_, title


def no_such_process() -> Problem:
    """The process is not there, or not for this user."""
    return Problem(404, names.NO_SUCH_PROCESS, "No such process", "There is no such process.")


def no_such_job() -> Problem:
    """The job is not there, or another's."""
    return Problem(404, names.NO_SUCH_JOB, "No such job", "There is no such job.")


def not_ready() -> Problem:
    """Results were asked for too early."""
    return Problem(404, names.NOT_READY, "Not ready", "The run has not ended yet: its results are not there.")


def not_available(message: str) -> Problem:
    """The run has ended and will never have this."""
    return Problem(404, names.NOT_AVAILABLE, "No results", message)


def failed(message: str) -> Problem:
    """The run failed; its own sentence says why."""
    return Problem(500, names.FAILED, "The run failed", message or "The run failed.")


def no_such_output(name: str) -> Problem:
    """The run has no output of this name."""
    return Problem(404, names.NO_SUCH_OUTPUT, "No such output", "The run has no such output.", where=name)


def document(error: PolarhubError) -> tuple[int, dict[str, Any]]:
    """Status and exception document of an error; `where` names the parameter to change."""
    if isinstance(error, Problem):
        status, type_, title = error.status, error.type, error.title
    else:
        status = status_of(error)
        type_ = names.INVALID if isinstance(error, BadInput) else "about:blank"
        title = next((TITLES[kind] for kind in type(error).__mro__ if kind in TITLES), "It went wrong")
    said = {"type": type_, "title": title, "status": status, "detail": error.message}
    return status, {**said, "where": error.where} if error.where else said
