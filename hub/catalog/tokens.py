"""Page tokens: where the next page begins. They fit only the search that they came from."""

import base64
import hashlib
import json
from typing import Any

from hub.catalog.search import Search
from hub.errors import BadInput

_SALT = "polarhub page 1"


def write_token(search: Search, place: list[Any]) -> str:
    """A token for the page after `place`, the sort values of the last item shown."""
    text = json.dumps([_seal(search, place), *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(search: Search, places: int) -> list[Any] | None:
    """The place that the search's token names. Raises BadInput where it is not one of this search."""
    if search.token is None:
        return None
    try:
        padded = search.token + "=" * (-len(search.token) % 4)
        seal, *place = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, TypeError):
        raise bad_token() from None
    plain = all(value is None or isinstance(value, str | int | float) for value in place)
    if len(place) != places or not plain or seal != _seal(search, place):
        raise bad_token()
    return list(place)


def _seal(search: Search, place: list[Any]) -> str:
    asked = (
        search.collections,
        search.ids,
        search.area,
        search.bbox,
        search.interval,
        search.where,
        search.sort,
    )
    text = json.dumps([_SALT, asked, place], sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def bad_token() -> BadInput:
    """What is said of a token that is not one of its search."""
    return BadInput("This token is not one of this search: start again at its first page.", where="token")
