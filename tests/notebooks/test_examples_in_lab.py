"""In JupyterLab, as a user sees it: a card, the example to read, one click, an own notebook that runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.example_data import example_files  # noqa: F401  (a fixture)
from tests.hubs import wait_for
from tests.notebooks.labs import TOKEN, Lab, a_lab
from tests.pictures import take

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings(
        "ignore:Session-scoped fixtures defined as instance methods"
    ),  # pytest-base-url
]
PATIENCE = 60_000  # milliseconds


@pytest.fixture
def lab(example_files: dict[str, Path], tmp_path: Path) -> Iterator[Lab]:  # noqa: F811
    data = str(example_files["ssmis-swath.npz"].parent)
    with a_lab(tmp_path, "jupyterlab", POLAR_DATA=data) as found:
        yield found


def test_from_the_launcher_to_an_own_notebook_that_runs(lab: Lab, page: Page, shots: Path) -> None:
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab.client.base_url}/lab?token={TOKEN}")
    card = page.locator(".jp-LauncherCard", has_text="Grid an SSMIS swath")
    card.wait_for(timeout=PATIENCE)
    take(page, shots / "launcher.png")
    card.click()

    shown = page.get_by_role("region", name="Grid an SSMIS swath, read-only")
    expect(shown.get_by_role("heading", level=1)).to_contain_text("Grid an SSMIS swath", timeout=PATIENCE)
    expect(shown).to_contain_text("cKDTree")
    assert shown.locator("[contenteditable=true], textarea, input").count() == 0, (
        "nothing in it can be changed"
    )
    take(page, shots / "example.png")
    # the toolbar's buttons are JupyterLab's own, which axe finds fault with
    found = Axe().run(page, context=".polarhub-Example", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.response["violations"] == [], json.dumps(found.response["violations"], indent=1)[:3000]
    assert not (lab.home / "examples").exists(), "looking writes nothing"

    page.get_by_role("button", name="Copy to My Files and Open").click()
    page.locator(".jp-Notebook").wait_for(timeout=PATIENCE)
    assert (lab.home / "examples" / "ssmis-gridding.ipynb").exists()
    wait_for(lambda: [k["execution_state"] for k in lab.client.get("/api/kernels").json()] == ["idle"], 60)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    notebook = page.locator(".jp-Notebook")
    expect(notebook.locator(".jp-OutputArea-output img").nth(1)).to_be_visible(timeout=2 * PATIENCE)
    expect(notebook).to_contain_text("holes closed")
    take(page, shots / "own-notebook.png")
