"""What both ways to sign in share: nobody has a session, or a server, before nothing is due any more."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.spawner import SpawnException
from traitlets import Instance, default

from hub.login.attempts import Attempts
from hub.login.records import Records, now
from hub.login.sessions import Sessions
from hub.login.terms import Terms
from hub.settings import Settings

ONE_TIME_LASTS = timedelta(days=7)


class Due(StrEnum):
    """What a person has to do before anything else; the value is the page where it is done."""

    PASSWORD = "change-password"  # noqa: S105
    TERMS = "terms"


REFUSED = {
    Due.PASSWORD: "No server starts before {name} has signed in and chosen a password of their own.",
    Due.TERMS: "No server starts before {name} has signed in and accepted the terms of use ({version}).",
}


class Gate(Authenticator):  # type: ignore[misc]
    """Mixed into an authenticator."""

    settings = Instance(Settings, help="all settings").tag(config=True)
    records = Instance(Records)
    terms = Instance(Terms)
    attempts = Instance(Attempts, ())
    sessions = Instance(Sessions)

    @default("records")
    def _records(self) -> Records:
        return Records(records_url(self.settings))

    @default("terms")
    def _terms(self) -> Terms:
        return Terms.read(self.settings.terms)

    @default("sessions")
    def _sessions(self) -> Sessions:
        return Sessions(self.settings.session_hours * 3600)

    def due(self, name: str) -> Due | None:
        """The next thing this person has to do; None where they may come in."""
        if self.records.one_time_since(name):
            return Due.PASSWORD
        if self.records.accepted(name, self.terms.version) is None:
            return Due.TERMS
        return None

    def one_time_is_over(self, name: str) -> bool:
        """Whether this person waited too long with their one-time password."""
        since = self.records.one_time_since(name)
        return since is not None and now() - since > ONE_TIME_LASTS

    async def refresh_user(self, user: Any, handler: Any = None) -> Any:
        """A session ends as soon as something is due, for example after new terms."""
        return False if self.due(user.name) else await super().refresh_user(user, handler)

    async def pre_spawn_start(self, user: Any, spawner: Any) -> None:  # noqa: ARG002
        """Refuses the start of a server with a sentence, whoever asked for it and however."""
        if due := self.due(user.name):
            said = REFUSED[due].format(name=user.name, version=self.terms.version)
            raise SpawnException(said, reason=due.value, status_code=403)

    def delete_user(self, user: Any) -> None:
        """What was recorded goes with the account."""
        self.records.forget(user.name)
        super().delete_user(user)

    def end_tokens_with_session(self, app: Any) -> None:
        """Tokens that JupyterLab and services get end with the session that they came from."""
        app.oauth_provider.default_token_type.expires_in = self.sessions.token_seconds


def records_url(settings: Settings) -> str:
    """Where the records are kept."""
    return settings.database_url("login")
