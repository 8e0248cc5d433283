"""Chromium behind an emulated satellite link, and what it asks for."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

BYTES_PER_SECOND, LATENCY = 512_000 // 8, 600  # 512 kbit/s both ways, milliseconds
LIMIT = 300_000  # ms until JupyterLab must be usable
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# launcher with a card a kernel (so the kernel specs are known), the list of files, no splash screen
USABLE = """() => document.querySelector('.jp-LauncherCard[data-category="Notebook"]')
  && document.querySelector('.jp-DirListing-content') && !document.querySelector('#jupyterlab-splash')"""


@dataclass
class Request:
    """One question of the browser."""

    url: str
    asked: float
    method: str = "GET"
    size: int = 0  # bytes over the link, headers too
    cached: bool = False
    status: int = 0

    @property
    def plain_url(self) -> str:
        """Without the time that JupyterLab adds."""
        return re.sub(r"[?&]\d{13}$", "", self.url)


class Traffic:
    """All questions of one page, in order, as DevTools tells of them."""

    def __init__(self, devtools: Any) -> None:
        """Listen to a DevTools session of playwright, of either kind, whose Network domain is on."""
        self._requests: dict[str, Request] = {}
        devtools.on("Network.requestWillBeSent", self._asked)
        devtools.on("Network.requestServedFromCache", self._from_cache)
        devtools.on("Network.responseReceived", self._answered)
        devtools.on("Network.loadingFinished", self._finished)

    def since(self, moment: float) -> list[Request]:
        """Those asked after a moment of time.time()."""
        return [r for r in self._requests.values() if r.asked >= moment and r.url.startswith("http")]

    def _asked(self, event: dict[str, Any]) -> None:
        key = event["requestId"]
        redirects = sum(k == key or k.startswith(f"{key}/") for k in self._requests)
        if redirects:  # each is a round trip of its own
            self._requests[f"{key}/{redirects}"] = self._requests.pop(key)
        self._requests[key] = Request(event["request"]["url"], event["wallTime"], event["request"]["method"])

    def _from_cache(self, event: dict[str, Any]) -> None:
        if found := self._requests.get(event["requestId"]):
            found.cached = True

    def _answered(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if found := self._requests.get(event["requestId"]):
            found.status = answer["status"]
            found.cached |= bool(answer.get("fromDiskCache") or answer.get("fromPrefetchCache"))

    def _finished(self, event: dict[str, Any]) -> None:
        if found := self._requests.get(event["requestId"]):
            found.size = int(event["encodedDataLength"])


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def slow_page(context: BrowserContext, *, slow: bool = True) -> tuple[Page, Traffic]:
    """A new page behind the slow link, and its traffic as it goes."""
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    if slow:
        link = {
            "latency": LATENCY,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        }
        await devtools.send("Network.emulateNetworkConditions", {"offline": False, **link})
    return page, Traffic(devtools)


async def until_usable(page: Page) -> float:
    """Wait for a usable JupyterLab; the moment when it was."""
    await page.wait_for_function(USABLE, timeout=LIMIT, polling=50)
    return time.time()


async def sign_in(page: Page, name: str, password: str) -> float:
    """Fill the login form that is open and send it; the moment when it was sent."""
    await page.fill("#username_input", name)
    await page.fill("#password_input", password)
    sent = time.time()
    await page.click("#login_submit", no_wait_after=True)
    return sent
