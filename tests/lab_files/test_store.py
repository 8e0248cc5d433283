"""The compressed files on disk."""

import gzip
import os
import time
from pathlib import Path

import brotli
import pytest

from hub.lab_files.store import prepare, squeeze
from hub.lab_files.tree import LabTree
from tests.lab_files.share import PROGRAM, add_extension, make_share


@pytest.fixture
def share(tmp_path: Path) -> Path:
    return make_share(tmp_path / "share")


def test_each_file_is_there_plain_as_brotli_and_as_gzip(tmp_path: Path, share: Path) -> None:
    build = prepare(tmp_path / "data", LabTree.of(share))
    path = build.files / "static" / "main.0123456789abcdef.js"
    assert path.read_text() == PROGRAM
    assert brotli.decompress(path.with_name(path.name + ".br").read_bytes()).decode() == PROGRAM
    assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()).decode() == PROGRAM


def test_what_is_compressed_in_itself_stays_as_it_is(tmp_path: Path, share: Path) -> None:
    build = prepare(tmp_path / "data", LabTree.of(share))
    assert [p.name for p in (build.files / "static").glob("font*")] == ["font.woff2"]


def test_the_second_start_makes_nothing(tmp_path: Path, share: Path) -> None:
    first = prepare(tmp_path / "data", LabTree.of(share))
    made = {p: p.stat().st_mtime_ns for p in first.folder.rglob("*") if p.is_file()}
    assert prepare(tmp_path / "data", LabTree.of(share)) == first
    assert {p: p.stat().st_mtime_ns for p in first.folder.rglob("*") if p.is_file()} == made


def test_squeezing_keeps_the_content_and_is_done_once(tmp_path: Path, share: Path) -> None:
    build = prepare(tmp_path / "data", LabTree.of(share))
    assert not build.is_best
    saved = squeeze(build)
    assert build.is_best and saved >= 0
    for packed in build.files.rglob("*.br"):
        assert brotli.decompress(packed.read_bytes()) == packed.with_suffix("").read_bytes()
    assert [p.name for p in build.files.rglob(".*")] == []


def test_builds_of_before_are_kept_for_a_week(tmp_path: Path, share: Path) -> None:
    data, builds = tmp_path / "data", []
    for number, days in enumerate((9, 6, 0)):
        add_extension(share, f"new-{number}", {"remoteEntry.0000000000000000000f.js": str(number)})
        builds.append(prepare(data, LabTree.of(share)))
        os.utime(builds[-1].folder, (time.time() - days * 86400,) * 2)
    prepare(data, LabTree.of(share))
    assert len({build.address for build in builds}) == 3
    assert [build.folder.exists() for build in builds] == [False, True, True]


def test_a_start_that_was_killed_leaves_nothing_for_ever(tmp_path: Path, share: Path) -> None:
    left = tmp_path / "data" / "lab" / "new-killed"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    prepare(tmp_path / "data", LabTree.of(share))
    assert not left.exists()
