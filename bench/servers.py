"""Instant servers beside stock: click to ready, memory, a whole class at once, a thousand starts."""

import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import websocket

from bench.processes import Left, memory, servers_of
from bench.stock import StockHub, start_stock
from bench.table import print_table
from tests.hubs import Kernel, RunningHub, start_hub, wait_for

LIMIT = 300.0  # seconds until a class must be ready, or gone
PAUSE = 0.01  # seconds between two questions of one who waits
STACK = "import xarray, rioxarray, pystac_client, matplotlib.pyplot"
# what JupyterLab asks for as its page opens
LAB = (
    *("lab", "lab/api/settings/@jupyterlab/apputils-extension:themes", "lab/api/settings"),
    *("lab/api/translations/en", "lab/api/workspaces/default", "api/kernelspecs", "api/sessions"),
    *("api/kernels", "api/terminals", "api/contents?content=1", "lab/api/listings/@jupyterlab/extensions"),
)
FORKS = {"POLARHUB_SERVER_START": "fork"}
# the figures are of the hub, not of its limits: thousands of starts by one person are no abuse here
CONFIG = (
    "c.JupyterHub.concurrent_spawn_limit = 0\nc.Spawner.start_timeout = 300\nc.Spawner.http_timeout = 300\n"
)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not pass."""
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


class Ours:
    """polarhub, driven as the stock hub is."""

    name = "polarhub"

    def __init__(self, hub: RunningHub) -> None:
        """Drive a hub that runs."""
        self.hub, self.client = hub, hub.client
        self.pid = hub.process.pid

    def add(self, name: str) -> None:
        """Make a user."""
        self.hub.add_user(name)

    def ask(self, name: str) -> None:
        """Order a server."""
        self.hub.ask_for_server(name, {"profile": "interactive"}).raise_for_status()


class Stock:
    """Stock JupyterHub."""

    name = "stock"

    def __init__(self, hub: StockHub) -> None:
        """Drive a hub that runs."""
        self.client, self.pid = hub.client, hub.pid

    def add(self, name: str) -> None:
        """Make a user."""
        self.client.post(f"/hub/api/users/{name}")

    def ask(self, name: str) -> None:
        """Order a server."""
        self.client.post(f"/hub/api/users/{name}/server", json={}).raise_for_status()


Peer = Ours | Stock


def start(peer: Peer, name: str) -> float:
    """Seconds from the order to a server that answers through the proxy."""
    began = time.monotonic()
    peer.ask(name)
    wait_for(lambda: peer.client.get(f"/user/{name}/api/status").status_code == 200, LIMIT, PAUSE)
    return time.monotonic() - began


def stop(peer: Peer, name: str) -> float:
    """Seconds until a server has ended."""
    began = time.monotonic()
    peer.client.delete(f"/hub/api/users/{name}/server").raise_for_status()
    wait_for(lambda: not peer.client.get(f"/hub/api/users/{name}").json()["servers"], LIMIT, PAUSE)
    return time.monotonic() - began


def click_to_ready(peers: Sequence[Peer], rounds: int) -> None:
    """Alternating, so that both meet the same machine."""
    starts: dict[str, list[float]] = {peer.name: [] for peer in peers}
    stops: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for number in range(rounds + 1):
        for peer in peers:
            peer.add("ada")
            took, ended = start(peer, "ada"), stop(peer, "ada")
            if number:  # the first warms the disk
                starts[peer.name].append(took)
                stops[peer.name].append(ended)
    base = statistics.median(starts["stock"])
    print_table(
        f"Click to ready, alternating, {rounds} rounds (seconds)",
        [
            {
                "hub": name,
                "median": f"{statistics.median(took):.3f}",
                "p95": f"{p95(took):.3f}",
                "stock / this": f"{base / statistics.median(took):.1f}",
                "stop, median": f"{statistics.median(stops[name]):.2f}",
                "stop, p95": f"{p95(stops[name]):.2f}",
            }
            for name, took in starts.items()
        ],
    )


def open_lab(peer: Peer, name: str) -> None:
    """Ask what JupyterLab asks for as it opens."""
    for path in LAB:
        peer.client.get(f"/user/{name}/{path}")


def run_kernel(peer: Peer, name: str) -> None:
    """One kernel with the polar stack imported."""
    headers = dict(peer.client.headers)
    answer = peer.client.post(f"/user/{name}/api/kernels", json={"name": "python3"})
    answer.raise_for_status()
    address = str(peer.client.base_url).replace("http", "ws", 1)
    path = f"/user/{name}/api/kernels/{answer.json()['id']}/channels?session_id=bench"
    opened = websocket.create_connection(
        address.rstrip("/") + path,
        header=[f"Authorization: {headers['authorization']}"],
        timeout=60,
        http_no_proxy=["127.0.0.1"],
    )
    assert Kernel(opened, answer.json()["id"]).run(STACK, LIMIT) == "", "the stack is there"
    opened.shutdown()  # type: ignore[no-untyped-call]


def memory_of_servers(peers: Sequence[Peer], count: int) -> None:
    """PSS of idle servers, then after JupyterLab was opened, then with a kernel; the whole box counts."""
    rows = []
    for peer in peers:
        names = [f"idle{number}" for number in range(count)]
        for name in names:
            peer.add(name)
            start(peer, name)
        time.sleep(5)
        found = {"hub": peer.name, "servers": count, "idle": _median_memory(peer.pid)}
        for name in names:
            open_lab(peer, name)
        time.sleep(5)
        found["after Lab was opened"] = _median_memory(peer.pid)
        for name in names[: max(count // 6, 1)]:
            run_kernel(peer, name)
        time.sleep(3)
        found["with a kernel and the polar stack"] = _median_memory(peer.pid, highest=max(count // 6, 1))
        rows.append(found)
        for name in names:
            stop(peer, name)
    print_table("Memory of a server and all of its box (PSS, MB; medians)", rows)


def _median_memory(hub: int, highest: int | None = None) -> str:
    found = sorted((memory(pids) for pids in servers_of(hub)), reverse=True)
    return f"{statistics.median(found[:highest]) / 1e6:.1f}"


def a_class_at_once(peer: Peer, count: int) -> None:
    """Everybody asks in one moment; the hub answers others meanwhile; then everybody leaves."""
    names = [f"pupil{number}" for number in range(count)]
    for name in names:
        peer.add(name)
    before, free = Left.of(peer.pid), available()
    with _asking(peer) as answers, ThreadPoolExecutor(count) as pool:
        began = time.monotonic()
        ready = list(pool.map(lambda name: _start_from(peer, name, began), names))
    used = free - available()
    began = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda name: stop(peer, name), names))
    stopped = time.monotonic() - began
    time.sleep(2)
    print_table(
        f"{count} servers asked for at once: {peer.name}",
        [
            {
                "ready, median s": f"{statistics.median(ready):.1f}",
                "p95 s": f"{p95(ready):.1f}",
                "all s": f"{max(ready):.1f}",
                "memory of all, MB": f"{used / 1e6:.0f}",
                "hub meanwhile, p95 ms": f"{p95(answers) * 1000:.0f}",
                "all stopped, s": f"{stopped:.1f}",
                "left behind": str(Left.of(peer.pid).more_than(before)),
            }
        ],
    )


def _start_from(peer: Peer, name: str, began: float) -> float:
    with httpx.Client(base_url=peer.client.base_url, headers=peer.client.headers, timeout=LIMIT) as client:
        options = {"profile": "interactive"} if peer.name == "polarhub" else {}
        client.post(f"/hub/api/users/{name}/server", json=options).raise_for_status()
        # asked as a browser that waits asks: now and then, not a hundred times a second each
        wait_for(lambda: client.get(f"/user/{name}/api/status").status_code == 200, LIMIT, 0.5)
    return time.monotonic() - began


class _asking:  # noqa: N801 - read as `with _asking(peer) as answers`
    """Asks the hub for a page again and again; the seconds of each answer."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.took, self.done = peer, list[float](), threading.Event()
        self.thread = threading.Thread(target=self._ask)

    def _ask(self) -> None:
        with httpx.Client(base_url=self.peer.client.base_url, timeout=LIMIT) as client:
            while not self.done.wait(0.1):
                began = time.monotonic()
                client.get("/hub/login")
                self.took.append(time.monotonic() - began)

    def __enter__(self) -> list[float]:
        self.thread.start()
        return self.took

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()


