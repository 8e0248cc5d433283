"""The next page of a catalog of others: what its answer says about it, kept as short as it can be."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from hub.catalog.outside.address import next_address
from hub.catalog.outside.state import Trouble
from hub.catalog.search import Json

LONGEST = 1_500  # characters: a token travels in an address
ASKED = frozenset({"collections", "ids", "bbox", "intersects", "datetime", "filter", "filter-lang", "sortby"})
Cursor = Json
"""`u` the address without its query; `q` or `b`: query or body; `d`: only what differs from the first."""
Request = tuple[str, Json | None]
"""An address, and the body where it is POSTed."""


def as_query(body: Json) -> dict[str, str]:
    """The body of a search as the parameters of a GET."""
    query: dict[str, str] = {}
    for name, value in body.items():
        if name == "sortby":
            query[name] = ",".join(("-" if s["direction"] == "desc" else "+") + s["field"] for s in value)
        elif isinstance(value, list):
            query[name] = ",".join(map(str, value))
        else:
            query[name] = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return query


def first_request(address: str, body: Json, method: str) -> Request:
    """How the first page is asked for."""
    return (address, body) if method == "POST" else (f"{address}?{urlencode(as_query(body))}", None)


def next_cursor(address: str, body: Json, asked: str, answer: Json) -> Cursor | None:
    """What the answer's `next` link says. Raises Trouble where it leads elsewhere or is nonsense.

    `address` and `body` are those of the first page, `asked` is the address of this one.
    """
    links = answer.get("links")
    found = (
        [n for n in links if isinstance(n, dict) and n.get("rel") == "next"]
        if isinstance(links, list)
        else []
    )
    if not found or not answer.get("features"):
        return None
    link = found[0]
    href = next_address(asked, link["href"]) if isinstance(link.get("href"), str) else None
    if href is None:
        raise Trouble("wrong", "names a next page on another host; that was not followed.")
    parts = urlsplit(href)
    bare = urlunsplit((*parts[:3], "", ""))
    cursor: Cursor = {} if bare == address else {"u": urlunsplit(("", "", parts.path, "", ""))}
    if str(link.get("method", "GET")).upper() == "POST":
        cursor |= _shorter("b", _body(link, body), body)
        if parts.query:
            cursor["u"] = f"{parts.path}?{parts.query}"
    else:
        cursor |= _shorter("q", dict(parse_qsl(parts.query, keep_blank_values=True)), as_query(body))
    if len(json.dumps(cursor)) > LONGEST:
        raise Trouble("wrong", "names a next page with an address that is too long.")
    return cursor


def _body(link: Json, body: Json) -> Json:
    given = link.get("body")
    given = given if isinstance(given, dict) else {}
    return {**body, **given} if link.get("merge") is True or not given else given


def _shorter(kind: str, given: dict[str, Any], first: dict[str, Any]) -> Cursor:
    if not all(name in given for name in first):
        return {kind: given}
    # a next page never asks for something else: what was asked comes back as it was or written otherwise
    changed = {n: v for n, v in given.items() if n not in first or (n not in ASKED and first[n] != v)}
    return {kind: changed, "d": 1}


def next_request(address: str, body: Json, cursor: Cursor) -> Request:
    """How the page of a cursor is asked for. Raises Trouble where a cursor was made up to lead elsewhere.

    Cursors travel with the client. So a body goes to the search alone, and nothing above it is read.
    """
    where, post, query = cursor.get("u", ""), cursor.get("b"), cursor.get("q")
    url = next_address(address, where or urlsplit(address).path) if isinstance(where, str) else None
    given = post if post is not None else query
    path = urlsplit(address).path
    if url is None or not isinstance(given, dict) or not _allowed(urlsplit(url).path, path, post is not None):
        raise Trouble("wrong", "was to be asked for a page that it does not have.")
    if post is not None:
        return url, {**body, **given} if cursor.get("d") else given
    full = {**as_query(body), **given} if cursor.get("d") else given
    return f"{url}?{urlencode(full)}", None


def _allowed(path: str, search: str, posted: bool) -> bool:
    if posted:
        return path == search
    return ".." not in path.split("/") and path.startswith(search.removesuffix("/search"))
