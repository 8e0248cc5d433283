"""What runs leave: kept whole or not at all, in a folder and in a real S3 server on this machine."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from hub.errors import BadInput, BadSetting, NotFound, Unavailable
from hub.headless.results import Results
from hub.headless.stores import store_of
from hub.settings import Settings

# moto and werkzeug: theirs to mend
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*utcnow.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

JOB = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server with a bucket `runs`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    assert httpx.put(f"{address}/runs", trust_env=False).status_code == 200
    yield address
    server.stop()


def s3_settings(address: str, folder: Path, **more: str) -> Settings:
    settings = {"RESULTS": "s3://runs/of/polarhub", "RESULTS_ENDPOINT": address, "DATA": str(folder)}
    settings |= {"RESULTS_KEY": "key", "RESULTS_SECRET": "not to be shown", **more}
    return Settings.load({f"POLARHUB_{name}": value for name, value in settings.items()})


@pytest.fixture(params=["folder", "bucket"])
def results(request: pytest.FixtureRequest, tmp_path: Path) -> Results:
    """Each kind of store, empty."""
    if request.param == "folder":
        return Results.of(Settings.load({"POLARHUB_DATA": str(tmp_path)}))
    address = request.getfixturevalue("s3")
    prefix = f"s3://runs/{tmp_path.name}"
    return Results.of(s3_settings(address, tmp_path, RESULTS=prefix))


def test_a_file_is_read_as_it_was_put(results: Results) -> None:
    stored = results.put("ada", JOB, "maps/ice.png", [b"a", b"b" * 100_000])
    assert (stored.path, stored.size) == ("maps/ice.png", 100_001)
    assert stored.sha256 == hashlib.sha256(b"a" + b"b" * 100_000).hexdigest()
    opened = results.open("ada", JOB, "maps/ice.png")
    assert (opened.size, opened.media_type) == (100_001, "image/png")
    assert b"".join(opened.chunks) == b"a" + b"b" * 100_000


def test_a_large_file_comes_in_pieces(results: Results) -> None:
    piece = bytes(range(256)) * 4096
    results.put("ada", JOB, "cube.nc", (piece for _ in range(12)))
    opened = results.open("ada", JOB, "cube.nc")
    sizes = [len(chunk) for chunk in opened.chunks]
    assert sum(sizes) == opened.size == 12 * 2**20
    assert max(sizes) < opened.size


def test_a_later_file_of_the_same_name_takes_its_place(results: Results) -> None:
    results.put("ada", JOB, "notebook.ipynb", [b"{}"])
    results.put("ada", JOB, "notebook.ipynb", [b'{"cells": []}'])
    assert results.read("ada", JOB, "notebook.ipynb") == b'{"cells": []}'
    (entry,) = results.list("ada", JOB)
    assert (entry.size, entry.media_type) == (13, "application/x-ipynb+json")


def test_what_breaks_off_leaves_what_was_there(results: Results) -> None:
    results.put("ada", JOB, "ice.csv", [b"whole"])
    with suppress(ConnectionError), results.writing("ada", JOB, "ice.csv") as writer:
        writer.write(b"half" * 3 * 2**20)
        raise ConnectionError
    assert results.read("ada", JOB, "ice.csv") == b"whole"
    assert [entry.path for entry in results.list("ada", JOB)] == ["ice.csv"]


def test_runs_and_owners_are_apart(results: Results) -> None:
    other = JOB.replace("1", "9")
    results.put("ada", JOB, "ice.csv", [b"1"])
    results.put("ada", other, "ice.csv", [b"2"])
    results.put("ada/x", JOB, "ice.csv", [b"3"])
    results.drop("ada", JOB)
    results.drop("ada", JOB)
    assert results.list("ada", JOB) == []
    assert results.read("ada", other, "ice.csv") == b"2"
    assert results.read("ada/x", JOB, "ice.csv") == b"3"
    for owner in ("bob", "ad", "..", "."):
        with pytest.raises(NotFound):
            results.open(owner, JOB, "ice.csv")


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a\\b", "a\nb", "a\0", "x/" * 20 + "y", "ü" * 200],
)
def test_names_that_lead_elsewhere_are_refused(results: Results, path: str) -> None:
    with pytest.raises(BadInput, match="path"):
        results.put("ada", JOB, path, [b""])
    with pytest.raises(NotFound):
        results.open("ada", JOB, path)


@pytest.mark.parametrize("path", ["ice (1).csv", "ß 1%2F2?.txt", "a#b.txt", ".hidden", "a+b&c=.csv"])
def test_names_that_people_give_are_kept(results: Results, path: str) -> None:
    results.put("ada", JOB, path, [b"1"])
    assert [entry.path for entry in results.list("ada", JOB)] == [path]
    assert results.read("ada", JOB, path) == b"1"


def test_a_file_that_is_too_large_is_refused_and_not_kept(tmp_path: Path) -> None:
    store = store_of(Settings.load({"POLARHUB_DATA": str(tmp_path)}))
    results = Results(store, largest=10)
    with pytest.raises(BadInput, match=r"ice\.csv: is larger than the 10 bytes that are left"):
        results.put("ada", JOB, "ice.csv", [b"12345", b"678901"])
    assert results.list("ada", JOB) == []


def test_a_run_as_a_whole_has_its_limits_and_may_replace_its_files(tmp_path: Path) -> None:
    store = store_of(Settings.load({"POLARHUB_DATA": str(tmp_path)}))
    results = Results(store, whole=10, most=2)
    results.put("ada", JOB, "a", [b"123456"])
    with pytest.raises(BadInput, match="the 4 bytes that are left"):
        results.put("ada", JOB, "b", [b"12345"])
    results.put("ada", JOB, "b", [b"1234"])
    results.put("ada", JOB, "a", [b"654321"])
    with pytest.raises(BadInput, match="one file too many"):
        results.put("ada", JOB, "c", [b""])


def test_a_store_that_does_not_answer_is_told_without_its_secrets(
    s3: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    results = Results.of(s3_settings(s3, tmp_path, RESULTS="s3://nowhere"))
    with pytest.raises(Unavailable) as told:
        results.put("ada", JOB, "ice.csv", [b"1"])
    assert "not to be shown" not in str(told.value) + caplog.text
    assert "NoSuchBucket" in caplog.text or "not found" in caplog.text


def test_half_a_key_is_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="POLARHUB_RESULTS_KEY"):
        Results.of(s3_settings("http://127.0.0.1:9", tmp_path, RESULTS_SECRET=""))
