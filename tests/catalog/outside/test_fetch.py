"""Whatever a catalog does to us is one word and one sentence, within its time and size."""

import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from hub.catalog.outside.address import outside_client
from hub.catalog.outside.fetch import fetch_json
from hub.catalog.outside.state import Trouble
from tests.catalog.outside.liars import liars
from tests.fakes.serving import served


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with served(liars()) as address:
        yield address


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with outside_client(allow_inside=True) as found:
        yield found


@pytest.mark.parametrize(
    ("kind", "state", "sentence"),
    [
        ("stall", "slow", "gave no answer within 1 s."),
        ("drip", "slow", "gave no answer within 1 s."),
        ("drop", "failed", "broke off its answer."),
        ("broken", "failed", "answered 500: The database is down."),
        ("html", "wrong", "sent something that is not JSON."),
        ("huge", "wrong", "sent more than 20 MB; the rest was not read."),
        ("not_a_number", "wrong", "sent something that is not JSON."),
        ("sends_away", "wrong", "sends elsewhere, to another host; that was not followed."),
        ("in_circles", "wrong", "sends from one address to the next without end."),
        ("nothing_there", "failed", "answered 404."),
    ],
)
async def test_trouble(server: str, client: httpx.AsyncClient, kind: str, state: str, sentence: str) -> None:
    began = time.monotonic()
    with pytest.raises(Trouble) as caught:
        await fetch_json(client, f"{server}/{kind}", body={"limit": 1}, seconds=1 if state == "slow" else 10)
    assert (caught.value.state, caught.value.message) == (state, sentence)
    assert time.monotonic() - began < 8


async def test_nobody_there_is_unreachable(client: httpx.AsyncClient) -> None:
    for address in ("http://127.0.0.1:9/search", "http://nowhere.invalid/search"):
        with pytest.raises(Trouble, match=r"cannot be reached from here\.") as caught:
            await fetch_json(client, address)
        assert caught.value.state == "unreachable"


async def test_a_redirect_on_the_same_host_is_followed(server: str, client: httpx.AsyncClient) -> None:
    answer = await fetch_json(client, f"{server}/sends_on/search", body={"limit": 3})
    assert len(answer["features"]) == 3
