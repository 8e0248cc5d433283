"""One tree of errors, one status table.

    PolarhubError
    ├── BadInput         what somebody sent or wrote cannot be used; names the place
    │   ├── BadSetting   … in an environment variable POLARHUB_*
    │   └── BadFile      … in a data file: a profile, a course, a processor
    ├── SignInNeeded     nobody is signed in, or the token has run out
    ├── NotAllowed       signed in, and may know that it exists, but may not do this
    ├── NotFound         not there, or not yours: the two are never told apart
    ├── Conflict         it has changed, or exists already
    ├── Unavailable      something that is needed does not answer now
    └── StartRefused     the machine cannot run polarhub as it is set up

Every message says what happened and what to do, in one sentence or two, and holds no secret.
"""


class PolarhubError(Exception):
    """The root: whoever catches this catches what polarhub itself has to say, and nothing else."""

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where  # the file and field, or the parameter, that has to be changed

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class BadInput(PolarhubError):
    """What was sent cannot be used; `where` names the parameter."""


class BadSetting(BadInput):
    """An environment variable cannot be used; `where` is its name."""


class BadFile(BadInput):
    """A data file cannot be used; `where` is `file: field`."""


class SignInNeeded(PolarhubError):
    """Nobody is signed in, or the token has run out."""


class NotAllowed(PolarhubError):
    """Signed in, but this is for others."""


class NotFound(PolarhubError):
    """Not there, or not yours."""


class Conflict(PolarhubError):
    """It has changed meanwhile, or it exists already."""


class Unavailable(PolarhubError):
    """Something that is needed does not answer now; trying later may help."""


class StartRefused(PolarhubError):
    """The machine cannot run polarhub as it is set up."""


STATUS: dict[type[PolarhubError], int] = {
    BadInput: 400,
    SignInNeeded: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}


def status_of(error: PolarhubError) -> int:
    """The HTTP status of an error: that of the nearest class in the table, 500 where none is."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
