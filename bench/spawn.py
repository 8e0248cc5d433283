"""From the order of a server to its answer through the proxy: ours in its box, beside stock JupyterHub."""

import statistics
import tempfile
import time
from pathlib import Path

from bench.stock import StockHub, start_stock
from bench.table import print_table
from tests.hubs import RunningHub, start_hub, wait_for

ROUNDS = {True: 2, False: 10}


def start_ours(hub: RunningHub, name: str) -> float:
    """Seconds from the order to a server that answers, asked as often as the stock one is."""
    hub.add_user(name)
    began = time.monotonic()
    answer = hub.ask_for_server(name, {"profile": "interactive"})
    answer.raise_for_status()
    wait_for(lambda: hub.user_get(name, "api/status").status_code == 200, 60, 0.05)
    return time.monotonic() - began


def stop_stock(hub: StockHub, name: str) -> float:
    """Seconds until a stock server has ended."""
    began = time.monotonic()
    hub.client.delete(f"/hub/api/users/{name}/server").raise_for_status()
    wait_for(lambda: not hub.client.get(f"/hub/api/users/{name}").json()["servers"], 60)
    return time.monotonic() - began


def stop_ours(hub: RunningHub, name: str) -> float:
    """Seconds until one of our servers has ended."""
    began = time.monotonic()
    hub.stop_server(name)
    return time.monotonic() - began


def run(quick: bool) -> None:
    """Alternate between the two in one run, so that both meet the same machine; medians and ratios."""
    with (
        tempfile.TemporaryDirectory() as folder,
        start_hub(Path(folder) / "ours") as ours,
        start_stock(Path(folder) / "stock") as stock,
    ):
        start_ours(ours, "ada"), stock.spawn("ada")  # the first makes the user and warms the disk
        stop_ours(ours, "ada"), stop_stock(stock, "ada")
        seconds: dict[str, list[float]] = {"polarhub": [], "stock": []}
        stops: dict[str, list[float]] = {"polarhub": [], "stock": []}
        for _ in range(ROUNDS[quick]):
            seconds["polarhub"].append(start_ours(ours, "ada"))
            seconds["stock"].append(stock.spawn("ada"))
            stops["polarhub"].append(stop_ours(ours, "ada"))
            stops["stock"].append(stop_stock(stock, "ada"))
    base = statistics.median(seconds["stock"])
    print_table(
        f"Spawn to ready, alternating, {ROUNDS[quick]} rounds (seconds)",
        [
            {
                "hub": name,
                "median": f"{statistics.median(took):.2f}",
                "fastest": f"{min(took):.2f}",
                "slowest": f"{max(took):.2f}",
                "stock / this": f"{base / statistics.median(took):.2f}",
                "stop, median": f"{statistics.median(stops[name]):.2f}",
            }
            for name, took in seconds.items()
        ],
    )
