"""Catalog search inside the process: how fast, and how often wrong, beside rustac on the same questions.

`python -m bench.catalog` takes some ten minutes and 4 GB of disk in a temporary folder; `--quick` a minute.
Two tables: times at 100,000 and 1,000,000 footprints, ten items newest first, the middle of five askings
(rustac: one); and answers judged by S2, all items asked for, over pairs of a question and
an item that both lie over a pole or the antimeridian.
"""

import argparse
import asyncio
import atexit
import importlib.util
import shutil
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bench import s2
from bench.catalog_truth import Ask, count_wrong, hard_searches, judge, special
from bench.footprints import COLLECTIONS, World, make_searches, make_world
from bench.table import print_table
from hub.catalog.index import Index
from hub.catalog.search import Search

Row = dict[str, object]
REPEATS = 5  # times a question is asked of us, of which the middle counts: the machine is shared


def run(quick: bool = False) -> list[Row]:
    """Measure and print; the rows of both tables."""
    with tempfile.TemporaryDirectory(prefix="polarhub-bench-") as folder:
        speed = [
            row
            for count, asked_of_peer in (((20_000, 5),) if quick else ((100_000, 1), (1_000_000, 20)))
            for row in _speed(Path(folder), count, 20 if quick else 200, asked_of_peer)
        ]
        print_table("Catalog search inside the process, limit 10, newest first (milliseconds)", speed)
        right = _right(Path(folder), 500 if quick else 4000, 8 if quick else 25)
        print_table("Answers over poles and antimeridian, judged by S2", right)
    return speed + right


def make_index(folder: Path, world: World) -> Index:
    """All footprints in a new file."""
    index = Index.open(folder / f"{len(world)}.sqlite")
    for name in COLLECTIONS:
        index.put_collection({"type": "Collection", "id": name})
    index.put_items(world.items())
    return index


def _speed(folder: Path, count: int, each: int, every: int) -> list[Row]:
    world = make_world(count)
    began = time.perf_counter()
    index = make_index(folder, world)
    built = time.perf_counter() - began
    print(
        f"{count:,} footprints indexed in {built:.0f} s, {index.path.stat().st_size / 1e6:,.0f} MB",
        flush=True,
    )
    searches = make_searches(world, each)
    index.close()
    index = Index.open(index.path, readonly=True)
    ours = _times(lambda search: [item["id"] for item in index.search(search).items], searches, REPEATS)
    index.close()
    index.path.unlink()
    ask = make_peer(folder, world)
    theirs = _times(ask, {name: some[::every] for name, some in searches.items()})
    rows = []
    for name in ["all", *searches]:
        mine, peer = (np.concatenate([*t.values()]) if name == "all" else t[name] for t in (ours, theirs))
        ratio = np.median(peer) / np.median(mine)
        rows.append(
            {"footprints": f"{count:,}", "question": name, "asked": len(mine), **_of("", mine)}
            | {"max": f"{mine.max():.2f}"}
            | {**_of("rustac ", peer), "p50 ratio": f"{ratio:,.0f}"}
        )
    return rows


def _of(whose: str, times: Any) -> Row:
    return {f"{whose}p50": f"{np.median(times):.2f}", f"{whose}p95": f"{np.percentile(times, 95):.2f}"}


def _times(ask: Ask, searches: dict[str, list[Search]], repeats: int = 1) -> dict[str, Any]:
    for some in searches.values():
        ask(some[0])
    found = {}
    for name, some in searches.items():
        found[name] = np.array([np.median([_time(ask, search) for _ in range(repeats)]) for search in some])
    return found


def _time(ask: Ask, search: Search) -> float:
    began = time.perf_counter()
    ask(search)
    return (time.perf_counter() - began) * 1000


# -- the peer


def make_peer(folder: Path, world: World) -> Ask:
    """The same items in rustac's GeoParquet, and how it is asked."""
    path = folder / f"{len(world)}.parquet"
    asyncio.run(_write(path, world))
    client = _client()

    def ask(search: Search) -> list[str]:
        interval = None
        if search.interval:
            begins, ends = ((moment.isoformat() if moment else "..") for moment in search.interval)
            interval = f"{begins}/{ends}"
        found = client.search(
            str(path),
            bbox=list(search.bbox) if search.bbox else None,
            intersects=search.area,
            datetime=interval,
            collections=list(search.collections) if search.collections else None,
            sortby="-datetime",
            limit=search.limit,
        )
        return [item["id"] for item in found]

    return ask


@lru_cache
def _client() -> Any:
    """One for the whole process: a second one brings it down."""
    import rustac

    return rustac.DuckdbClient(extension_directory=_extensions(), install_extensions=False)


async def _write(path: Path, world: World) -> None:
    import rustac

    items = world.items()
    writer = None
    while some := [item for item, _ in zip(items, range(20_000), strict=False)]:
        if writer is None:
            writer = await rustac.GeoparquetWriter.open(some, str(path))
        else:
            await writer.write(some)
    if writer is not None:
        await writer.finish()


def _extensions() -> Path:
    """DuckDB's extensions out of their packages into the folders in which it looks for them."""
    home = Path(tempfile.mkdtemp(prefix="polarhub-bench-extensions-"))
    atexit.register(shutil.rmtree, home)
    for name in ("icu", "parquet", "spatial"):
        spec = importlib.util.find_spec(f"duckdb_extension_{name}")
        if spec is not None and spec.origin:
            for file in (Path(spec.origin).parent / "extensions").glob("v*/*.duckdb_extension"):
                target = home / file.parent.name / "linux_amd64"
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
    return home


# -- right or wrong


def _right(folder: Path, count: int, each: int) -> list[Row]:
    world = special(make_world(count * 60, seed=5))
    world = world.chosen(np.arange(min(count, len(world))))
    searches = hard_searches(world, each)
    items = np.array([s2.item(ring) for ring in world.rings])
    truth = [judge(search, items) for search in searches]
    index = make_index(folder, world)

    def ours(search: Search) -> list[str]:
        return [item["id"] for item in index.search(search).items]

    rows = [{"who": "polarhub", **count_wrong(world, searches, ours, truth)}]
    index.close()
    rows.append({"who": "rustac", **count_wrong(world, searches, make_peer(folder, world), truth)})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: to see that it works")
    run(quick=parser.parse_args().quick)
