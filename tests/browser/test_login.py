"""Signing in as a person sees it, in a real Chromium."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.hubs import RunningHub, start_hub
from tests.login.visitors import PASSWORD, Visitor, first_password

pytestmark = pytest.mark.browser
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGS += ["--disable-background-networking", "--disable-component-update"]
SESSION = 100  # seconds of a session in the tests of its end
PAGE_LIMIT = 150_000  # bytes that the login page may cost an empty cache, without what it fetches ahead


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's own."""
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
    yield browser
    browser.close()


@dataclass
class Place:
    """A hub with an administrator."""

    hub: RunningHub
    admin: str = "admin"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hub with an administrator who has moved in, and that takes requests for accounts."""
    data = tmp_path_factory.mktemp("pages") / "data"
    one_time = first_password(data)
    with start_hub(data, {"POLARHUB_SIGNUP": "approval"}) as hub:
        with Visitor(hub.url) as admin:
            admin.settle("admin", one_time)
        yield Place(hub)


def sign_in(page: Page, hub: RunningHub, then: str = "/hub/home") -> None:
    """By keyboard alone."""
    page.goto(f"{hub.url}/hub/login?next={then}")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/hub/login" not in address)


def axe(page: Page) -> list[str]:
    """What axe-core finds."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found]


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 320), ("light", 320), ("dark", 1280)]
)
def test_every_page_can_be_read_by_everybody_and_loads_from_here_only(
    chromium: Browser, place: Place, scheme: str, width: int
) -> None:
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 700})  # type: ignore[arg-type]
    page = context.new_page()
    hosts: set[str] = set()
    errors: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in ("login", "signup", "terms"):
        page.goto(f"{place.hub.url}/hub/{path}")
        page.wait_for_load_state("load")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    sign_in(page, place.hub)
    for path in ("home", "token", "accounts", "change-password", "admin", "no-such-page"):
        page.goto(f"{place.hub.url}/hub/{path}")
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert hosts == {place.hub.url.removeprefix("http://")}
    assert errors == []
    context.close()


def test_at_twice_the_size_nothing_is_cut(chromium: Browser, place: Place) -> None:
    context = chromium.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = context.new_page()
    page.goto(f"{place.hub.url}/hub/login")
    page.add_style_tag(content="html { font-size: 200%; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.close()


def test_the_login_page_is_light_enough_for_a_satellite(chromium: Browser, place: Place) -> None:
    context = chromium.new_context()
    page = context.new_page()
    sizes: dict[str, int] = {}

    page.on(
        "requestfinished",
        lambda r: sizes.update({r.url: r.sizes()["responseBodySize"] + r.sizes()["responseHeadersSize"]}),
    )
    page.goto(f"{place.hub.url}/hub/login")
    page.wait_for_load_state("networkidle")
    own = {url: size for url, size in sizes.items() if "/services/api/lab/" not in url}
    assert sum(own.values()) <= PAGE_LIMIT, own
    context.close()


def test_a_wrong_password_is_said_and_the_name_is_kept(chromium: Browser, place: Place) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place.hub.url}/hub/login")
    page.get_by_label("Name").fill("somebody")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("somebody")
    expect(page.get_by_label("Password")).to_be_focused()
    assert axe(page) == []
    context.close()


def test_an_administrator_makes_an_account_and_its_owner_moves_in(chromium: Browser, place: Place) -> None:
    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, place.hub, "/hub/accounts")
    page.get_by_label("Name of a new account").fill("lise")
    page.get_by_role("button", name="Add account").click()
    secret = page.locator(".ph-secret").inner_text()
    assert axe(page) == []
    context.close()
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{place.hub.url}/hub/login?next=/hub/home")
    page.get_by_label("Name").fill("lise")
    page.get_by_label("Password").fill(secret)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, once more").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Terms of use")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="I accept these terms").click()
    expect(page.get_by_text("Start a server")).to_be_visible()
    context.close()


def answer_of(page: Page) -> int:
    """What the user's server answers to a request of JupyterLab, as the page's own code sends it."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.keyboard.press("Escape")
    with page.expect_response(lambda r: "/api/contents" in r.url and r.request.method == "GET") as answer:
        page.get_by_role("button", name=re.compile("Refresh the file browser")).click()
    return answer.value.status


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_jupyterlab_warns_signs_in_again_and_goes_on_before_and_after_the_end(
    chromium: Browser, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    one_time = first_password(data)
    with start_hub(data, {"POLARHUB_SESSION_HOURS": str(SESSION / 3600)}) as hub:
        with Visitor(hub.url) as admin:
            admin.settle("admin", one_time)
        hub.spawn("admin")
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        sign_in(page, hub, "/user/admin/lab")
        soon = page.get_by_role("alert").filter(has_text="Your session ends in")
        expect(soon).to_be_visible(timeout=SESSION * 1000)
        page.evaluate("window.stillTheSamePage = true")

        with context.expect_page() as opened:
            soon.get_by_role("button", name="Sign in again").click()
        again = opened.value
        expect(again.get_by_role("heading", name="Sign in again")).to_be_visible()
        again.get_by_label("Password").fill(PASSWORD)
        again.keyboard.press("Enter")
        again.wait_for_event("close")
        assert answer_of(page) == 200

        over = page.get_by_role("alert").filter(has_text="Your session has ended")
        expect(over).to_be_visible(timeout=(SESSION + 40) * 1000)
        with context.expect_page() as opened:
            over.get_by_role("button", name="Sign in again").click()
        again = opened.value
        again.get_by_label("Name").fill("admin")
        again.get_by_label("Password").fill(PASSWORD)
        again.keyboard.press("Enter")
        again.wait_for_event("close")
        expect(soon).to_be_visible(timeout=30_000)  # this session is short: it is soon over again
        expect(over).to_be_hidden()
        assert answer_of(page) == 200
        assert page.evaluate("window.stillTheSamePage") is True
        context.close()
