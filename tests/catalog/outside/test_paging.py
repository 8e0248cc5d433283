"""The next page of another catalog: understood in all its spellings, kept short, never followed elsewhere."""

import json
from typing import Any

import pytest

from hub.catalog.outside.paging import as_query, first_request, next_cursor, next_request
from hub.catalog.outside.state import Trouble

SEARCH = "https://stac.example.org/v1/search"
RING = [[float(n), 80.123456] for n in range(300)]
BODY: dict[str, Any] = {
    "collections": ["a", "b"],
    "limit": 10,
    "intersects": {"type": "Polygon", "coordinates": [RING]},
    "sortby": [{"field": "properties.datetime", "direction": "desc"}],
}


def answer(**link: Any) -> dict[str, Any]:
    return {"features": [{}], "links": [{"rel": "self"}, {"rel": "next", **link}]}


def test_first_requests() -> None:
    assert first_request(SEARCH, BODY, "POST") == (SEARCH, BODY)
    url, body = first_request(SEARCH, {"collections": ["a", "b"], "bbox": [1, 2, 3, 4], "limit": 5}, "GET")
    assert url == f"{SEARCH}?collections=a%2Cb&bbox=1%2C2%2C3%2C4&limit=5" and body is None
    assert as_query(BODY)["sortby"] == "-properties.datetime"


@pytest.mark.parametrize(
    "link",
    [
        {"method": "POST", "href": SEARCH, "body": {**BODY, "token": "next:x"}},
        {"method": "POST", "href": SEARCH, "body": {"token": "next:x"}, "merge": True},
        {
            "method": "post",
            "href": "/v1/search",
            "body": {**BODY, "intersects": {"type": "?"}, "token": "next:x"},
        },
    ],
)
def test_a_body_is_kept_as_what_is_new_in_it(link: dict[str, Any]) -> None:
    cursor = next_cursor(SEARCH, BODY, SEARCH, answer(**link))
    assert cursor == {"b": {"token": "next:x"}, "d": 1}
    assert next_request(SEARCH, BODY, cursor) == (SEARCH, {**BODY, "token": "next:x"})


def test_a_body_that_is_all_that_is_to_be_sent() -> None:
    cursor = next_cursor(SEARCH, BODY, SEARCH, answer(method="POST", href=SEARCH, body={"token": "x"}))
    assert cursor is not None and next_request(SEARCH, BODY, cursor) == (SEARCH, {"token": "x"})


def test_an_address() -> None:
    body = {"collections": ["a"], "limit": 10}
    cursor = next_cursor(SEARCH, body, SEARCH, answer(href="?collections=a&limit=10&page=2"))
    assert cursor == {"q": {"page": "2"}, "d": 1}
    assert next_request(SEARCH, body, cursor) == (f"{SEARCH}?collections=a&limit=10&page=2", None)
    cursor = next_cursor(SEARCH, body, SEARCH, answer(href="https://stac.example.org/v1/pages/7?x=1"))
    assert cursor is not None
    assert next_request(SEARCH, body, cursor) == ("https://stac.example.org/v1/pages/7?x=1", None)


def test_a_long_area_makes_no_long_token() -> None:
    link = {"method": "POST", "href": SEARCH, "body": {**BODY, "token": "x"}}
    assert len(json.dumps(next_cursor(SEARCH, BODY, SEARCH, answer(**link)))) < 50


def test_no_next_link_and_no_items_are_the_end() -> None:
    assert next_cursor(SEARCH, BODY, SEARCH, {"features": [{}], "links": "none"}) is None
    assert (
        next_cursor(SEARCH, BODY, SEARCH, {"features": [], "links": [{"rel": "next", "href": "?p=2"}]})
        is None
    )


@pytest.mark.parametrize(
    "link",
    [
        {"href": "https://evil.example.com/v1/search?page=2"},
        {"href": "http://169.254.169.254/"},
        {"href": 7},
        {},
        {"href": f"?page={'9' * 2000}"},
    ],
)
def test_a_link_that_leads_astray_is_said(link: dict[str, Any]) -> None:
    with pytest.raises(Trouble) as caught:
        next_cursor(SEARCH, BODY, SEARCH, answer(**link))
    assert caught.value.state == "wrong"


@pytest.mark.parametrize(
    "cursor",
    [
        {"u": "/v1/collections/x/items", "b": {"type": "Feature"}},
        {"u": "/admin", "q": {}},
        {"u": "/v1/../admin", "q": {}},
        {"u": "https://evil.example.com/v1/search", "q": {}},
        {"u": ["x"], "q": {}},
        {"b": "x"},
        {},
    ],
)
def test_a_cursor_that_was_made_up_is_refused(cursor: dict[str, Any]) -> None:
    with pytest.raises(Trouble, match="does not have"):
        next_request(SEARCH, BODY, cursor)
