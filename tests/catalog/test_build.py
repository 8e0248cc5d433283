"""The embedded catalog is there as a whole or not at all, and is built once."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.catalog.embedded import build, state
from hub.catalog.embedded.build import is_built
from hub.catalog.index import Index
from hub.catalog.search import Search
from hub.catalog.sources import files_folder
from hub.errors import Unavailable
from hub.settings import ROOT, Settings
from tests.example_data import example_files  # noqa: F401  (a fixture)
from tests.hubs import wait_for


def a_hub(folder: Path, files: dict[str, Path]) -> Settings:
    """A data folder that has the files already, so that nothing is fetched."""
    settings = Settings.load({"POLARHUB_DATA": str(folder)})
    files_folder(settings).mkdir(parents=True)
    for path in files.values():
        shutil.copy(path, files_folder(settings))
    return settings


@pytest.mark.slow
def test_killed_half_way_it_starts_again_and_is_built_once(
    example_files: dict[str, Path],  # noqa: F811
    tmp_path: Path,
) -> None:
    settings = a_hub(tmp_path, example_files)
    builder = subprocess.Popen(
        [sys.executable, "-m", "hub.catalog.embedded"],
        cwd=ROOT,
        env={"POLARHUB_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: state.read(settings).done > 0.4, 60)
        assert (state.read(settings).sentence() or "").startswith("being built 4")
    finally:
        builder.send_signal(signal.SIGKILL)
        builder.wait(10)
    assert not state.index_path(settings).exists(), "half an index is no index"
    assert not is_built(settings)

    told: list[float] = []
    build(settings, lambda done, _: told.append(done))
    assert told == sorted(told) and told[-1] == 1.0
    assert state.read(settings).sentence() is None
    with_items = Index.open(state.index_path(settings), readonly=True)
    try:
        assert len(with_items.collections()) == 11
        found = with_items.search(Search(bbox=(170.0, -90.0, -170.0, -80.0), limit=100))
        assert {item["collection"] for item in found.items} >= {"rema-mosaics-v2.0-2m"}
        pole = with_items.search(Search(area={"type": "Point", "coordinates": [0.0, 90.0]}, limit=100))
        assert [item["id"] for item in pole.items] == ["nersc-sea-ice-197811"]
    finally:
        with_items.close()
    assert list(state.catalog_folder(settings).glob("*building.sqlite*")) == []

    before = state.index_path(settings).stat().st_ino
    start = time.perf_counter()
    build(settings)
    assert time.perf_counter() - start < 0.2
    assert state.index_path(settings).stat().st_ino == before


def test_data_of_another_version_are_not_taken_for_ours(tmp_path: Path) -> None:
    settings = Settings.load({"POLARHUB_DATA": str(tmp_path)})
    state.write(settings, state.State("ready", 1.0, version="older"))
    state.index_path(settings).write_bytes(b"an index")
    assert not is_built(settings)


def test_what_went_wrong_is_said_and_kept(tmp_path: Path) -> None:
    settings = Settings.load({"POLARHUB_DATA": str(tmp_path)})
    files_folder(settings).parent.mkdir(parents=True)
    files_folder(settings).write_text("a file where a folder should be")
    with pytest.raises(Unavailable, match="cannot be kept in"):
        build(settings)
    assert (state.read(settings).sentence() or "").startswith("could not be built: The data that comes with")
