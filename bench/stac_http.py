"""Search over HTTP: POST /services/api/stac/search to the running api, one connection, then eight at once."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.table import print_table
from hub.catalog.embedded import state
from hub.catalog.index import Index
from hub.ports import free_ports
from hub.settings import Settings
from tests.fakes.hub import fake_hub

Json = dict[str, Any]
HEADERS = {"Authorization": "token token-ada"}
COUNT, QUICK = 100_000, 5_000
ASKED, QUICKLY_ASKED = 200, 20


def footprints(count: int) -> Iterator[Json]:
    """Scenes poleward of 55°, some over 180° and the poles, with naive rings, over ten years."""
    chance = random.Random(1)
    for number in range(count):
        lon, lat = chance.uniform(-180, 180), chance.choice((-1, 1)) * chance.uniform(55, 89)
        wide, high = chance.uniform(0.2, 4), chance.uniform(0.1, 1)
        corners = [
            (lon - wide, lat - high),
            (lon + wide, lat - high),
            (lon + wide, lat + high),
            (lon - wide, lat + high),
        ]
        ring = [[(x + 180) % 360 - 180, max(-90.0, min(90.0, y))] for x, y in corners]
        day = chance.randrange(3650)
        yield {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": f"scene-{number}",
            "collection": "scenes",
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "bbox": [
                min(x for x, _ in ring),
                min(y for _, y in ring),
                max(x for x, _ in ring),
                max(y for _, y in ring),
            ],
            "properties": {
                "datetime": f"{2014 + day // 365}-{1 + day % 12:02}-{1 + day % 28:02}T00:00:00Z",
                "gsd": chance.choice((10, 20, 60)),
            },
            "assets": {"data": {"href": f"https://data.example.org/{number}.tif", "type": "image/tiff"}},
            "links": [],
        }


def questions(count: int) -> dict[str, list[Json]]:
    """Searches of each kind."""
    chance = random.Random(2)

    def box(size: float) -> list[float]:
        west, south = chance.uniform(-180, 180), chance.uniform(60, 88 - size)
        return [west, south, (west + 2 * size + 180) % 360 - 180, south + size]

    dates = {"datetime": "2018-01-01T00:00:00Z/2019-12-31T00:00:00Z"}
    return {
        "small box": [{"bbox": box(1)} for _ in range(count)],
        "broad box": [{"bbox": box(20)} for _ in range(count)],
        "over the pole": [{"bbox": [-180, chance.uniform(80, 89), 180, 90]} for _ in range(count)],
        "box and dates": [{"bbox": box(5), **dates} for _ in range(count)],
        "box and filter": [
            {"bbox": box(5), "filter": {"op": "<", "args": [{"property": "gsd"}, 30]}} for _ in range(count)
        ],
        "nothing there": [
            {"bbox": [chance.uniform(0, 100), 5, chance.uniform(101, 170), 6]} for _ in range(count)
        ],
    }


@contextmanager
def running(count: int) -> Iterator[str]:
    """The api as the hub starts it, over an index of `count` items; the address of its STAC API."""
    with tempfile.TemporaryDirectory() as folder, fake_hub() as hub:
        settings = Settings.model_validate({"data": Path(folder), "outside_catalogs": "off"})
        path = state.index_path(settings)
        path.parent.mkdir(parents=True)
        index = Index.open(path)
        index.put_collection({"type": "Collection", "id": "scenes", "links": []})
        index.put_items(footprints(count))
        index.close()
        address = f"http://127.0.0.1:{free_ports(1)[0]}"
        environment = {
            **os.environ,
            **settings.environment(),
            "JUPYTERHUB_SERVICE_URL": address,
            "JUPYTERHUB_API_URL": hub,
            "JUPYTERHUB_API_TOKEN": "service",
        }
        process = subprocess.Popen([sys.executable, "-m", "hub.api"], env=environment)
        try:
            _wait(f"{address}/services/api/openapi.json")
            yield f"{address}/services/api/stac"
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.ConnectError:
            time.sleep(0.1)
    raise TimeoutError(url)


def _times(stac: str, asked: list[Json]) -> list[float]:
    with httpx.Client(headers=HEADERS, trust_env=False, timeout=60) as client:
        client.post(f"{stac}/search", json={"limit": 1}).raise_for_status()
        times = []
        for body in asked:
            began = time.perf_counter()
            client.post(f"{stac}/search", json={**body, "limit": 10}).raise_for_status()
            times.append(time.perf_counter() - began)
    return times


def _row(kind: str, times: list[float]) -> dict[str, object]:
    cuts = statistics.quantiles(times, n=20)
    return {"search": kind, "p50 ms": f"{1000 * cuts[9]:.1f}", "p95 ms": f"{1000 * cuts[18]:.1f}"}


def run(quick: bool) -> None:
    """Measure, and print the table."""
    count, asked = (QUICK, QUICKLY_ASKED) if quick else (COUNT, ASKED)
    with running(count) as stac:
        kinds = questions(asked)
        rows = [_row(kind, _times(stac, bodies)) for kind, bodies in kinds.items()]
        all_of_them = [body for bodies in kinds.values() for body in bodies]
        random.Random(3).shuffle(all_of_them)
        began = time.perf_counter()
        with ThreadPoolExecutor(8) as people:
            parts = people.map(lambda part: _times(stac, all_of_them[part::8]), range(8))
            together = [seconds for part in parts for seconds in part]
        row = _row("all kinds, eight people", together)
        row["searches/s"] = f"{len(together) / (time.perf_counter() - began):.0f}"
        print_table(f"Search over HTTP, {count:,} footprints, limit 10, newest first", [*rows, row])
