"""A kernel of JupyterLab from the order to the first answer with the polar stack: ours beside stock."""

import statistics
import tempfile
import time
from pathlib import Path

from bench.stock import start_stock
from bench.table import print_table
from tests.hubs import Kernel, RunningHub, start_hub, wait_for

ROUNDS = {True: 3, False: 10}
STACK = "import numpy, pandas, xarray, rioxarray, matplotlib.pyplot; 6 * 7"


def first_answer(hub: RunningHub) -> float:
    """Seconds from the order of a kernel until it has imported the stack and answered."""
    began = time.monotonic()
    kernel: Kernel = hub.kernel("ada")
    assert kernel.run(STACK) == "42"
    took = time.monotonic() - began
    hub.client.delete(f"/user/ada/api/kernels/{kernel.id}")
    return took


def run(quick: bool) -> None:
    """Alternating, so that both meet the same machine."""
    with (
        tempfile.TemporaryDirectory() as name,
        start_hub(Path(name) / "ours", {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as hub,
        start_stock(Path(name) / "stock") as stock,
    ):
        hub.add_user("ada")
        hub.spawn("ada", {"profile": "interactive"})
        stock.spawn("ada")
        token = stock.client.headers["Authorization"].removeprefix("token ")
        port = stock.client.base_url.port or 0
        peer = RunningHub(Path(name), port, token, Path(name), {}, Path(name))
        peer.client = stock.client
        cold = first_answer(hub)
        hub.user_get("ada", "lab").raise_for_status()
        began = time.monotonic()
        wait_for(lambda: "kernels are forked from now on" in hub.log_of("ada"), 120, 0.2)
        ready = time.monotonic() - began
        first_answer(peer)
        took: dict[str, list[float]] = {"polarhub": [], "stock": []}
        for _ in range(ROUNDS[quick]):
            took["polarhub"].append(first_answer(hub))
            took["stock"].append(first_answer(peer))
    base = statistics.median(took["stock"])
    print_table(
        f"A kernel with the polar stack, seconds, {ROUNDS[quick]} rounds (goal: stock / this 8)",
        [
            {
                "kernel": who,
                "median": f"{statistics.median(each):.3f}",
                "fastest": f"{min(each):.3f}",
                "slowest": f"{max(each):.3f}",
                "stock / this": f"{base / statistics.median(each):.1f}",
            }
            for who, each in took.items()
        ],
    )
    print(f"\nReady {ready:.1f} s after JupyterLab was opened; a kernel before that took {cold:.1f} s.")
