"""Processes and runs as a person sees them, in a real Chromium on a real hub."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

from tests.browser.test_login import ARGS, axe
from tests.hubs import RunningHub, start_hub
from tests.login.visitors import PASSWORD, Visitor, first_password
from tests.pictures import take

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OGC = "/services/api/ogc"


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's own."""
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with an administrator who has moved in."""
    data = tmp_path_factory.mktemp("pages") / "data"
    one_time = first_password(data)
    with start_hub(data, {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as running:
        with Visitor(running.url) as admin:
            admin.settle("admin", one_time)
        yield running


def signed_in(
    chromium: Browser, hub: RunningHub, path: str, scheme: str = "light", width: int = 1280
) -> Page:
    """Somebody who came to a page of the api without a session, signed in, and stands there now."""
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(hub.url + path)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: path in address and "/hub/" not in address)
    return page


def is_ours(said: ConsoleMessage) -> bool:
    """An error of the page; axe itself tries inline styles, and style sheets where there are none."""
    axes = ("inline style" in said.text, "/components/@fortawesome/" in said.location["url"])
    return said.type == "error" and not any(axes)


def run_echo(page: Page, hub: RunningHub, message: str) -> str:
    """Fill the form in and run it; the address of the run."""
    page.goto(f"{hub.url}{OGC}/processes/echo")
    page.get_by_label("Message").fill(message)
    page.get_by_label("Whole numbers").fill("3\n1, 4")
    page.get_by_label("West").fill("170")
    page.get_by_label("South").fill("65")
    page.get_by_label("East").fill("-170")
    page.get_by_label("North").fill("72")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url(re.compile(r"/jobs/[0-9a-f-]{36}"))
    return page.url.partition("?")[0]


@pytest.fixture(scope="module")
def done(chromium: Browser, hub: RunningHub) -> str:
    """The address of a run that has ended well, followed on its page as it went."""
    page = signed_in(chromium, hub, f"{OGC}/processes")
    where = run_echo(page, hub, "<b>sea ice</b>")
    expect(page.get_by_role("link", name="Results", exact=True)).to_be_visible(timeout=90_000)
    page.context.close()
    return where


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_every_page_can_be_read_by_everybody(
    chromium: Browser, hub: RunningHub, done: str, shots: Path, scheme: str, width: int
) -> None:
    page = signed_in(chromium, hub, f"{OGC}/processes", scheme, width)
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(f"{said.text} {said.location}") if is_ours(said) else None)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    job = done.rpartition("/")[2]
    for name, path in {
        "processes": "processes",
        "form": "processes/echo",
        "jobs": "jobs",
        "none": "jobs?status=failed",
        "job": f"jobs/{job}",
        "results": f"jobs/{job}/results",
        "files": f"jobs/{job}/files",
        "about": "",
        "conformance": "conformance",
        "api": "api",
    }.items():
        page.goto(f"{hub.url}{OGC}/{path}")
        page.wait_for_load_state("networkidle")
        take(page, shots / f"{name}-{scheme}-{width}.png", full_page=True)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert errors == [] and hosts == {hub.url.removeprefix("http://")}
    page.context.close()


def test_what_a_form_gets_wrong_is_said_beside_the_field_and_nothing_is_lost(
    chromium: Browser, hub: RunningHub, shots: Path
) -> None:
    page = signed_in(chromium, hub, f"{OGC}/processes/echo")
    page.get_by_label("Message").fill("kept")
    page.get_by_label("Whole numbers").fill("3\nfour")
    page.get_by_label("West").fill("170")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was started")
    expect(page.get_by_label("Message")).to_have_value("kept")
    expect(page.get_by_label("Whole numbers")).to_have_value("3\nfour")
    expect(page.get_by_label("West")).to_have_value("170")
    expect(page.get_by_text("Write a whole number, not 'four'.")).to_be_visible()
    expect(page.get_by_label("Whole numbers")).to_have_attribute("aria-invalid", "true")
    take(page, shots / "wrong.png", full_page=True)
    assert axe(page) == []
    page.context.close()


def test_a_run_is_followed_without_scripts_too(chromium: Browser, hub: RunningHub, done: str) -> None:
    page = signed_in(chromium, hub, f"{OGC}/processes")
    state = page.context.storage_state()
    page.context.close()
    context = chromium.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    run_echo(page, hub, "plain")
    expect(page.get_by_role("link", name="Results", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Run again with other inputs").click()
    expect(page.get_by_label("Message")).to_have_value("plain")
    expect(page.get_by_label("Whole numbers")).to_have_value("3\n1\n4")
    context.close()


def test_a_run_can_be_dismissed(chromium: Browser, hub: RunningHub, shots: Path) -> None:
    page = signed_in(chromium, hub, f"{OGC}/processes/echo")
    page.get_by_label("Message").fill("slow")
    page.get_by_label("Pause").fill("120")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#state")).to_have_text("running", timeout=60_000)
    take(page, shots / "running.png", full_page=True)
    assert axe(page) == []
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("dismissed", exact=True)).to_be_visible(timeout=10_000)
    page.context.close()


def test_the_notebook_runs_nothing_and_is_nobodys_page(chromium: Browser, hub: RunningHub, done: str) -> None:
    page = signed_in(chromium, hub, f"{OGC}/processes")
    page.goto(done)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("<b>sea ice</b>").first).to_be_visible()
    inner = page.frames[1]
    assert inner.evaluate("window.origin") == "null"
    page.goto(f"{done}/notebook")
    assert page.evaluate("window.origin") == "null", "alone in its window too"
    page.context.close()


def test_a_cookie_alone_changes_nothing(chromium: Browser, hub: RunningHub) -> None:
    page = signed_in(chromium, hub, f"{OGC}/processes")
    cookies = {c["name"]: c["value"] for c in page.context.cookies() if "polarhub-api" in c["name"]}  # type: ignore[typeddict-item]
    assert list(cookies) == ["polarhub-api-session"]
    [cookie] = [c for c in page.context.cookies() if c["name"] == "polarhub-api-session"]  # type: ignore[typeddict-item]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/services/api/"  # type: ignore[typeddict-item]
    with httpx.Client(base_url=hub.url, cookies=cookies, trust_env=False) as forger:
        assert forger.post(f"{OGC}/processes/echo/execution", json={}).status_code == 403
        assert forger.post(f"{OGC}/processes/echo/execution", data={"inputs.message": "x"}).status_code == 403
        scripted = forger.get(f"{OGC}/jobs", headers={"Sec-Fetch-Mode": "cors"})
        assert scripted.status_code == 403, "a script of a user's page, which has the same origin"
    # the same from a page of the hub's origin, in the browser itself
    page.goto(f"{hub.url}/hub/home")
    status = page.evaluate(f"fetch('{OGC}/jobs', {{credentials: 'include'}}).then((answer) => answer.status)")
    assert status == 403
    page.context.close()


def test_signing_out_ends_the_session(chromium: Browser, hub: RunningHub) -> None:
    page = signed_in(chromium, hub, f"{OGC}/jobs")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/hub/"))
    page.goto(f"{hub.url}{OGC}/jobs")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    page.context.close()
