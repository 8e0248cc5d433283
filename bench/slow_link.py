"""Seconds, requests and bytes to a usable JupyterLab over 512 kbit/s and 600 ms, beside stock JupyterHub.

Usable: the launcher shows a card for a kernel (so the kernel specs are known), the list of files is there and
the splash screen is gone. The server runs already; a visit begins when its address is entered, or when the
login form is sent. Both hubs come from the same packages, with the same extensions and the same proxy.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page

from bench.slow_browser import Traffic, chromium, sign_in, slow_page, until_usable
from bench.stock import NAME, PASSWORD, start_stock
from bench.table import print_table
from hub.lab_files.store import prepare, squeeze
from hub.lab_files.tree import LabTree
from hub.login.first_admin import ensure_admin
from hub.settings import Settings
from tests.hubs import start_hub

READING = 20.0  # seconds that somebody has the login page open
CASES = {
    "empty": "empty cache, signed in",
    "full": "full cache, signed in",
    "login": f"empty cache, login page open for {READING:.0f} s",
}


@dataclass(frozen=True)
class Peer:
    """A hub with a running server, and who may sign in there."""

    title: str
    url: str
    name: str

    @property
    def lab(self) -> str:
        """JupyterLab's address."""
        return f"{self.url}/user/{self.name}/lab"


@dataclass(frozen=True)
class Visit:
    """What one visit took."""

    seconds: float
    requests: int  # that went over the link
    megabytes: float


@contextmanager
def ours(folder: Path) -> Iterator[Peer]:
    """The product as it is configured, after its files have been compressed as well as can be."""
    data, admin = folder / "data", {"POLARHUB_ADMIN": NAME, "POLARHUB_ADMIN_PASSWORD": PASSWORD}
    data.mkdir()
    installed = LabTree.of().digest
    squeeze(prepare(data))
    ensure_admin(Settings.load({**admin, "POLARHUB_DATA": str(data)}))
    with start_hub(data, {"POLARHUB_ADMIN": NAME}) as hub:
        hub.add_user(NAME, admin=True)
        hub.spawn(NAME, {"profile": "small"})
        yield Peer("polarhub", hub.url, NAME)
    if LabTree.of().digest != installed:  # then users' servers serve what the hub does not know yet
        print("An extension was rebuilt meanwhile: measure again, polarhub is faster than this.")


@contextmanager
def stock(folder: Path) -> Iterator[Peer]:
    """JupyterHub as it comes."""
    with start_stock(folder / "stock") as hub:
        hub.spawn(NAME)
        yield Peer("stock", hub.url, NAME)


def _visit(began: float, ended: float, traffic: Traffic) -> Visit:
    over_link = [r for r in traffic.since(began) if not r.cached and r.asked <= ended]
    return Visit(ended - began, len(over_link), sum(r.size for r in over_link) / 1e6)


async def _open(page: Page, traffic: Traffic, address: str) -> Visit:
    began = time.time()
    await page.goto(address, wait_until="commit", timeout=120_000)
    return _visit(began, await until_usable(page), traffic)


async def visits_signed_in(browser: Browser, peer: Peer) -> dict[str, Visit]:
    """With an empty cache, then once more with what that left in it."""
    context = await browser.new_context()
    page, _ = await slow_page(context, slow=False)
    await page.goto(f"{peer.url}/hub/login?next=/hub/home")
    await sign_in(page, peer.name, PASSWORD)
    await page.wait_for_url(f"{peer.url}/hub/home")
    state = await context.storage_state()
    await context.close()  # and with it the cache of the pages before
    context, found = await browser.new_context(storage_state=state), {}
    for case in ("empty", "full"):
        page, traffic = await slow_page(context)
        found[case] = await _open(page, traffic, peer.lab)
        await page.wait_for_timeout(3000)  # what it fetches afterwards gets into the cache too
        await page.close()
    await context.close()
    return found


async def visit_by_login(browser: Browser, peer: Peer, reading: float = READING) -> dict[str, Visit]:
    """From the login page, which somebody has read for a while."""
    context = await browser.new_context()
    page, traffic = await slow_page(context)
    await page.goto(f"{peer.url}/hub/login?next=/user/{peer.name}/lab", timeout=120_000)
    await page.wait_for_timeout(reading * 1000)
    began = await sign_in(page, peer.name, PASSWORD)
    found = {"login": _visit(began, await until_usable(page), traffic)}
    await context.close()
    return found


async def _round(peer: Peer) -> dict[str, Visit]:
    """All visits to a peer; both ways in at once, each over its own link, since most of it is waiting."""
    async with chromium() as browser:
        found = await asyncio.gather(visits_signed_in(browser, peer), visit_by_login(browser, peer))
    return {**found[0], **found[1]}


def _rows(found: dict[str, list[dict[str, Visit]]]) -> Iterator[dict[str, object]]:
    for case, title in CASES.items():
        seconds = {peer: median(r[case].seconds for r in rounds) for peer, rounds in found.items()}
        for peer, rounds in found.items():
            yield {
                "case": title,
                "hub": peer,
                "seconds": f"{seconds[peer]:.1f}",
                "of stock": f"1/{seconds['stock'] / seconds[peer]:.1f}",
                "requests": round(median(r[case].requests for r in rounds)),
                "MB": f"{median(r[case].megabytes for r in rounds):.2f}",
                "runs": " ".join(f"{r[case].seconds:.1f}" for r in rounds),
            }


def run(quick: bool = False) -> list[dict[str, object]]:
    """Three rounds, stock and ours in turn; `quick`: one."""
    with tempfile.TemporaryDirectory(prefix="slow-link-") as name, ExitStack() as hubs:
        folder = Path(name)
        folder.chmod(0o755)
        peers = [hubs.enter_context(start(folder)) for start in (stock, ours)]
        found: dict[str, list[dict[str, Visit]]] = {peer.title: [] for peer in peers}
        for _ in range(1 if quick else 3):
            for peer in peers:
                found[peer.title].append(asyncio.run(_round(peer)))
    rows = list(_rows(found))
    print_table("a usable JupyterLab over 512 kbit/s and 600 ms (medians)", rows)
    return rows


if __name__ == "__main__":
    run()
