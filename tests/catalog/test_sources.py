"""Data files come out of packages that the lock pins, to the byte or not at all."""

import hashlib
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from hub.catalog.sources import fetch, missing, sources, uv
from hub.errors import BadFile, Unavailable
from hub.ports import free_ports
from tests.example_data import example_files  # noqa: F401  (a fixture)

CONTENT = b"lon,lat,kelvin\n0,90,231.5\n"
PROJECT = """
[project]
name = "has-data"
version = "1"
requires-python = ">=3.11"
[dependency-groups]
data = ["tiny-data==1.0"]
[tool.uv.sources]
tiny-data = { path = "tiny_data-1.0-py3-none-any.whl" }
"""
LOCKED_ELSEWHERE = """
version = 1
revision = 3
requires-python = ">=3.11"
[[package]]
name = "has-data"
version = "1"
source = {{ virtual = "." }}
[package.dev-dependencies]
data = [{{ name = "tiny-data" }}]
[package.metadata]
[package.metadata.requires-dev]
data = [{{ name = "tiny-data", specifier = "==1.0" }}]
[[package]]
name = "tiny-data"
version = "1.0"
source = {{ registry = "http://127.0.0.1:{port}/simple" }}
wheels = [{{ url = "http://127.0.0.1:{port}/tiny_data-1.0-py3-none-any.whl", hash = "sha256:{digest}" }}]
"""


def a_wheel(path: Path) -> None:
    """A package that holds nothing but one data file."""
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_data/swath.csv", CONTENT)
        wheel.writestr(
            "tiny_data-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-data\nVersion: 1.0\n"
        )
        wheel.writestr(
            "tiny_data-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny_data-1.0.dist-info/RECORD", "tiny_data/swath.csv,,\n")


def a_list(path: Path, **changed: object) -> Path:
    """A list with that one file; `changed` replaces fields."""
    entry = {
        "name": "swath.csv",
        "package": "tiny-data",
        "member": "tiny_data/swath.csv",
        "size": len(CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "title": "A swath",
        "producer": "Somebody",
        "licence": "CC-BY-4.0",
        "citation": "Somebody, 2026",
    }
    path.write_text(yaml.safe_dump([entry | changed]))
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that pins the package, locked without any network."""
    folder = tmp_path / "project"
    folder.mkdir()
    a_wheel(folder / "tiny_data-1.0-py3-none-any.whl")
    (folder / "pyproject.toml").write_text(PROJECT)
    subprocess.run([uv(), "lock", "--offline", "-q", "--project", folder], check=True, timeout=60)
    return folder


def test_the_file_its_note_and_nothing_else(project: Path, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    found = fetch(
        tmp_path / "files",
        lambda done, what: told.append((done, what)),
        project=project,
        listed=a_list(tmp_path / "l.yaml"),
    )
    assert found == {"swath.csv": tmp_path / "files" / "swath.csv"}
    assert found["swath.csv"].read_bytes() == CONTENT
    note = (tmp_path / "files" / "swath.csv.licence.txt").read_text()
    assert "CC-BY-4.0" in note and "Somebody, 2026" in note and "tiny_data/swath.csv" in note
    kept = {path.name for path in (tmp_path / "files").iterdir()}
    assert kept == {"swath.csv", "swath.csv.licence.txt", ".fetched.json"}
    assert told[0][0] == 0.0 and told[-1][0] == 1.0 and told == sorted(told, key=lambda step: step[0])


def test_a_second_call_asks_nobody_and_takes_milliseconds(project: Path, tmp_path: Path) -> None:
    listed = a_list(tmp_path / "l.yaml")
    fetch(tmp_path / "files", project=project, listed=listed)
    start = time.perf_counter()
    fetch(tmp_path / "files", project=tmp_path / "nothing-here", listed=listed)
    assert time.perf_counter() - start < 0.1


def test_a_file_that_was_changed_is_fetched_again(project: Path, tmp_path: Path) -> None:
    listed = a_list(tmp_path / "l.yaml")
    path = fetch(tmp_path / "files", project=project, listed=listed)["swath.csv"]
    path.write_bytes(CONTENT.replace(b"231.5", b"999.9"))
    assert [source.name for source in missing(path.parent, sources(listed))] == ["swath.csv"]
    fetch(tmp_path / "files", project=project, listed=listed)
    assert path.read_bytes() == CONTENT


def test_files_put_there_by_hand_are_taken_when_they_are_right(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "swath.csv").write_bytes(CONTENT)
    assert fetch(files, project=tmp_path, listed=a_list(tmp_path / "l.yaml"))["swath.csv"].exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sha256": "0" * 64}, "compare the sha256"),
        ({"member": "tiny_data/other.csv"}, "holds no tiny_data/other"),
    ],
)
def test_anything_but_the_very_file_is_refused(
    changed: dict[str, object], sentence: str, project: Path, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match=sentence):
        fetch(tmp_path / "files", project=project, listed=a_list(tmp_path / "l.yaml", **changed))
    assert not (tmp_path / "files" / "swath.csv").exists()


@pytest.mark.parametrize("member", ["../outside.csv", "/etc/hostname", "a/../../b", "a\\b"])
def test_no_path_leads_out_of_a_package(member: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"l\.yaml: 0\.member: .*inside the package"):
        sources(a_list(tmp_path / "l.yaml", member=member))


def test_without_network_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT.partition("[tool.uv.sources]")[0])
    (tmp_path / "uv.lock").write_text(
        LOCKED_ELSEWHERE.format(port=free_ports(1)[0], digest=hashlib.sha256(CONTENT).hexdigest())
    )
    with pytest.raises(Unavailable, match="look at the network, it is tried again at the next start"):
        fetch(tmp_path / "files", project=tmp_path, listed=a_list(tmp_path / "l.yaml"))
    assert list((tmp_path / "files").iterdir()) == []


def test_the_real_data_are_there_with_their_licences(example_files: dict[str, Path]) -> None:  # noqa: F811
    listed = sources()
    assert {source.name for source in listed} == set(example_files)
    for source in listed:
        path = example_files[source.name]
        assert path.stat().st_size == source.size
        assert source.licence in path.with_name(path.name + ".licence.txt").read_text()
