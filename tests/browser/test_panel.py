"""The panel "Polar catalogs" in a real Chromium, on a real hub with the real catalog behind it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from hub.catalog.embedded import build
from hub.login.first_admin import ensure_admin
from hub.settings import Settings
from tests.hubs import RunningHub, start_hub
from tests.pictures import take

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    # pytest-base-url, which pytest-playwright brings
    pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods"),
]
PASSWORD = "a password for the test"
LIMIT = 60_000  # ms that anything may take on a busy machine
expect.set_options(timeout=LIMIT)
TAB = 'li.lm-TabBar-tab[title="Polar catalogs"]'


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with the embedded data, and an administrator whose server runs."""
    data = tmp_path_factory.mktemp("panel") / "data"
    data.mkdir()
    ensure_admin(Settings.load({"POLARHUB_DATA": str(data), "POLARHUB_ADMIN_PASSWORD": PASSWORD}))
    build(Settings.load({"POLARHUB_DATA": str(data)}))
    with start_hub(data) as hub:
        hub.add_user("admin", admin=True)
        hub.spawn("admin", {"profile": "small"})
        yield hub


@pytest.fixture(scope="module")
def context(hub: RunningHub, browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which the administrator is signed in."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000}, permissions=["clipboard-read"], reduced_motion="reduce"
    )
    context.set_default_timeout(LIMIT)
    page = context.new_page()
    page.goto(f"{hub.url}/hub/login?next=/hub/home")
    page.fill("#username_input", "admin")
    page.fill("#password_input", PASSWORD)
    page.click("#login_submit")
    page.wait_for_url("**/hub/home")
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(hub: RunningHub, context: BrowserContext) -> Iterator[Page]:
    """JupyterLab as it is at first, with nothing open."""
    page = context.new_page()
    page.goto(f"{hub.url}/user/admin/lab?reset")
    page.locator(".jp-Launcher").first.wait_for()
    yield page
    page.close()


@pytest.fixture
def panel(page: Page) -> Locator:
    """The panel in the left side bar, with its map."""
    page.click(TAB)
    found = page.locator("#polarhub-catalogs")
    expect(found.locator(".ph-Map-scale")).to_have_text(re.compile(r"\d+ km at \d+° N"))
    return found


def draw_box_over_the_pole(page: Page, panel: Locator) -> None:
    """From above and left of the pole to the other side of it."""
    panel.get_by_role("button", name="Box").click()
    place = panel.locator(".ph-Map-canvas").bounding_box()
    assert place
    x, y, reach = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2, place["width"] / 6
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.move(x + reach, y + reach, steps=4)
    page.mouse.up()


def search(panel: Locator) -> Locator:
    """Search, wait until all catalogs have answered or not, and give the rows."""
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.locator(".ph-Results[aria-busy=false]")).to_be_visible()
    return panel.get_by_role("list", name="Items found").locator(".ph-Row-head")


def choose(panel: Locator, collection: str) -> None:
    """Take one collection, by a word of its title."""
    panel.locator("summary", has_text="What").click()
    panel.get_by_label("Find a collection").fill(collection)
    panel.locator(".ph-Collection").first.get_by_role("checkbox").check()


def clipboard(page: Page) -> str:
    said: str = page.evaluate("navigator.clipboard.readText()")
    return said


def test_catalogs_that_are_away_cost_a_sentence_each_and_never_the_results(
    page: Page, panel: Locator
) -> None:
    draw_box_over_the_pole(page, panel)
    expect(panel.get_by_text(re.compile(r"^Box over the pole, [\d.]+ million km²"))).to_be_visible()
    rows = search(panel)
    expect(rows.first).to_be_visible()
    panel.get_by_text(re.compile("did not answer rightly$")).click()
    troubled = panel.locator(".ph-Sources .ph-mod-trouble")
    assert troubled.count() >= 3  # no catalog can be reached from where tests run
    for sentence in troubled.all_inner_texts():
        assert re.fullmatch(r"!\s+[A-Z][^:]+ [a-z][^:]+\.", sentence.strip()), sentence
    panel.get_by_text("1 catalog answered").click()
    expect(panel.get_by_text(re.compile(r"This polarhub: \d+( of [\d,]+)? shown"))).to_be_visible()


