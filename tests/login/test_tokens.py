"""Which tokens open the api, what else they open, and when they end; on a real hub."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from jupyterhub.services.auth import HubAuth
from tornado.httpclient import AsyncHTTPClient

from hub.api.auth import SCOPE, HubTokens, User
from hub.errors import SignInNeeded
from tests.hubs import RunningHub, start_hub, wait_for
from tests.login.visitors import PASSWORD, Visitor, first_password

SECONDS = 15.0  # a short session


def who(hub: RunningHub, token: str) -> User:
    """Whom the api takes the holder of a token for. Raises SignInNeeded."""

    async def ask() -> User:
        auth = HubAuth(api_url=f"{hub.url}/hub/api", api_token="not used", cache_max_age=0)
        try:
            return await HubTokens(auth).user_of(token)
        finally:
            AsyncHTTPClient().close()

    return asyncio.run(ask())


def add(hub: RunningHub, visitor: Visitor, admin: Visitor, name: str) -> Visitor:
    """An account whose owner has moved in."""
    admin.sign_in("admin", PASSWORD).open("/hub/accounts").send(name=name)
    found = re.search(r'class="ph-secret">([^<]+)', admin.page.text)
    assert found
    return visitor.settle(name, found[1])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub whose administrator has moved in."""
    data = tmp_path_factory.mktemp("tokens") / "data"
    one_time = first_password(data)
    with start_hub(data) as hub:
        with Visitor(hub.url) as admin:
            admin.settle("admin", one_time)
        yield hub


@pytest.fixture
def admin(hub: RunningHub) -> Iterator[Visitor]:
    """The administrator's visitor."""
    with Visitor(hub.url) as visitor:
        yield visitor


@pytest.fixture
def visitor(hub: RunningHub) -> Iterator[Visitor]:
    """Somebody's visitor."""
    with Visitor(hub.url) as visitor:
        yield visitor


def test_the_tokens_of_page_and_kernel_open_the_api_and_little_else(
    hub: RunningHub, admin: Visitor, visitor: Visitor
) -> None:
    add(hub, visitor, admin, "ada")
    hub.add_user("bob")
    hub.spawn("ada")
    kernel = hub.kernel("ada")
    server_token = kernel.run("import os; print(os.environ['JUPYTERHUB_API_TOKEN'], end='')")
    kernel.socket.close()
    page_token = visitor.page_token("ada")
    for token in (page_token, server_token):
        assert who(hub, token).name == "ada"
        assert SCOPE in who(hub, token).scopes
        ask = {"Authorization": f"token {token}"}
        for path in ("users", "users/bob", "groups", "proxy", "services", "users/ada/tokens"):
            assert visitor.client.get(f"/hub/api/{path}", headers=ask).status_code in (403, 404), path
        assert visitor.client.post("/hub/api/users/ada/tokens", headers=ask).status_code in (403, 404)
        assert visitor.client.post("/hub/api/users/bob/server", headers=ask).status_code in (403, 404)
        assert visitor.client.get("/user/bob/api/status", headers=ask).status_code in (403, 404, 424)
    hub.stop_server("ada")
    with pytest.raises(SignInNeeded):
        who(hub, server_token)


def test_the_page_token_ends_with_the_session_and_signing_in_again_prolongs_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one_time = first_password(data)
    short = {"POLARHUB_SESSION_HOURS": str(SECONDS / 3600)}
    with start_hub(data, short) as hub, Visitor(hub.url) as visitor:
        visitor.settle("admin", one_time)
        hub.spawn("admin")
        visitor.client.cookies.clear()
        visitor.sign_in("admin", PASSWORD)
        began = visitor.session_end()
        time.sleep(2)  # the token is made later than the session
        token = visitor.page_token("admin")
        ask = {"Authorization": f"token {token}"}

        def end() -> float:
            return _seconds(visitor.client.get("/hub/session-end", headers=ask).json()["ends"])

        first_end = end()
        assert abs(first_end - _seconds(began["ends"])) <= 1.5
        visitor.open("/hub/login?again=1&next=/hub/signed-in-again")
        assert visitor.heading == "Sign in again"
        visitor.send(username="admin", password="wrong")
        assert (visitor.heading, end()) == ("Sign in again", first_end)
        visitor.send(username="admin", password=PASSWORD)
        assert visitor.heading == "You are signed in"
        assert end() >= first_end + 2
        assert _seconds(visitor.session_end()["ends"]) >= first_end + 2
        over = lambda: visitor.client.get("/hub/session-end", headers=ask).status_code == 403  # noqa: E731
        wait_for(over, SECONDS + 10, 0.5)
        with pytest.raises(SignInNeeded):
            who(hub, token)
        assert not visitor.signed_in


def test_a_token_that_a_person_makes_runs_out(hub: RunningHub, visitor: Visitor, admin: Visitor) -> None:
    hub.add_user("dora")
    token = hub.token_of("dora")
    assert who(hub, token).name == "dora"
    made = hub.api("POST", "users/dora/tokens", json={"expires_in": 10**9})
    assert made.status_code == 400 or _seconds(made.json()["expires_at"]) < time.time() + 91 * 86400
    brief = hub.api("POST", "users/dora/tokens", json={"expires_in": 1, "scopes": [SCOPE]}).json()["token"]
    assert who(hub, brief).name == "dora"

    def gone() -> bool:
        try:
            return not who(hub, brief)
        except SignInNeeded:
            return True

    wait_for(gone, 10, 0.2)


def test_a_token_without_the_scope_does_not_open_the_api(hub: RunningHub) -> None:
    hub.add_user("eve")
    token = hub.api("POST", "users/eve/tokens", json={"scopes": ["read:users:name!user"]}).json()["token"]
    with pytest.raises(SignInNeeded):
        who(hub, token)
    with pytest.raises(SignInNeeded):
        who(hub, "made-up")


def test_new_terms_end_sessions_and_refuse_servers_until_they_are_accepted(tmp_path: Path) -> None:
    data, terms = tmp_path / "data", tmp_path / "terms.md"
    terms.write_text("---\nversion: 1\n---\n# Terms one\n")
    one_time = first_password(data)
    with start_hub(data, {"POLARHUB_TERMS": str(terms)}) as hub, Visitor(hub.url) as admin:
        hub.api("POST", "users/fred")
        refused = hub.ask_for_server("fred")
        assert refused.status_code == 403
        assert "accepted the terms of use (1)" in refused.json()["message"]
        admin.sign_in("admin", one_time).send(new_password=PASSWORD, new_password_again=PASSWORD)
        assert admin.heading == "Terms one"
        assert admin.send().signed_in
        hub.spawn("admin")
        hub.stop_server("admin")
        hub.stop()
        terms.write_text("---\nversion: 2\n---\n# Terms two\n")
        hub.start()
        refused = hub.ask_for_server("admin")
        assert refused.status_code == 403
        assert "accepted the terms of use (2)" in refused.json()["message"]
        assert admin.open("/hub/spawn").heading == "Terms two"
        assert admin.path == "/hub/terms"
        assert admin.open("/hub/api/oauth2/authorize?client_id=jupyterhub-user-admin").path == "/hub/terms"
        assert admin.open("/hub/terms?next=/hub/home").send().path == "/hub/home"
        hub.spawn("admin")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
