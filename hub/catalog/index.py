"""The embedded catalog: items in one SQLite file, found in the polar planes."""

from collections.abc import Iterable
from pathlib import Path

from hub.catalog.search import Json, Page, Search


class Index:
    """Collections and items of a catalog. May be used from several threads: each has its own connection."""

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> "Index":
        """Open the file, or make it. Raises Unavailable where it cannot be read or has another version."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections of all threads."""
        raise NotImplementedError

    def put_collection(self, collection: Json) -> None:
        """Add a STAC Collection, or replace the one with its id."""
        raise NotImplementedError

    def put_items(self, items: Iterable[Json]) -> int:
        """Add or replace STAC Items, all or none; how many. Raises BadInput naming the item and field.

        Each item's `collection` must exist. Any iterable is taken in slices, so a million need no memory.
        """
        raise NotImplementedError

    def collection(self, collection_id: str) -> Json:
        """One collection. Raises NotFound."""
        raise NotImplementedError

    def collections(self) -> list[Json]:
        """All collections, by id."""
        raise NotImplementedError

    def item(self, collection_id: str, item_id: str) -> Json:
        """One item as it was given. Raises NotFound."""
        raise NotImplementedError

    def delete_collection(self, collection_id: str) -> None:
        """Remove a collection and its items. Raises NotFound."""
        raise NotImplementedError

    def search(self, search: Search) -> Page:
        """The next page. Raises BadInput naming the parameter that cannot be used, `token` among them."""
        raise NotImplementedError
