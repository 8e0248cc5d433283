"""The files over HTTP."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli
import httpx
import pytest
from fastapi import FastAPI

from hub.api.errors import say_error
from hub.errors import PolarhubError
from hub.lab_files.routes import lab_router
from hub.lab_files.store import LabFiles, prepare
from hub.lab_files.tree import LabTree
from tests.fakes.serving import served
from tests.lab_files.share import PROGRAM, make_share

MAIN = "static/main.0123456789abcdef.js"


@pytest.fixture
def build(tmp_path: Path) -> LabFiles:
    return prepare(tmp_path / "data", LabTree.of(make_share(tmp_path / "share")))


@pytest.fixture
def client(build: LabFiles) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.add_exception_handler(PolarhubError, say_error)
    app.include_router(lab_router(build.folder.parents[1]), prefix="/services/api")
    with served(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(("accept", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_a_file_comes_as_small_as_the_browser_takes_it(
    client: httpx.Client, build: LabFiles, accept: str, encoding: str | None
) -> None:
    answer = client.get(f"{build.address}/{MAIN}", headers={"Accept-Encoding": accept})
    assert answer.status_code == 200
    assert answer.text == PROGRAM
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_each_encoding_has_its_own_length_and_tag(client: httpx.Client, build: LabFiles) -> None:
    found = {}
    for accept, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
        with client.stream("GET", f"{build.address}/{MAIN}", headers={"Accept-Encoding": accept}) as answer:
            raw = b"".join(answer.iter_raw())
            assert unpack(raw).decode() == PROGRAM
            assert int(answer.headers["content-length"]) == len(raw)
            found[answer.headers["etag"]] = len(raw)
    assert len(found) == 3


def test_head_says_the_same_without_the_body(client: httpx.Client, build: LabFiles) -> None:
    ask = {"Accept-Encoding": "br"}
    head, get = (getattr(client, how)(f"{build.address}/{MAIN}", headers=ask) for how in ("head", "get"))
    assert head.status_code == 200 and head.content == b""
    same = set(get.headers) - {"date"}
    assert {name: head.headers.get(name) for name in same} == {name: get.headers[name] for name in same}


def test_what_the_browser_has_is_not_sent_again(client: httpx.Client, build: LabFiles) -> None:
    tag = client.get(f"{build.address}/{MAIN}").headers["etag"]
    again = client.get(f"{build.address}/{MAIN}", headers={"If-None-Match": f'"old", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag


def test_a_fetch_that_broke_off_goes_on_where_it_was(client: httpx.Client, build: LabFiles) -> None:
    ask = {"Accept-Encoding": "identity"}
    tag = client.get(f"{build.address}/{MAIN}", headers=ask).headers["etag"]
    rest = client.get(f"{build.address}/{MAIN}", headers={**ask, "Range": "bytes=100-", "If-Range": tag})
    assert rest.status_code == 206
    assert rest.text == PROGRAM[100:]


@pytest.mark.parametrize(
    "name",
    [
        "static/none.js",
        "static",
        "",
        f"{MAIN}.br",
        "../templates/stock.html",
        "..%2ftemplates%2fstock.html",
        "%2e%2e/templates/index.html",
        "static/../../templates/index.html",
        "static/%2e%2e/%2e%2e/templates/index.html",
        "static/..%5c..%5ctemplates/index.html",
        "static//main.0123456789abcdef.js",
        f"{MAIN}%00",
        "%2fetc/passwd",
    ],
)
def test_nothing_else_is_there(client: httpx.Client, build: LabFiles, name: str) -> None:
    assert client.get(f"{build.address}/{name}").status_code == 404


@pytest.mark.parametrize("digest", ["0" * 16, "..", "%2e%2e", "new-killed", "x" * 16])
def test_no_other_folder_is_there(client: httpx.Client, digest: str) -> None:
    assert client.get(f"/services/api/lab/{digest}/{MAIN}").status_code == 404