def test_list_and_map_answer_each_other(page: Page, panel: Locator) -> None:
    choose(panel, "Sea-ice concentration")
    rows = search(panel)
    expect(rows).to_have_count(1)
    row = panel.locator(".ph-Row")
    place = panel.locator(".ph-Map-canvas").bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] / 2 + 10, place["y"] + place["height"] / 2 + 10)
    expect(row).to_have_class(re.compile("ph-mod-pointed"))
    before = panel.locator(".ph-Map-canvas").screenshot()
    page.mouse.move(place["x"] + place["width"] + 200, place["y"])
    expect(row).not_to_have_class(re.compile("ph-mod-pointed"))
    rows.first.hover()
    expect(row).to_have_class(re.compile("ph-mod-pointed"))
    quiet = panel.locator(".ph-Map-canvas").screenshot()
    assert before  # the footprint is drawn filled in both pictures
    page.mouse.move(place["x"] + place["width"] + 200, place["y"])
    expect(row).not_to_have_class(re.compile("ph-mod-pointed"))
    assert panel.locator(".ph-Map-canvas").screenshot() != quiet
    page.mouse.click(place["x"] + place["width"] / 2 + 10, place["y"] + place["height"] / 2 + 10)
    expect(panel.get_by_role("button", name="Insert into notebook")).to_be_visible()


def test_without_a_mouse_from_coordinates_to_a_cell(page: Page, panel: Locator) -> None:
    panel.locator("summary", has_text="Coordinates").press("Enter")
    for side, degrees in {"West": "170", "South": "66", "East": "-170", "North": "72"}.items():
        panel.get_by_label(side).fill(degrees)
    panel.get_by_role("button", name="Use").press("Enter")
    expect(panel.get_by_text("over 180°").first).to_be_visible()
    choose(panel, "ArcticDEM 32 m 4.1")
    panel.get_by_role("button", name="Search", exact=True).press("Enter")
    rows = panel.locator(".ph-Row-head")
    expect(rows.nth(2)).to_be_visible()
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.nth(2)).to_have_attribute("aria-expanded", "true")
    panel.get_by_label("Open with").select_option("odc-stac")
    panel.get_by_role("button", name="Insert into notebook").press("Enter")
    cell = page.locator(".jp-Notebook .jp-CodeCell")  # none was open: one is made
    expect(cell).to_have_count(1)
    expect(cell).to_contain_text("odc.stac.load(")
    expect(cell).to_contain_text("EPSG:3413")
    panel.get_by_role("button", name="Insert into notebook").press("Enter")
    expect(cell).to_have_count(2)


SLOW_KERNELS = """
const quick = window.fetch;
window.fetch = async (asked, init) => {
  const { method, url } = asked instanceof Request ? asked : new Request(asked, init);
  if (method === 'POST' && /\\/api\\/(sessions|kernels)/.test(url)) {
    await new Promise(resolve => setTimeout(resolve, 5000));
  }
  return quick(asked, init);
};
"""


@pytest.fixture
def slow_kernels(page: Page) -> None:
    """JupyterLab as it is at first, but each kernel takes five seconds more to start."""
    page.add_init_script(SLOW_KERNELS)
    page.reload()
    page.locator(".jp-Launcher").first.wait_for()


@pytest.mark.usefixtures("slow_kernels")
def test_what_is_inserted_into_a_new_notebook_can_be_run_at_once(page: Page, panel: Locator) -> None:
    choose(panel, "Sea-ice concentration")
    search(panel).first.click()
    panel.get_by_role("button", name="Insert into notebook").click()
    expect(panel.get_by_role("button", name="A kernel is starting…")).to_be_visible()
    cell = page.locator(".jp-Notebook .jp-CodeCell").filter(has_text="xarray")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-OutputArea-output").first).to_be_visible()


