"""What a real Chromium asks for from the login page to a usable JupyterLab, and from whom."""

import re
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from bench.slow_browser import USABLE, Request, Traffic
from hub.lab_files.page import ASKED
from hub.lab_files.store import LabFiles, store
from hub.login.first_admin import ensure_admin
from hub.settings import Settings
from tests.hubs import RunningHub, start_hub, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # pytest-base-url, which pytest-playwright brings
    pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods"),
]
PASSWORD = "a password for the test"
LIMIT = 60_000  # ms until JupyterLab must be usable


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with an administrator who has accepted the terms; their server runs only after the first test."""
    data = tmp_path_factory.mktemp("slow") / "data"
    data.mkdir()
    ensure_admin(Settings.load({"POLARHUB_DATA": str(data), "POLARHUB_ADMIN_PASSWORD": PASSWORD}))
    with start_hub(data) as hub:
        hub.add_user("admin", admin=True)
        yield hub


@pytest.fixture(scope="module")
def lab(hub: RunningHub) -> LabFiles:
    """The files that the hub serves."""
    found = re.search(r"/services/api/lab/([0-9a-f]{16})", hub.client.get("/hub/login").text)
    assert found
    return LabFiles(store(hub.data) / found[1], found[0])


def listen(page: Page) -> Traffic:
    """All that a page asks for from now on."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    return Traffic(devtools)


def sign_in(page: Page, hub: RunningHub, then: str) -> None:
    """Through the login form, which stays open until all that it fetches ahead is there."""
    page.goto(f"{hub.url}/hub/login?next={then}", wait_until="networkidle")
    page.fill("#username_input", "admin")
    page.fill("#password_input", PASSWORD)
    page.click("#login_submit")


def wait_until_usable(page: Page) -> None:
    page.wait_for_function(USABLE, timeout=LIMIT)


def running(hub: RunningHub) -> None:
    """See to it that the server runs."""
    if hub.server("admin") is None:
        hub.spawn("admin", {"profile": "small"})


def shared(requests: list[Request], lab: LabFiles) -> list[Request]:
    return [r for r in requests if lab.address in r.url]


def test_no_page_from_login_to_jupyterlab_asks_another_host(hub: RunningHub, context: BrowserContext) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    sign_in(page, hub, "/hub/spawn")
    page.wait_for_selector("#spawn_form", timeout=LIMIT)
    page.click("#spawn_form [type=submit]")
    wait_until_usable(page)
    page.wait_for_timeout(2000)
    hosts = {urlsplit(url).netloc for url in asked if url.startswith(("http", "ws"))}
    assert hosts == {urlsplit(hub.url).netloc}
    assert len(asked) > 100


def test_jupyterlab_takes_what_the_login_page_fetched_from_the_cache(
    hub: RunningHub, context: BrowserContext, lab: LabFiles
) -> None:
    running(hub)
    page = context.new_page()
    traffic = listen(page)
    sign_in(page, hub, "/hub/home")
    page.wait_for_url(f"{hub.url}/hub/home")
    fetched = {r.url for r in shared(traffic.since(0), lab) if r.status == 200}
    began = time.time()
    page.goto(f"{hub.url}/user/admin/lab")
    wait_until_usable(page)
    used = shared(traffic.since(began), lab)
    assert {r.url for r in used if not r.cached} == set(), "add them to hub/lab_files/needed.txt"
    unused = fetched - {r.url for r in used}
    assert {url for url in unused if not url.endswith("prefetch.js")} == set(), "take them out of needed.txt"
    assert len(used) > 50


def test_nothing_is_loaded_that_only_an_open_panel_needs(hub: RunningHub, lab: LabFiles, page: Page) -> None:
    running(hub)
    traffic = listen(page)
    sign_in(page, hub, "/user/admin/lab")
    wait_until_usable(page)
    panel = {
        name
        for r in shared(traffic.since(0), lab)
        if "labextensions/polarhub-lab/" in (name := urlsplit(r.url).path.removeprefix(f"{lab.address}/"))
    }
    assert panel
    assert (
        sum((lab.files / name).stat().st_size for name in panel) < 150_000
    )  # the map library alone is twice that


