"""The first flow, as a newcomer lives it: log in → DE Small → search over the pole → insert → plot."""

import re
import struct
import zlib
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.newcomer import Run, make_run
from tests.pictures import take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

LONG = 120_000  # milliseconds that anything here may take on a busy machine
expect.set_options(timeout=30_000)
PASSWORD = "drift ice and a lantern"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """polarhub, started as the README says."""
    with make_run(tmp_path_factory.mktemp("researcher")) as started:
        started.wait_until_ready()
        yield started


def sign_in(page: Page, run: Run) -> None:
    """From the address to the choice of environments: one-time password, one's own, terms of use."""
    page.goto(run.address)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(run.one_time_password())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Use this password").click()
    page.get_by_role("button", name="I accept these terms").click()


def start_small(page: Page) -> None:
    """Choose DE Small among four, and wait for JupyterLab."""
    offers = page.get_by_role("radio")
    expect(offers).to_have_count(4)
    page.get_by_role("radio", name=re.compile("DE Small")).check()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/user/admin/lab**", timeout=LONG)
    expect(page.locator(".jp-Launcher").first).to_be_visible(timeout=LONG)


def draw_box_over_the_pole(panel: Locator, page: Page) -> None:
    """Press above and left of the pole, drag beyond it, let go."""
    canvas = panel.locator(".ph-Map-canvas")
    expect(canvas.locator("canvas").first).to_be_visible(timeout=LONG)
    panel.get_by_role("button", name="Box").click()
    place = canvas.bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    reach = place["width"] / 8
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.move(x + reach, y + reach, steps=4)
    page.mouse.up()


def colours(png: bytes) -> int:
    """How many different bytes a PNG's picture holds: one colour alone gives a handful."""
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return len(set(zlib.decompress(data)))


def test_from_an_address_to_a_plot_of_the_arctic(page: Page, run: Run, shots: Path) -> None:
    page.set_default_timeout(LONG)
    page.set_viewport_size({"width": 1500, "height": 950})
    sign_in(page, run)
    take(page, shots / "environments.png")
    start_small(page)
    take(page, shots / "lab.png")

    page.locator('.lm-TabBar-tab[title*="Polar catalogs"]').click()
    panel = page.locator('[aria-label="Polar catalogs"]').locator("visible=true").last
    expect(panel.get_by_role("radio", name="Arctic", exact=True)).to_be_checked()
    draw_box_over_the_pole(panel, page)
    expect(panel.get_by_text(re.compile("over the pole"))).to_be_visible()
    panel.get_by_text(re.compile("^When")).click()
    panel.get_by_label("From").fill("1978-11-01")
    panel.get_by_label("To", exact=True).fill("1978-11-30")
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.get_by_role("list", name="Items found").get_by_role("button", name=re.compile("1978"))
    expect(found.first).to_be_visible()
    take(page, shots / "found.png")
    found.first.click()
    panel.get_by_role("button", name="Insert into notebook").click()

    cell = page.locator(".jp-Notebook .jp-CodeCell").filter(has_text="xarray").first
    expect(cell).to_be_visible()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    picture = cell.locator(".jp-OutputArea img")
    expect(picture.first).to_be_visible(timeout=LONG)
    take(page, shots / "plot.png")
    source = picture.first.get_attribute("src") or ""
    assert source.startswith("data:image/png;base64,")
    assert colours(b64decode(source.partition(",")[2])) > 100


def test_the_south_pole_is_a_switch_away(page: Page, run: Run, shots: Path) -> None:
    page.set_default_timeout(LONG)
    page.goto(run.address)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/lab|/hub/(home|spawn)"))
    page.goto(f"{run.address}/user/admin/lab")
    expect(page.locator(".jp-Launcher, .jp-Notebook").first).to_be_visible(timeout=LONG)
    if not page.locator('[aria-label="Polar catalogs"]').locator("visible=true").count():
        page.locator('.lm-TabBar-tab[title*="Polar catalogs"]').click()
    panel = page.locator('[aria-label="Polar catalogs"]').locator("visible=true").last
    panel.get_by_text("Antarctic", exact=True).click()
    draw_box_over_the_pole(panel, page)
    expect(panel.get_by_text(re.compile("over the pole"))).to_be_visible()
    panel.get_by_role("button", name="Search", exact=True).click()
    rows = panel.get_by_role("list", name="Items found").get_by_role("button")
    expect(rows.first).to_be_visible()
    take(page, shots / "south.png")
    assert rows.count() >= 10
    panel.get_by_role("button", name="Show more").click()
    expect(rows.nth(10)).to_be_visible()
