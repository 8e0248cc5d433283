"""One that is slow, down or wrong costs a sentence; what the others have is shown, once, page by page."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from hub.catalog.outside.address import outside_client
from hub.catalog.outside.asking import Asking
from hub.catalog.outside.source import Source
from hub.catalog.question import Question, read_body
from hub.catalog.search import Page, Search
from hub.catalog.together import HERE, Ended, Event, Local, Together
from hub.errors import BadInput
from tests.catalog.outside.liars import item, liars
from tests.fakes.serving import served

LIMIT = 2  # seconds a catalog has
POLE = {"bbox": [-180, 60, 180, 90], "datetime": "2015-01-01T00:00:00Z/2025-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with served(liars()) as address:
        yield address


def source(server: str, kind: str, **more: Any) -> Source:
    return Source.model_validate(
        {
            "id": kind.replace("_", "-"),
            "title": f"The one called {kind}",
            "description": "A catalog for tests.",
            "address": f"{server}/{kind}",
            "licence": "CC-BY-4.0",
            "access": "Nobody needs anything.",
            "time_limit": LIMIT,
            "collections": [
                {
                    "id": "ice",
                    "title": "Some ice",
                    "description": "Ice that is not there.",
                    "bbox": [[-180, 50, 180, 90]],
                    "interval": ["2000-01-01T00:00:00Z", None],
                }
            ],
            **more,
        }
    )


async def embedded(search: Search) -> Page:
    """Twelve items of an index, given as an index gives them."""
    start = int(search.token or 0)
    items = [
        item(f"here-{n:02}", lon=n, collection="own") for n in range(start, min(start + search.limit, 12))
    ]
    return Page(items, 12, str(start + search.limit) if start + search.limit < 12 else None)


class Searching:
    """Searches a set of catalogs, and gathers what happened."""

    def __init__(self, asking: Asking) -> None:
        self.together = Together(lambda: [Local(HERE, "Here", embedded)], asking)

    async def events(self, question: Question) -> list[Event]:
        return [event async for event in self.together.events(question)]

    async def __call__(self, **body: Any) -> tuple[list[str], Ended]:
        events = await self.events(read_body({**POLE, **body}))
        items = [f"{what['collection']}/{what['id']}" for kind, what in events if kind == "feature"]
        assert events[-1][0] == "end"
        return items, events[-1][1]


@pytest.fixture
async def searching(server: str) -> AsyncIterator[Any]:
    async with outside_client(allow_inside=True) as client:

        def over(*kinds: str, **more: Any) -> Searching:
            sources = {s.id: s for s in (source(server, kind, **more) for kind in kinds)}
            return Searching(Asking(client, sources))

        yield over


def states(ended: Ended) -> dict[str, str]:
    return {report.id: report.state for report in ended.reports}


async def test_the_page_is_shared_and_filled(searching: Any) -> None:
    items, ended = await searching("good")(limit=10)
    assert sum(name.startswith("own/") for name in items) == 5
    assert sum(name.startswith("good:ice/") for name in items) == 5
    assert states(ended) == {"polarhub": "ok", "good": "ok"}
    assert ended.matched == 37


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 100])
async def test_paging_shows_everything_once(searching: Any, limit: int) -> None:
    search = searching("good")
    seen: list[str] = []
    token = None
    for _ in range(50):
        items, ended = await search(limit=limit, **({"token": token} if token else {}))
        assert len(items) <= limit
        seen += items
        token = ended.next
        if token is None:
            break
    assert len(seen) == len(set(seen)) == 37


async def test_paging_by_get(searching: Any) -> None:
    understands = {"method": "GET", "intersects": False, "sort": False, "largest_page": 3}
    search = searching("got", understands=understands)
    seen: list[str] = []
    token = None
    for _ in range(20):
        items, ended = await search(limit=2, collections=["got:ice"], **({"token": token} if token else {}))
        seen += items
        if (token := ended.next) is None:
            break
    assert seen == [f"got:ice/got-{n:03}" for n in range(7)]


@pytest.mark.parametrize(
    ("kind", "state", "sentence"),
    [
        ("stall", "slow", "gave no answer within 2 s."),
        ("drip", "slow", "gave no answer within 2 s."),
        ("drop", "failed", "broke off its answer."),
        ("broken", "failed", "answered 500: The database is down."),
        ("html", "wrong", "sent something that is not JSON."),
        ("elsewhere", "wrong", "sent JSON that is not a list of STAC items."),
        ("ignores_area", "wrong", "3 of 4 items lie outside the area: left out."),
        ("ignores_dates", "wrong", "2 of 3 items lie outside the dates: left out."),
        (
            "nonsense",
            "wrong",
            "6 of 9 items are not STAC items, 1 of 9 items are not of what was asked for: left out.",
        ),
        ("endless", "wrong", "1 of 1 items lie outside the area: left out."),
        ("away", "wrong", "names a next page on another host; that was not followed."),
        ("huge", "wrong", "sent more than 20 MB; the rest was not read."),
    ],
)
async def test_one_bad_catalog_costs_a_sentence(searching: Any, kind: str, state: str, sentence: str) -> None:
    began = time.monotonic()
    items, ended = await searching("good", kind, time_limit=LIMIT if state == "slow" else 8)(limit=30)
    reports = {report.id: report for report in ended.reports}
    report = reports.pop(kind.replace("_", "-"))
    assert (report.state, report.message) == (state, sentence)
    assert [r.state for r in reports.values()] == ["ok", "ok"]
    assert {name.partition("/")[0] for name in items} >= {"own", "good:ice"}
    assert time.monotonic() - began < 10
    assert not any("far-" in name for name in items)


async def test_all_at_once_take_no_longer_than_the_slowest(searching: Any) -> None:
    began = time.monotonic()
    items, ended = await searching("stall", "drip", "good", "broken", "html", "drop")(limit=30)
    assert time.monotonic() - began < 2 * LIMIT
    assert len(items) == 30
    assert set(states(ended).values()) == {"ok", "slow", "failed", "wrong"}


async def test_what_is_embedded_comes_first(searching: Any) -> None:
    events = searching("stall", "good").together.events(read_body({**POLE, "limit": 6}))
    began = time.monotonic()
    kinds: list[str] = []
    async for kind, what in events:
        kinds.append(kind if kind != "source" else f"source {what.id}")
        if kinds[-1] in ("source polarhub", "source good"):
            assert time.monotonic() - began < LIMIT
    assert kinds[:4] == ["asked", "source polarhub", "feature", "feature"]
    assert kinds[4] == "source good" and kinds[-1] == "end" and "source stall" in kinds


async def test_a_catalog_that_does_not_answer_is_left_alone_for_a_while(searching: Any) -> None:
    search = searching("stall")
    await search()
    began = time.monotonic()
    _, ended = await search()
    assert time.monotonic() - began < LIMIT
    assert states(ended)["stall"] == "slow" and "asked again in" in ended.reports[1].message
    began = time.monotonic()
    await search(collections=["stall:ice"])  # who names it means it
    assert time.monotonic() - began > 0.9 * LIMIT


async def test_the_same_next_page_for_ever_is_an_end(searching: Any) -> None:
    search = searching("circle")
    _, ended = await search(collections=["circle:ice"])
    _, ended = await search(collections=["circle:ice"], token=ended.next)
    assert ended.next is None
    assert "for ever" in ended.reports[0].message


async def test_items_are_put_into_our_words(searching: Any) -> None:
    events = await searching("nonsense", time_limit=8).events(
        read_body({**POLE, "collections": ["nonsense:ice"]})
    )
    [found] = [what for kind, what in events if kind == "feature"]
    assert found["collection"] == "nonsense:ice" and found["polarhub:source"] == "nonsense"
    assert found["assets"].keys() == {"b"}
    assert found["assets"]["b"]["href"].endswith("/b.tif") and found["assets"]["b"]["href"].startswith(
        "http://"
    )


async def test_filters_are_checked_here_too(searching: Any) -> None:
    search = searching("good")  # it does not understand filters, so none is sent
    for text, count in (
        ("gsd = 10", 10),
        ("gsd > 10", 0),
        ("unknown = 1", 0),
        ("collection = 'good:ice'", 10),
    ):
        items, ended = await search(
            collections=["good:ice"], **{"filter": text, "filter-lang": "cql2-text"}, limit=10
        )
        assert len(items) == count, text
        assert ended.matched is None


async def test_an_order_that_is_asked_for_holds_over_all(searching: Any) -> None:
    search = searching("good", understands={"sort": True})
    question = read_body({**POLE, "sortby": [{"field": "id", "direction": "asc"}], "limit": 20})
    ids = [what["id"] for kind, what in await search.events(question) if kind == "feature"]
    assert ids == sorted(ids) and len(ids) == 20


async def test_only_catalogs_that_the_question_concerns_are_asked(searching: Any) -> None:
    search = searching("good")
    for body in (
        {"bbox": [-180, -90, 180, -60]},
        {"datetime": "1990-01-01T00:00:00Z"},
        {"collections": ["own"]},
    ):
        _, ended = await search(**body)
        assert states(ended) == {"polarhub": "ok"}
    _, ended = await search(collections=["good:ice"])
    assert states(ended) == {"good": "ok"}


async def test_what_is_embedded_here_is_asked_elsewhere_only_by_name(searching: Any, server: str) -> None:
    collections = [{**source(server, "good").collections[0].model_dump(), "embedded": True}]
    search = searching("good", collections=collections)
    assert states((await search())[1]) == {"polarhub": "ok"}
    assert states((await search(collections=["good:ice"]))[1]) == {"good": "ok"}


async def test_a_made_up_token_leads_nowhere(searching: Any) -> None:
    from hub.catalog.places import Place, write_token

    search = searching("good")
    question = read_body({**POLE, "collections": ["good:ice"]})
    for cursor in (
        {"u": "http://169.254.169.254/latest", "q": {}},
        {"u": "//localhost:1/search", "q": {}},
        {"u": "/broken/search", "b": {"delete": "all"}},
        {"u": "/good/../broken", "q": {}},
        {"u": 7, "q": {}},
        {"q": []},
        {},
    ):
        token = write_token(question.search, {"good": Place(cursor, 0)})
        asked = replace(question, search=replace(question.search, token=token))
        events = await search.events(asked)
        assert events[-1][1].reports[0].state == "wrong", cursor
    with pytest.raises(BadInput):
        await search.events(replace(question, search=replace(question.search, token="nonsense")))