def growth(peer: Peer, count: int) -> None:
    """Starts and stops one after another: what the hub, its zygote and the machine hold at the end."""
    peer.add("again")
    for _ in range(5):
        start(peer, "again")
        stop(peer, "again")
    rows, done = [], 0
    for part in (0, *itertools.repeat(count // 4, 4)):
        for _ in range(part):
            start(peer, "again")
            stop(peer, "again")
        done += part
        time.sleep(2)
        rows.append({"starts and stops": done, **Left.of(peer.pid).row()})
    print_table(f"{count} starts and stops: {peer.name}", rows)


def available() -> int:
    """Bytes of memory that programs could still take."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))


def run(quick: bool) -> None:
    """All of it, one part after another."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_hub(Path(folder) / "ours", FORKS, CONFIG) as hub,
        start_stock(Path(folder) / "stock") as stock_hub,
    ):
        wait_for(lambda: "Servers are forked into their boxes" in hub.log, 60)
        ours, stock = Ours(hub), Stock(stock_hub)
        parts: list[Callable[[], None]] = [
            lambda: click_to_ready((ours, stock), 3 if quick else 12),
            lambda: memory_of_servers((ours, stock), 4 if quick else 30),
            lambda: a_class_at_once(ours, 20 if quick else 200),
            lambda: growth(ours, 20 if quick else 1000),
        ]
        for part in parts:
            part()
