"""The api's answers are compressed, streams line by line, secrets not at all."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator

import brotli
import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from hub.api.compression import Compression
from tests.fakes.serving import served

ITEMS: list[dict[str, object]] = [
    {"id": f"arcticdem_{n}", "bbox": [-45.0, 80.0, -44.0, 81.0]} for n in range(200)
]


def make_app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(Compression)

    @app.get("/items")
    async def items() -> list[dict[str, object]]:
        return ITEMS

    @app.get("/short")
    async def short() -> dict[str, str]:
        return {"id": "one"}

    @app.get("/page")
    async def page() -> HTMLResponse:
        return HTMLResponse("<p>token</p>" * 500)

    @app.get("/secret")
    async def secret() -> Response:
        return Response("x" * 5000, media_type="application/json", headers={"Cache-Control": "no-store"})

    @app.get("/tagged")
    async def tagged() -> Response:
        return Response("x" * 5000, media_type="application/geo+json", headers={"ETag": '"one"'})

    @app.get("/image")
    async def image() -> Response:
        return Response(bytes(5000), media_type="image/png")

    @app.get("/packed")
    async def packed() -> Response:
        raw = gzip.compress(b"x" * 5000)
        return Response(raw, media_type="text/plain", headers={"Content-Encoding": "gzip"})

    @app.get("/nothing", status_code=204)
    async def nothing() -> None:
        return None

    @app.get("/lines")
    async def lines() -> StreamingResponse:
        async def speak() -> AsyncIterator[str]:
            yield '{"n": 1}\n'
            await asked_again.wait()
            yield '{"n": 2}\n'

        asked_again.clear()
        return StreamingResponse(speak(), media_type="application/x-ndjson")

    @app.get("/go-on")
    async def go_on() -> None:
        asked_again.set()

    asked_again = asyncio.Event()
    return app


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(make_app()) as url, httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
        yield client


@pytest.mark.parametrize(("accept", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_data_is_compressed_as_the_browser_takes_it(
    client: httpx.Client, accept: str, encoding: str | None
) -> None:
    with client.stream("GET", "/items", headers={"Accept-Encoding": accept}) as answer:
        raw = b"".join(answer.iter_raw())
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert json.loads(unpack(raw)) == ITEMS
    assert answer.headers.get("content-encoding") == encoding
    assert int(answer.headers["content-length"]) == len(raw)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert encoding is None or len(raw) < len(json.dumps(ITEMS)) / 8


@pytest.mark.parametrize("path", ["/short", "/page", "/secret", "/image"])
def test_the_short_the_secret_and_the_dense_are_left_alone(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_what_is_compressed_already_is_not_compressed_again(client: httpx.Client) -> None:
    assert client.get("/packed", headers={"Accept-Encoding": "br, gzip"}).text == "x" * 5000


def test_a_tag_says_that_the_bytes_are_others(client: httpx.Client) -> None:
    assert client.get("/tagged", headers={"Accept-Encoding": "br"}).headers["etag"] == 'W/"one"'
    assert client.get("/tagged", headers={"Accept-Encoding": "identity"}).headers["etag"] == '"one"'


def test_an_answer_without_a_body_stays_without(client: httpx.Client) -> None:
    answer = client.get("/nothing", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_a_stream_comes_line_by_line(client: httpx.Client, encoding: str) -> None:
    with client.stream("GET", "/lines", headers={"Accept-Encoding": encoding}) as answer:
        lines = answer.iter_lines()
        assert json.loads(next(lines)) == {"n": 1}  # here before the second is said
        assert client.get("/go-on").status_code == 200
        assert [json.loads(line) for line in lines if line] == [{"n": 2}]
