"""Pictures of pages, to be looked at. Chromium cannot always take one at once while a page changes."""

from pathlib import Path

from playwright.sync_api import Error, Page

TRIES, PAUSE = 5, 500  # milliseconds


def take(page: Page, path: Path, *, full_page: bool = False) -> None:
    """Keep a picture of the page. Raises playwright's Error where Chromium takes none."""
    for tried in range(1, TRIES + 1):
        try:
            page.screenshot(path=path, full_page=full_page)
        except Error as error:
            if "Unable to capture screenshot" not in error.message or tried == TRIES:
                raise
            page.wait_for_timeout(PAUSE)
        else:
            return
