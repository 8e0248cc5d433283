"""Signing in to a real hub with a name and a password of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.login.local import WRONG
from tests.hubs import RunningHub, start_hub
from tests.login.visitors import PASSWORD, Visitor, first_password


@dataclass
class House:
    """A hub whose administrator has moved in."""

    hub: RunningHub
    admin: Visitor
    one_time: str

    def visitor(self, **headers: str) -> Visitor:
        """Somebody new at the door."""
        return Visitor(self.hub.url, **headers)

    def add(self, name: str) -> str:
        """Make an account on the accounts page; its one-time password."""
        self.admin.open("/hub/accounts").send(name=name)
        found = re.search(r'class="ph-secret">([^<]+)', self.admin.page.text)
        assert found, self.admin.said
        return found[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One hub for the tests of this file; each test has people of its own."""
    data = tmp_path_factory.mktemp("login") / "data"
    one_time = first_password(data)
    with start_hub(data) as hub, Visitor(hub.url) as admin:
        admin.settle("admin", one_time)
        assert admin.path == "/hub/home"
        yield House(hub, admin, one_time)


def test_a_one_time_password_opens_only_the_page_that_changes_it(house: House) -> None:
    with house.visitor() as ada:
        one_time = house.add("ada")
        ada.sign_in("ada", one_time)
        assert ada.heading == "Choose a password"
        for page in ("home", "token", "spawn", "accounts"):
            assert ada.open(f"/hub/{page}").path == "/hub/change-password"
        assert ada.client.get("/hub/api/user").status_code == 403
        ada.send(new_password=one_time, new_password_again=one_time)
        assert "the password that you have now" in ada.said
        ada.send(new_password="short", new_password_again="short")
        assert "too short" in ada.said
        ada.send(new_password=PASSWORD, new_password_again=PASSWORD + "x")
        assert "differ" in ada.said
        ada.send(new_password=PASSWORD, new_password_again=PASSWORD)
        assert ada.heading == "Terms of use"
        for page in ("home", "token", "spawn", "change-password"):
            assert ada.open(f"/hub/{page}").path in ("/hub/terms", "/hub/login")
        ada.open("/hub/terms?next=/hub/token").send()
        assert ada.path == "/hub/token"
    with house.visitor() as ada:
        assert not ada.sign_in("ada", one_time).signed_in
        assert ada.sign_in("ada", PASSWORD).path == "/hub/home"


def test_wrong_name_and_wrong_password_are_told_alike(house: House) -> None:
    house.add("bob")
    with house.visitor() as stranger:
        stranger.sign_in("bob", "not his password")
        assert (stranger.page.status_code, stranger.said) == (403, WRONG)
        stranger.sign_in("nobody-of-that-name", "not his password")
        assert (stranger.page.status_code, stranger.said) == (403, WRONG)
        stranger.sign_in("bob", "x" * 5000)
        assert (stranger.page.status_code, stranger.said) == (403, WRONG)
        stranger.sign_in("bob", "nul\0byte")
        assert (stranger.page.status_code, stranger.said) == (403, WRONG)


@pytest.mark.parametrize("name", ["carl", "nobody-else"])
def test_after_five_wrong_passwords_one_waits_whatever_address_one_claims(house: House, name: str) -> None:
    right = house.add("carl") if name == "carl" else "any"
    with house.visitor() as guesser:
        for i in range(5):
            guesser.client.headers.update(
                {"X-Forwarded-For": f"198.51.100.{i}", "X-Real-Ip": f"198.51.100.{i}"}
            )
            assert guesser.sign_in(name, f"guess number {i}").said == WRONG
        assert re.search(r"Wait (5\d|60) seconds", guesser.sign_in(name, right).said)


def test_cookies_cannot_be_read_by_scripts_nor_sent_along_from_elsewhere(house: House) -> None:
    with house.visitor() as dora:
        dora.settle("dora", house.add("dora"))
        dora.client.cookies.clear()
        dora.open("/hub/login")
        dora.client.follow_redirects = False
        dora.send(username="dora", password=PASSWORD)
        cookies = dora.page.headers.get_list("set-cookie")
        login = next(c for c in cookies if c.startswith("jupyterhub-hub-login="))
        session = next(c for c in cookies if c.startswith("jupyterhub-session-id="))
        assert all("HttpOnly" in c and "SameSite=Lax" in c for c in (login, session))
        assert not any("Secure" in c for c in cookies)


