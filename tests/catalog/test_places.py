"""A token holds where each catalog stands, fits its search only, and cannot be used to do harm."""

import base64
import zlib
from dataclasses import replace

import pytest

from hub.catalog.places import Place, read_token, write_token
from hub.catalog.search import Search
from hub.errors import BadInput

SEARCH = Search(collections=("a",), limit=7)
PLACES = {"polarhub": Place("index token", 3), "pgc": Place({"q": {"token": "next:x"}, "d": 1}, 0)}


def test_a_token_comes_back_as_it_was() -> None:
    token = write_token(SEARCH, PLACES)
    assert token is not None
    assert read_token(replace(SEARCH, token=token)) == PLACES


def test_nothing_left_is_no_token() -> None:
    assert write_token(SEARCH, {}) is None
    assert read_token(SEARCH) is None


def test_a_token_of_another_search_is_refused() -> None:
    token = write_token(SEARCH, PLACES)
    with pytest.raises(BadInput, match="another search"):
        read_token(Search(collections=("b",), limit=7, token=token))


BOMB = base64.urlsafe_b64encode(zlib.compress(b"0" * 50_000_000)).decode()


@pytest.mark.parametrize("token", ["", "x", "§§§", "AAAA", BOMB, "A" * 100_000, "eJyrVipWslJQqlWqBQAOaQKp"])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_token(Search(token=token))
    assert caught.value.where == "token"