def test_properties_narrow_what_is_found(panel: Locator) -> None:
    choose(panel, "ArcticDEM 32 m 4.1")
    rows = search(panel)
    expect(rows).to_have_count(25)
    panel.locator("summary", has_text="Properties").click()
    field = panel.get_by_role("group", name="num components")
    most = int(field.get_by_label("at most").get_attribute("placeholder") or "")
    field.get_by_label("at least").fill(str(most))
    search(panel)
    expect(rows).not_to_have_count(25)
    rows.first.click()
    expect(panel.locator(".ph-Facts div", has_text="num components").locator("dd")).to_have_text(str(most))


def test_nothing_found_says_the_next_step(panel: Locator) -> None:
    choose(panel, "Sea-ice concentration")
    panel.locator("summary", has_text="When").click()
    panel.get_by_label("From").fill("1999-01-01")
    search(panel)
    panel.get_by_role("button", name="Search any time").click()
    expect(panel.locator(".ph-Row-head")).to_have_count(1)


def test_the_search_as_code_finds_the_same_in_a_kernel(hub: RunningHub, page: Page, panel: Locator) -> None:
    draw_box_over_the_pole(page, panel)
    choose(panel, "Sea-ice concentration")
    search(panel)
    panel.get_by_role("button", name="Copy as pystac-client code").click()
    said = hub.kernel("admin").run(clipboard(page))
    assert said.splitlines()[0] == "1 items", said
    assert "nersc-sea-ice-197811" in said


def test_pages_of_results_follow_one_another(panel: Locator) -> None:
    choose(panel, "REMA 32 m")
    rows = search(panel)
    expect(rows).to_have_count(25)
    panel.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(50)
    titles = panel.locator(".ph-Row-title").all_inner_texts()
    assert len(set(titles)) == 50


def test_the_panel_asks_nobody_but_this_hub(hub: RunningHub, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click(TAB)
    panel = page.locator("#polarhub-catalogs")
    panel.locator(".ph-Map-scale:not(:empty)").wait_for(state="attached")
    for _ in range(3):
        panel.get_by_role("button", name="Zoom in").click()
    search(panel).first.click()
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(hub.url).netloc}


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("where", ["narrow", "wide"])
def test_axe_finds_nothing(hub: RunningHub, page: Page, shots: Path, theme: str, where: str) -> None:
    root = "#polarhub-catalogs"
    themes = "/user/admin/lab/api/settings/@jupyterlab/apputils-extension:themes"
    said = hub.client.put(themes, json={"raw": json.dumps({"theme": theme, "adaptive-theme": False})})
    assert said.status_code == 204, said.text
    page.reload()
    page.locator(f'body[data-jp-theme-name="{theme}"] .jp-Launcher').first.wait_for()
    if not page.locator(root).is_visible():
        page.click(TAB)
    panel = page.locator(root)
    if where == "wide":
        panel.get_by_role("button", name="Open in the main area").click()
        root = "#polarhub-catalogs-wide"
    view = page.locator(root)
    for title in ("Coordinates", "When", "What"):
        view.locator("summary", has_text=title).click()
    view.locator(".ph-Collection").first.get_by_role("checkbox").check()
    view.locator("summary", has_text="Properties").click()
    search(view).first.click()
    page.wait_for_timeout(500)
    take(page, shots / f"panel-{where}-{theme.rsplit(' ', 1)[-1].lower()}.png")
    found = Axe().run(page, context=root)
    assert found.violations_count == 0, found.generate_report()


def test_it_fits_a_window_of_320_pixels(page: Page, panel: Locator, shots: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    search(panel).first.click()
    body = panel.locator(".ph-Catalog-body")
    take(page, shots / "panel-320.png")
    assert body.evaluate("e => e.scrollWidth <= e.clientWidth")
