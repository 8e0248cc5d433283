"""Items of our catalog for batches and triggers: the same search as everybody's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hub.catalog.catalog import Catalog
from hub.catalog.question import read_body
from hub.errors import BadInput, Unavailable

ALLOWED = (
    "collections", "ids", "bbox", "intersects", "datetime", "filter", "filter-lang", "filter-crs", "sortby",
)  # fmt: skip
PAGE = 200


def check(search: Mapping[str, Any]) -> None:
    """Raises BadInput, at `search.<parameter>`, for a search that cannot be asked."""
    with _placed():
        read_body(search, ALLOWED)


@contextmanager
def _placed() -> Iterator[None]:
    """What is wrong is in the search, which is only a part of what was sent."""
    try:
        yield
    except BadInput as error:
        raise BadInput(error.message, where=f"search.{error.where}" if error.where else "search") from None


async def items(
    catalog: Catalog, search: Mapping[str, Any], most: int, *, all_of: bool
) -> list[dict[str, Any]]:
    """Up to `most` + 1 that a search finds. `all_of`: Unavailable where a catalog does not answer."""
    found: dict[str, dict[str, Any]] = {}
    token: str | None = None
    silent: list[str] = []
    while True:
        body = {**search, "limit": min(PAGE, most + 1), **({"token": token} if token else {})}
        with _placed():
            async for kind, event in catalog.events(read_body(body)):
                if kind == "feature":
                    found[key(event)] = event
                elif kind == "end":
                    token = event.next
                    silent = [report.title for report in event.reports if report.state != "ok"]
        if silent and all_of:
            raise Unavailable(f"{', '.join(silent)} did not answer as it should: try again later.")
        if token is None or len(found) > most:
            return list(found.values())[: most + 1]


def key(item: Mapping[str, Any]) -> str:
    """What names an item among all."""
    return f"{item.get('collection', '')}/{item.get('id', '')}"[:500]