def test_what_was_asked_ahead_is_not_asked_again(
    hub: RunningHub, context: BrowserContext, page: Page
) -> None:
    running(hub)
    sign_in(page, hub, "/user/admin/lab")
    wait_until_usable(page)
    page.close()
    page = context.new_page()
    traffic = listen(page)
    began = time.time()
    page.goto(f"{hub.url}/user/admin/lab")
    wait_until_usable(page)
    over_link = [r for r in traffic.since(began) if not r.cached]
    base = f"{hub.url}/user/admin/"
    for path in ASKED:
        assert [r.plain_url for r in over_link if r.method == "GET"].count(base + path) == 1, path
    assert len(over_link) < len(ASKED) + 15


def test_answers_kept_from_the_start_do_not_hide_a_change(hub: RunningHub, page: Page) -> None:
    running(hub)
    sign_in(page, hub, "/user/admin/lab")
    wait_until_usable(page)
    listing = page.evaluate(
        """async () => {
          const config = JSON.parse(document.getElementById('jupyter-config-data').textContent);
          const xsrf = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)[1];
          const ask = (path, init) => fetch(new Request(config.baseUrl + path, {
            ...init, cache: 'no-store', headers: {Authorization: `token ${config.token}`, 'X-XSRFToken': xsrf}
          })).then(answer => answer.json());
          const path = 'api/contents?content=1&hash=0';
          const before = await ask(path, {});
          const made = await ask('api/contents', {method: 'POST', body: JSON.stringify({type: 'file'})});
          const after = await ask(path, {});
          if (!made.name) throw new Error(JSON.stringify(made));
          return [before, after].map(l => l.content.map(entry => entry.name).includes(made.name));
        }"""
    )
    assert listing == [False, True]


def test_who_wants_to_save_data_gets_nothing_ahead(hub: RunningHub, page: Page, lab: LabFiles) -> None:
    page.add_init_script("Object.defineProperty(navigator.connection, 'saveData', {value: true})")
    traffic = listen(page)
    page.goto(f"{hub.url}/hub/login", wait_until="networkidle")
    assert [r.url for r in shared(traffic.since(0), lab)] == [f"{hub.url}{lab.prefetch}"]


def test_data_is_compressed_and_pages_are_not(hub: RunningHub, lab: LabFiles) -> None:
    running(hub)
    main = next((lab.files / "static").glob("main.*.js")).relative_to(lab.files)
    compressed = {
        "/hub/static/css/style.min.css": "gzip",
        "/hub/static/favicon.ico": "gzip",
        "/hub/api/users/admin": None,  # short
        "/hub/login": None,
        "/hub/home": None,
        "/user/admin/lab": None,
        "/user/admin/lab/api/settings": "gzip",
        "/services/api/openapi.json": "br",
        f"{lab.address}/{main}": "br",
    }
    with httpx.Client(base_url=hub.url, trust_env=False, headers=dict(hub.client.headers)) as client:
        found = {
            path: client.get(path, headers={"Accept-Encoding": "gzip, br"}, follow_redirects=True)
            for path in compressed
        }
    assert {path: answer.status_code for path, answer in found.items()} == dict.fromkeys(compressed, 200)
    assert {path: a.headers.get("content-encoding") for path, a in found.items()} == compressed


def test_outputs_of_cells_are_compressed_too(hub: RunningHub) -> None:
    running(hub)
    kernel = hub.user_post("admin", "api/kernels", json={"name": "python3"}).json()["id"]
    ask = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",  # as browsers do
        "Authorization": f"token {hub.token}",
    }
    link = HTTPConnection("127.0.0.1", hub.port, timeout=20)
    try:
        link.request("GET", f"/user/admin/api/kernels/{kernel}/channels?session_id=t", headers=ask)
        answer = link.getresponse()
        assert answer.status == 101
        assert "permessage-deflate" in (answer.getheader("Sec-WebSocket-Extensions") or "")
    finally:
        link.close()


def test_a_hub_without_the_files_still_has_pages(tmp_path: Path) -> None:
    with start_hub(tmp_path / "data", extra_config="c.JupyterHub.template_vars.pop('lab_prefetch')") as hub:
        page = wait_for(lambda: hub.client.get("/hub/login", follow_redirects=True))
        assert page.status_code == 200
        assert "prefetch.js" not in page.text
