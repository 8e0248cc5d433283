"""Builds the embedded catalog aside and puts it in place in one step: a killed build leaves nothing."""

import contextlib
import fcntl
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from hub.catalog.embedded import describe, mosaics, seaice, state, swath
from hub.catalog.embedded.describe import Gridded, Json, Mosaic, Product
from hub.catalog.index import Index
from hub.catalog.sources import LIST, Progress, Source, fetch, files_folder, silent, sources
from hub.errors import BadFile, PolarhubError, Unavailable
from hub.settings import Settings

FETCHED = 0.3  # how much of the whole fetching is
HERE = Path(__file__).parent
INDEXED_BY = ("index*.py", "geometry.py", "plane.py", "places.py")  # of hub/catalog


def version() -> str:
    """Changes when the data does, or how it is described or indexed: then the catalog is built anew."""
    made_from = [LIST, *describe.FOLDER.glob("*.yaml"), *HERE.glob("*.py")]
    made_from += [path for name in INDEXED_BY for path in HERE.parent.glob(name)]
    digest = hashlib.sha256()
    for path in sorted(made_from):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _mosaic(product: Mosaic, gsd: int, source: Source, path: Path) -> tuple[Json, list[Json]]:
    items = list(mosaics.items(product, gsd, path))
    made = describe.collection(
        product,
        source,
        items,
        gsd=gsd,
        summaries={"gsd": [gsd], "proj:code": [f"EPSG:{product.epsg}"]},
        ranges=("created", "pgc:data_perc", "pgc:num_components"),
        assets={r.key: r.described(gsd) for r in product.assets if r.only in (None, gsd)},
    )
    return made, items


def _single(product: Product, source: Source, path: Path) -> tuple[Json, list[Json]]:
    item = seaice.item(product, path) if isinstance(product, Gridded) else swath.item(product, path)
    assets = {
        key: {name: value for name, value in asset.items() if name not in ("href", "file:size")}
        for key, asset in item["assets"].items()
    }
    summaries = {"gsd": [item["properties"]["gsd"]]}
    return describe.collection(product, source, [item], summaries=summaries, assets=assets), [item]


def parts(files: dict[str, Path]) -> Iterator[tuple[Json, list[Json]]]:
    """Each collection with its items. Raises BadFile where a description or a data file is wrong."""
    known = {source.name: source for source in sources()}
    for product in describe.products():
        if product.source not in known:
            raise BadFile(f"there is no {product.source} in {LIST.name}", where=f"{product.id}: source")
        source, path = known[product.source], files[product.source]
        if isinstance(product, Mosaic):
            for gsd in product.resolutions:
                yield _mosaic(product, gsd, source, path)
        else:
            yield _single(product, source, path)


def _count() -> int:
    return sum(len(p.resolutions) if isinstance(p, Mosaic) else 1 for p in describe.products())


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time; the second waits, then finds the work done."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _make(aside: Path, files: dict[str, Path], progress: Progress) -> None:
    _remove(aside)
    index, all_parts = Index.open(aside), _count()
    try:
        for number, (collection, items) in enumerate(parts(files)):
            progress(number / all_parts, f"indexing {collection['title']}")
            index.put_collection(collection)
            index.put_items(items)
    finally:
        index.close()


def is_built(settings: Settings) -> bool:
    """The catalog of this version is in place."""
    now = state.read(settings)
    return now.phase == "ready" and now.version == version() and state.index_path(settings).exists()


def build(settings: Settings, progress: Progress = silent) -> None:
    """Fetch what is not there, build the catalog, put it in place; milliseconds where it is there already.

    Raises Unavailable where the data cannot be had or kept now, BadFile where a file is wrong; `state` then
    says so too, and an older catalog stays in place.
    """
    if is_built(settings):
        return progress(1.0, "the catalog is there")

    def say(done: float, what: str) -> None:
        state.write(settings, state.State("building", done, what, version(), time.time()))
        progress(done, what)

    try:
        with _alone(state.catalog_folder(settings)):
            if not is_built(settings):
                _build(settings, say)
    except OSError as error:
        folder = state.catalog_folder(settings)
        raise _failed(
            settings,
            Unavailable(
                f"The catalog cannot be kept in {folder} ({error.strerror}): make room or give access."
            ),
        ) from None
    except PolarhubError as error:
        raise _failed(settings, error) from None
    state.write(settings, state.State("ready", 1.0, "", version(), time.time()))
    progress(1.0, "the catalog is ready")


def _failed(settings: Settings, error: PolarhubError) -> PolarhubError:
    with contextlib.suppress(OSError):  # the disk that cannot take the catalog cannot take this either
        state.write(settings, state.State("failed", 0.0, str(error), version(), time.time()))
    return error


def _build(settings: Settings, say: Progress) -> None:
    files = fetch(files_folder(settings), lambda done, what: say(done * FETCHED, what))
    path = state.index_path(settings)
    aside = path.with_name("index.building.sqlite")
    _make(aside, files, lambda done, what: say(FETCHED + done * (1 - FETCHED), what))
    for suffix in ("-wal", "-shm"):  # those of the index that is replaced would be taken for the new one's
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    aside.replace(path)