def test_over_https_cookies_stay_on_https(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one_time = first_password(data)
    with (
        start_hub(data, {"POLARHUB_PUBLIC_URL": "https://hub.example.org"}) as hub,
        Visitor(hub.url) as admin,
    ):
        admin.open("/hub/login").client.follow_redirects = False
        cookies = admin.send(username="admin", password=one_time).page.headers.get_list("set-cookie")
        door = next(c for c in cookies if c.startswith("polarhub-door="))
        assert "Secure" in door and "HttpOnly" in door and "SameSite=Lax" in door


def test_forms_of_other_sites_are_refused(house: House) -> None:
    for path in ("login", "terms", "change-password", "accounts"):
        answer = house.admin.client.post(f"/hub/{path}", data={"name": "mallory", "action": "add"})
        assert answer.status_code == 403, path
    assert "mallory" not in house.admin.open("/hub/accounts").page.text


def test_no_page_can_be_framed_or_load_from_elsewhere(house: House) -> None:
    for path in ("/hub/login", "/hub/home", "/hub/terms", "/hub/no-such-page"):
        policy = house.admin.open(path).page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'self'" in policy


def test_nobody_is_sent_to_another_site_after_signing_in(house: House) -> None:
    with house.visitor() as fred:
        fred.settle("fred", house.add("fred"))
        for address in ("https://evil.example/", "//evil.example/", "/\\evil.example/"):
            fred.client.cookies.clear()
            fred.open("/hub/login").client.follow_redirects = False
            page = fred.client.get("/hub/login", params={"next": address})
            fred.page = page
            fred.send(username="fred", password=PASSWORD)
            assert fred.page.status_code == 302
            assert not re.match(r"(https?:)?[/\\]{2}(?!127\.0\.0\.1)", fred.page.headers["location"])
            fred.client.follow_redirects = True


def test_only_administrators_look_after_accounts(house: House) -> None:
    with house.visitor() as gina:
        gina.settle("gina", house.add("gina"))
        assert gina.open("/hub/accounts").page.status_code == 403
        assert "Accounts" not in gina.open("/hub/home").page.text


def test_a_new_one_time_password_ends_every_session(house: House) -> None:
    with house.visitor() as hanna:
        hanna.settle("hanna", house.add("hanna"))
        assert hanna.signed_in
        house.admin.open("/hub/accounts")
        house.admin.send(action="one-time", name="hanna")
        found = re.search(r'class="ph-secret">([^<]+)', house.admin.page.text)
        assert found
        assert not hanna.signed_in
        assert hanna.sign_in("hanna", PASSWORD).said == WRONG
        assert hanna.sign_in("hanna", found[1]).heading == "Choose a password"


def test_a_new_password_signs_out_everywhere_else(house: House) -> None:
    with house.visitor() as here, house.visitor() as there:
        here.settle("ines", house.add("ines"))
        there.sign_in("ines", PASSWORD)
        assert there.signed_in
        new = "seven quiet glaciers"
        here.open("/hub/change-password").send(old_password="wrong", new_password=new, new_password_again=new)
        assert "current password is wrong" in here.said
        here.send(old_password=PASSWORD, new_password=new, new_password_again=new)
        assert "changed" in here.page.text
        assert here.signed_in
        assert not there.signed_in


def test_names_that_are_no_names(house: House) -> None:
    for name in ("../etc", "Ada Lovelace", "-x", "x" * 33, "ada/lab", "1st", "ådne", ""):
        house.admin.open("/hub/accounts").send(name=name)
        assert "cannot be a name" in house.admin.said, name


def test_strangers_cannot_sign_up(house: House) -> None:
    with house.visitor() as stranger:
        assert stranger.open("/hub/signup").page.status_code == 404
        assert "Administrators make the accounts" in stranger.page.text
        assert "signup" not in stranger.open("/hub/login").page.text


def test_an_account_that_is_removed_takes_its_password_and_its_acceptance_along(house: House) -> None:
    with house.visitor() as jon:
        jon.settle("jon", house.add("jon"))
        assert house.hub.api("DELETE", "users/jon").status_code == 204
        assert not jon.signed_in
        assert jon.sign_in("jon", PASSWORD).said == WRONG
        assert jon.sign_in("jon", house.add("jon")).heading == "Choose a password"


def test_the_logs_hold_no_secret(house: House) -> None:
    with house.visitor() as kim:
        one_time = house.add("kim")
        kim.settle("kim", one_time)
        cookies = [value.strip('"') for value in kim.client.cookies.values()]
        assert len(cookies) >= 3
        kim.client.cookies.clear()
        kim.sign_in("kim-and-the-secret-typed-as-name", "x")
        token = house.hub.token_of("kim")
        kim.client.get("/hub/api/user", headers={"Authorization": f"token {token}"})
        kim.client.get(f"/hub/api/user?token={token}")
        logs = [house.hub.log, *(p.read_text() for p in (house.hub.data / "logs").rglob("*") if p.is_file())]
        for secret in (one_time, house.one_time, PASSWORD, token, house.hub.token, "typed-as-name", *cookies):
            assert not any(secret in log for log in logs), secret


def test_no_page_breaks_because_of_what_is_sent(house: House) -> None:
    with house.visitor() as odd:
        assert odd.client.post("/hub/login", data={"_xsrf": "x"}).status_code == 403
        assert odd.client.get("/hub/session-end").status_code == 403
        assert (
            odd.client.get("/hub/session-end", headers={"Authorization": "token made-up"}).status_code == 403
        )
        odd.client.cookies.set("polarhub-door", "2|1:0|made up")
        assert odd.client.get("/hub/login").status_code == 200
    house.admin.open("/hub/accounts").send(action="explode", name="x")
    assert house.admin.page.status_code == 400


def test_the_first_password_is_made_anew_until_somebody_has_their_own(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = first_password(data)
    second = first_password(data)
    assert first != second
    assert (data / "hub.sqlite").stat().st_mode & 0o077 == 0
    with start_hub(data) as hub, Visitor(hub.url) as admin:
        assert admin.sign_in("admin", first).said == WRONG
        admin.settle("admin", second)
        assert admin.signed_in
        assert "Accounts" in admin.page.text
    for path in data.rglob("*"):
        if path.is_file():
            assert second.encode() not in path.read_bytes()
    with pytest.raises(AssertionError):
        first_password(data)


def test_a_password_from_the_settings_is_used_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with pytest.raises(AssertionError):  # no one-time password
        first_password(data, POLARHUB_ADMIN="frida", POLARHUB_ADMIN_PASSWORD=PASSWORD)
    with start_hub(data, {"POLARHUB_ADMIN": "frida"}) as hub, Visitor(hub.url) as frida:
        assert frida.sign_in("frida", PASSWORD).heading == "Terms of use"


def test_sign_up_with_approval(tmp_path: Path) -> None:
    data = tmp_path / "data"
    one_time = first_password(data)
    with (
        start_hub(data, {"POLARHUB_SIGNUP": "approval"}) as hub,
        Visitor(hub.url) as admin,
        Visitor(hub.url) as lea,
    ):
        admin.settle("admin", one_time)
        lea.open("/hub/signup").send(username="admin", password=PASSWORD, password_again=PASSWORD)
        assert "taken" in lea.said
        lea.send(username="lea", password="password12345", password_again="password12345")
        assert "guessed" in lea.said
        lea.send(username="lea", password=PASSWORD, password_again=PASSWORD)
        assert "with the administrators" in lea.page.text
        assert "has not let this account in yet" in lea.sign_in("lea", PASSWORD).said
        assert lea.sign_in("lea", "not her password").said == WRONG
        admin.open("/hub/accounts")
        assert "asks to be let in" in admin.page.text
        admin.send(action="let-in", name="lea")
        assert lea.sign_in("lea", PASSWORD).heading == "Terms of use"
