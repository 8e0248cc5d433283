"""A real HTTP server with catalogs that stall, break, lie or never end: each below a path of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

Json = dict[str, Any]


def item(name: str, lon: float = 0, lat: float = 85, time: str = "2020-06-01T00:00:00Z", **more: Any) -> Json:
    """A STAC Item of the collection `ice` at a point."""
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "ice",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "bbox": [lon, lat, lon, lat],
        "properties": {"datetime": time, "gsd": 10},
        "assets": {"data": {"href": f"https://data.example.org/{name}.tif", "type": "image/tiff"}},
        "links": [],
        **more,
    }


def found(items: list[Json], *links: Json, **more: Any) -> Json:
    """An ItemCollection."""
    return {"type": "FeatureCollection", "features": items, "links": list(links), **more}


async def good(request: Request) -> Response:
    """Pages of items, as pgstac gives them: the next one by a POST with a token."""
    body = await request.json() if request.method == "POST" else dict(request.query_params)
    start, limit = int(body.get("token", 0)), int(body.get("limit", 10))
    items = [item(f"good-{n:03}", lon=n) for n in range(start, min(start + limit, 25))]
    links = []
    if start + limit < 25:
        whole = {**body, "token": str(start + limit)}
        links = [{"rel": "next", "method": "POST", "href": str(request.url), "body": whole}]
    return JSONResponse(found(items, *links, numberMatched=25))


async def got(request: Request) -> Response:
    """Pages by GET, as FedEO gives them."""
    start, limit = int(request.query_params.get("page", 0)), int(request.query_params["limit"])
    items = [item(f"got-{n:03}", lon=n) for n in range(start, min(start + limit, 7))]
    more = str(request.url.include_query_params(page=start + limit))
    return JSONResponse(found(items, *([{"rel": "next", "href": more}] if start + limit < 7 else [])))


async def stall(_: Request) -> Response:
    """Accepts the question and says nothing."""
    await asyncio.sleep(30)
    return JSONResponse({})


async def drip(_: Request) -> Response:
    """Sends a byte now and then, for ever."""

    async def bytes_of_it() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" "
            await asyncio.sleep(0.1)

    return StreamingResponse(bytes_of_it(), media_type="application/json")


async def drop(_: Request) -> Response:
    """Breaks off in the middle of its answer."""

    async def half() -> AsyncIterator[bytes]:
        yield b'{"type": "FeatureColl'
        raise ConnectionResetError

    return StreamingResponse(half(), headers={"content-length": "1000"})


async def broken(_: Request) -> Response:
    """500, with a sentence."""
    return JSONResponse({"code": "Oops", "description": "The database is down"}, 500)


async def html(_: Request) -> Response:
    """A page for people, with 200."""
    return PlainTextResponse("<html><script>alert(1)</script>Please log in</html>", media_type="text/html")


async def elsewhere(_: Request) -> Response:
    """JSON, but no items."""
    return JSONResponse({"type": "Catalog", "links": []})


async def ignores_area(_: Request) -> Response:
    """Gives the tropics to whoever asks for the pole."""
    items = [item(f"far-{n}", lon=20, lat=0, bbox=[20, 0, 20, 0]) for n in range(3)]
    return JSONResponse(found([*items, item("near")]))


async def ignores_dates(_: Request) -> Response:
    """Gives all years."""
    return JSONResponse(
        found([item("old", time="1990-01-01T00:00:00Z"), item("new"), item("none", time="soon")])
    )


async def nonsense(_: Request) -> Response:
    """Items that are none, and one good one."""
    items: list[Any] = [
        None,
        "item",
        item("no geometry", geometry=None),
        item("odd geometry", geometry={"type": "Polygon", "coordinates": [[["a", "b"]]]}),
        item("deep", geometry={"type": "Polygon", "coordinates": [[[0, 0]] * 70_000]}),
        item("other collection", collection="fire"),
        {**item("no properties"), "properties": []},
        item("good", assets={"a": {"href": "javascript:alert(1)"}, "b": {"href": "../b.tif"}, "c": 3}),
        item("good"),
    ]
    return JSONResponse(found(items))


async def endless(request: Request) -> Response:
    """Always one more page, always empty of what was asked."""
    page = int(request.query_params.get("page", 0))
    more = str(request.url.include_query_params(page=page + 1))
    return JSONResponse(found([item(f"far-{page}", lat=0)], {"rel": "next", "href": more}))


async def circle(request: Request) -> Response:
    """The next page is this one."""
    more = str(request.url.include_query_params(page=1))
    return JSONResponse(found([item("again")], {"rel": "next", "href": more}))


async def away(_: Request) -> Response:
    """The next page is on another host."""
    return JSONResponse(found([item("one")], {"rel": "next", "href": "http://169.254.169.254/latest"}))


async def huge(_: Request) -> Response:
    """More bytes than anybody wants, compressed to few."""

    async def bytes_of_it() -> AsyncIterator[bytes]:
        yield b'{"type": "FeatureCollection", "features": ["'
        for _ in range(60):
            yield b"a" * 1_000_000
        yield b'"]}'

    return StreamingResponse(bytes_of_it(), media_type="application/json")


async def not_a_number(_: Request) -> Response:
    """NaN, which Python writes and no browser reads."""
    return Response(json.dumps(found([item("nan", lon=float("nan"))])), media_type="application/json")


async def sends_away(_: Request) -> Response:
    """A redirect to another host."""
    return RedirectResponse("http://localhost:1/search", 307)


async def sends_on(request: Request) -> Response:
    """A redirect on the same host."""
    return RedirectResponse(str(request.url).replace("sends_on", "good"), 307)


async def in_circles(request: Request) -> Response:
    """A redirect to itself."""
    return RedirectResponse(str(request.url), 307)


KINDS = (
    good, got, stall, drip, drop, broken, html, elsewhere, ignores_area, ignores_dates, nonsense, endless,
    circle, away, huge, not_a_number, sends_away, sends_on, in_circles,
)  # fmt: skip


def liars() -> Starlette:
    """All of them: `/KIND/search` and, for a plain look, `/KIND`."""
    return Starlette(
        routes=[
            Route(f"/{kind.__name__}{end}", kind, methods=["GET", "POST"])
            for kind in KINDS
            for end in ("", "/search")
        ]
    )
