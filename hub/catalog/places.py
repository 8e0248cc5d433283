"""The token of a page that comes from several catalogs: where each of them stands."""

import base64
import binascii
import hashlib
import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

from hub.catalog.search import Search
from hub.errors import BadInput

LONGEST = 32_768
LARGEST = 500_000


@dataclass(frozen=True)
class Place:
    """How far one catalog has been read: the page to ask for, and how many of its items were shown."""

    cursor: Any
    skip: int


def write_token(search: Search, places: dict[str, Place]) -> str | None:
    """One word for all places; nothing where there is nothing more to read."""
    if not places:
        return None
    content = {"q": _mark(search), "p": {name: [place.cursor, place.skip] for name, place in places.items()}}
    packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_token(search: Search) -> dict[str, Place] | None:
    """The places of the search's token, if it has one. Raises BadInput for the token of another search."""
    if search.token is None:
        return None
    try:
        content = json.loads(_unpacked(search.token))
        places = {
            str(name): Place(cursor, skip)
            for name, (cursor, skip) in content["p"].items()
            if type(skip) is int and 0 <= skip < LARGEST
        }
        mark = content["q"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error, binascii.Error):
        raise BadInput("This is not a token of a `next` link.", where="token") from None
    if mark != _mark(search):
        raise BadInput(
            "This token belongs to another search: send the same parameters with it.", where="token"
        )
    return places


def _unpacked(token: str) -> bytes:
    if len(token) > LONGEST:
        raise ValueError
    packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(packed, LARGEST)
    if unpacker.unconsumed_tail:
        raise ValueError
    return content


def _mark(search: Search) -> str:
    return hashlib.sha256(repr(replace(search, token=None)).encode()).hexdigest()[:12]
