"""hub/login/sessions.py: tokens end when their session does."""

import time
from types import SimpleNamespace

from tornado.web import create_signed_value

from hub.login.sessions import Sessions


def test_the_end_is_counted_from_the_moment_of_signing_in() -> None:
    cookie = create_signed_value("secret", "jupyterhub-hub-login", "id", clock=lambda: 1_800_000_000)
    assert Sessions(3600).end_of_cookie(cookie.decode()) == 1_800_003_600


def test_a_token_lives_as_long_as_its_session() -> None:
    sessions = Sessions(3600)
    sessions.remember("browser", time.time() + 100)
    assert 98 <= sessions.token_seconds(SimpleNamespace(session_id="browser")) <= 100


def test_a_token_of_an_unknown_session_ends_at_once() -> None:
    assert Sessions(3600).token_seconds(SimpleNamespace(session_id="never seen")) == 1
