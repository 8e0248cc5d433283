"""The panel "Runs" in a real Chromium, on a real hub: what it starts is run by the user's own runner."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
TAB = 'li.lm-TabBar-tab[title="Runs"]'


def notebook(parameters: str, *code: str) -> dict[str, Any]:
    """A notebook of a person's, with a cell that says what it can be given."""

    def cell(number: int, source: str, tags: list[str]) -> dict[str, Any]:
        return {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"tags": tags},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }

    cells = [cell(0, parameters, ["parameters"]), *(cell(n, c, []) for n, c in enumerate(code, 1))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


DRIFT = notebook("days: int = 3\nspeed = 0.2", "print('drifted', days * speed * 86.4, 'km')")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with the embedded data, and a person with a notebook whose server runs."""
    data = tmp_path_factory.mktemp("runs") / "data"
    data.mkdir()
    ensure_admin(Settings.load({"POLARHUB_DATA": str(data), "POLARHUB_ADMIN_PASSWORD": PASSWORD}))
    build(Settings.load({"POLARHUB_DATA": str(data)}))
    with start_hub(data) as hub:
        hub.add_user("admin", admin=True)
        hub.spawn("admin", {"profile": "small"})
        model = {"type": "notebook", "format": "json", "content": DRIFT}
        put = hub.client.put("/user/admin/api/contents/drift.ipynb", json=model)
        assert put.status_code == 201, put.text
        yield hub


@pytest.fixture(scope="module")
def context(hub: RunningHub, browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which the person is signed in."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")
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


def lab(hub: RunningHub, context: BrowserContext) -> Page:
    """JupyterLab as it is at first, with nothing open."""
    page = context.new_page()
    page.goto(f"{hub.url}/user/admin/lab?reset")
    page.locator(".jp-Launcher").first.wait_for()
    return page


@pytest.fixture
def page(hub: RunningHub, context: BrowserContext) -> Iterator[Page]:
    page = lab(hub, context)
    yield page
    page.close()


@pytest.fixture
def panel(page: Page) -> Locator:
    """The panel in the left side bar."""
    page.click(TAB)
    found = page.locator("#polarhub-runs")
    expect(found.get_by_text("CPU-hours used in")).to_be_visible()
    return found


def form_of(panel: Locator, title: str) -> None:
    """Open the form of a processor."""
    panel.get_by_role("button", name="Processors", exact=True).click()
    panel.get_by_role("list", name="Processors").get_by_role("button", name=re.compile(title)).click()
    expect(panel.get_by_role("button", name="Run", exact=True)).to_be_visible()


def run(panel: Locator) -> None:
    panel.get_by_role("button", name="Run", exact=True).click()


def status(panel: Locator) -> Locator:
    return panel.locator(".ph-RunView .ph-Badge")


def output(panel: Locator, title: str) -> Locator:
    return panel.locator(".ph-Output").filter(has=panel.page.locator("dt", has_text=title)).locator("dd")


def test_nothing_has_run_yet_says_the_next_step(panel: Locator) -> None:
    panel.get_by_role("button", name="Choose a processor").click()
    expect(panel.get_by_role("list", name="Processors").get_by_role("button")).not_to_have_count(0)
    panel.get_by_role("button", name="Schedules").click()
    expect(panel.get_by_text("Nothing runs by itself yet.")).to_be_visible()


def test_a_form_says_what_is_wrong_beside_the_field_and_loses_nothing(panel: Locator) -> None:
    form_of(panel, "^Echo")
    pause = panel.get_by_label(re.compile("^Pause"))
    pause.fill("601")
    panel.get_by_label(re.compile("^Whole numbers")).fill("1\n2.5")
    run(panel)
    expect(panel.get_by_text("This is needed.")).to_be_visible()
    expect(panel.get_by_text("Write a whole number.")).to_be_visible()
    expect(panel.get_by_text("Write at most 600 s.")).to_be_visible()
    message = panel.get_by_label(re.compile("^Message"))
    expect(message).to_be_focused()
    message.fill("ice")
    expect(panel.get_by_text("This is needed.")).to_have_count(0)
    panel.get_by_role("button", name="Schedules").click()
    form_of(panel, "^Echo")
    expect(pause).to_have_value("601")
    expect(message).to_have_value("ice")


def test_echo_from_the_form_then_again_with_other_inputs(page: Page, panel: Locator) -> None:
    form_of(panel, "^Echo")
    panel.get_by_role("button", name="Defaults").click()
    panel.get_by_label(re.compile("^Message")).fill("drift ice")
    panel.get_by_label(re.compile("^Whole numbers")).fill("3\n1 4")
    panel.get_by_label(re.compile("^Pause")).fill("3")
    run(panel)
    expect(panel.locator(".ph-RunView progress")).to_be_visible()
    expect(status(panel)).to_contain_text("Done")
    expect(output(panel, "Message")).to_have_text("drift ice")
    expect(output(panel, "Whole numbers")).to_have_text("3, 1, 4")
    expect(output(panel, "Pause")).to_have_text("3 s")
    expect(page.locator(".Toastify__toast", has_text="Echo is done.").first).to_be_visible()

    panel.get_by_role("button", name="Run again…").click()
    message = panel.get_by_label(re.compile("^Message"))
    expect(message).to_have_value("drift ice")
    message.fill("fast ice")
    panel.get_by_label(re.compile("^Pause")).fill("0")
    run(panel)
    expect(status(panel)).to_contain_text("Done")
    expect(output(panel, "Message")).to_have_text("fast ice")
    panel.get_by_role("button", name="Runs", exact=True).click()
    expect(panel.get_by_role("list", name="Your runs").get_by_role("button")).to_have_count(2)


def test_a_run_is_dismissed(panel: Locator) -> None:
    form_of(panel, "^Echo")
    panel.get_by_label(re.compile("^Message")).fill("no more")
    panel.get_by_label(re.compile("^Pause")).fill("300")
    run(panel)
    expect(status(panel)).to_contain_text("Running")
    panel.get_by_role("button", name="Dismiss").click()
    expect(status(panel)).to_contain_text("Dismissed")


def test_a_box_drawn_on_the_map_becomes_a_plot(page: Page, panel: Locator, shots: Path) -> None:
    form_of(panel, "^Sea-ice extent")
    panel.get_by_role("button", name="Draw it on the map").click()
    canvas = panel.locator(".ph-Map-canvas")
    expect(panel.locator(".ph-Map-scale")).to_have_text(re.compile(r"\d+ km at \d+° N"))
    canvas.scroll_into_view_if_needed()
    place = canvas.bounding_box()
    assert place
    x, y, reach = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2, place["width"] / 6
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.move(x + reach, y + reach, steps=4)
    page.mouse.up()
    expect(panel.get_by_label("North")).to_have_value("90")
    expect(panel.get_by_label("West")).to_have_value("-180")
    take(page, shots / "box.png")
    run(panel)
    expect(status(panel)).to_contain_text("Done")
    picture = output(panel, "Map").get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
    expect(output(panel, "Extent")).to_contain_text("km²")
    take(page, shots / "plot.png")


def on_file(page: Page, name: str, command: str) -> None:
    """A command of the context menu of a file."""
    item = page.locator(".jp-DirListing-item", has_text=name)
    if not item.is_visible():
        page.locator('li.lm-TabBar-tab[title^="File Browser"]').click()
    item.click(button="right")
    page.locator(".lm-Menu-item", has_text=command).click()


def test_any_notebook_runs_headless_with_a_form_of_its_parameters(page: Page) -> None:
    on_file(page, "drift.ipynb", "Run Headless…")
    panel = page.locator("#polarhub-runs")
    days = panel.get_by_label(re.compile("^days"))
    expect(days).to_have_value("3")
    days.fill("10")
    run(panel)
    expect(status(panel)).to_contain_text("Done")
    panel.locator("summary", has_text="Log").click()
    expect(panel.locator(".ph-Log")).to_contain_text("drifted 172.8 km")
    panel.get_by_role("button", name="Open notebook").click()
    expect(page.locator(".jp-Notebook").last).to_contain_text("172.8")


def test_a_notebook_is_published_run_and_scheduled(page: Page) -> None:
    on_file(page, "drift.ipynb", "Publish as Processor…")
    panel = page.locator("#polarhub-runs")
    expect(panel.get_by_role("list", name="Inputs").get_by_role("listitem")).to_have_count(2)
    panel.get_by_label("Title").fill("Drift of a floe")
    panel.get_by_role("button", name="Publish", exact=True).click()
    panel.get_by_role("button", name="Run it…").click()
    panel.get_by_label(re.compile("^days")).fill("5")
    panel.get_by_role("button", name="Schedule…").click()
    panel.get_by_label("Every").select_option("week")
    panel.get_by_label("Time zone").select_option("Europe/Oslo")
    expect(panel.get_by_text("It runs on Mondays at 06:00.")).to_be_visible()
    expect(
        panel.get_by_role("list", name="Next times").get_by_text(re.compile(r"^Mon.*06:00"))
    ).to_have_count(3)
    panel.get_by_role("button", name="Schedule it").click()
    schedules = panel.get_by_role("list", name="Schedules").locator(".ph-Schedule")
    expect(schedules).to_have_count(1)
    expect(schedules).to_contain_text("Drift of a floe")
    panel.get_by_role("button", name="Pause Drift of a floe").click()
    expect(schedules).to_contain_text("Paused")
    panel.get_by_role("button", name="Delete", exact=True).click()
    panel.get_by_role("button", name="Delete for good").click()
    expect(panel.get_by_text("Nothing runs by itself yet.")).to_be_visible()


def test_a_run_goes_on_while_the_browser_is_closed_and_is_told_after(
    hub: RunningHub, context: BrowserContext, page: Page, panel: Locator
) -> None:
    form_of(panel, "^Echo")
    panel.get_by_label(re.compile("^Message")).fill("meanwhile")
    panel.get_by_label(re.compile("^Pause")).fill("4")
    run(panel)
    expect(status(panel)).to_be_visible()
    page.close()
    later = lab(hub, context)
    told = later.locator(".Toastify__toast", has_text="Echo is done.")
    expect(told).to_be_visible()
    told.get_by_role("button", name="Show").click()
    expect(output(later.locator("#polarhub-runs"), "Message")).to_have_text("meanwhile")
    later.close()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(hub: RunningHub, page: Page, shots: Path, theme: str) -> None:
    themes = "/user/admin/lab/api/settings/@jupyterlab/apputils-extension:themes"
    said = hub.client.put(themes, json={"raw": json.dumps({"theme": theme, "adaptive-theme": False})})
    assert said.status_code == 204, said.text
    page.reload()
    page.locator(f'body[data-jp-theme-name="{theme}"] .jp-Launcher').first.wait_for()
    panel = page.locator("#polarhub-runs")
    if not panel.is_visible():
        page.click(TAB)
    named = theme.rsplit(" ", 1)[-1].lower()

    def clean(what: str) -> None:
        page.wait_for_timeout(400)
        take(page, shots / f"{what}-{named}.png")
        found = Axe().run(page, context="#polarhub-runs")
        assert found.violations_count == 0, f"{what}\n{found.generate_report()}"

    rows = panel.get_by_role("list", name="Your runs").get_by_role("button")
    expect(rows.first).to_be_visible()
    clean("list")
    rows.filter(has_text="Sea-ice extent").first.click()
    expect(output(panel, "Map").get_by_role("img")).to_be_visible()
    clean("run")
    form_of(panel, "^Echo")
    panel.get_by_label(re.compile("^Pause")).fill("much")
    panel.get_by_role("button", name="Schedule…").click()
    expect(panel.get_by_role("list", name="Next times")).to_be_visible()
    run(panel)
    clean("form")


def test_it_fits_a_window_of_320_pixels(page: Page, panel: Locator, shots: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    body = panel.locator(".ph-Catalog-body")
    form_of(panel, "^Echo")
    panel.get_by_role("button", name="Schedule…").click()
    take(page, shots / "runs-320.png")
    assert body.evaluate("e => e.scrollWidth <= e.clientWidth")
