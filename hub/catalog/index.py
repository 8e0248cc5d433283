"""The embedded catalog: items in one SQLite file, found in the polar planes."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from hub.catalog.index_plan import Sample
from hub.catalog.index_rows import Row, Rows, compact, rows_of
from hub.catalog.index_schema import COUNTED, PLANE_NAMES, connect
from hub.catalog.index_search import find
from hub.catalog.search import Json, Page, Search
from hub.errors import BadInput, NotAllowed, NotFound

SLICE = 10_000  # items that are repaired and written at once
CACHE = 256_000  # kB for the pages of a file while much is written to it
STALE = 0.1  # part of the items: when more were added or removed, the sample is taken anew


class Index:
    """Collections and items of a catalog. May be used from several threads: each has its own connection."""

    def __init__(self, path: Path, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self._here = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._writing = threading.Lock()
        self._samples: dict[str, tuple[int, Sample]] = {}
        _ = self._connection  # a file that cannot be used is told at once

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> "Index":
        """Open the file, or make it. Raises Unavailable where it cannot be read or has another version."""
        return cls(path, readonly)

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._all:
            self._all.pop().close()
        self._here = threading.local()

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._here, "connection", None)
        if connection is None:
            connection = self._here.connection = connect(self.path, self.readonly)
            self._all.append(connection)
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if self.readonly:
            raise NotAllowed("This catalog was opened for reading only.")
        with self._writing:
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'changes'")
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def put_collection(self, collection: Json) -> None:
        """Add a STAC Collection, or replace the one with its id."""
        name = collection.get("id")
        if not isinstance(name, str) or not name:
            raise BadInput("A collection needs an id.", where="collection: id")
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO collections (id, json) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET json = excluded.json",
                (name, compact(collection)),
            )

    def put_items(self, items: Iterable[Json]) -> int:
        """Add or replace STAC Items, all or none; how many. Raises BadInput naming the item and field.

        Each item's `collection` must exist. Any iterable is taken in slices, so a million need no memory.
        """
        count = 0
        waiting = iter(items)
        with self._transaction() as connection, _much_memory(connection):
            collections = dict(connection.execute("SELECT id, number FROM collections"))
            while some := list(islice(waiting, SLICE)):
                _put(connection, some, collections)
                count += len(some)
        return count

    def collection(self, collection_id: str) -> Json:
        """One collection. Raises NotFound."""
        row = self._connection.execute(
            "SELECT json FROM collections WHERE id = ?", (collection_id,)
        ).fetchone()
        if row is None:
            raise NotFound(f"There is no collection {collection_id!r}.")
        collection: Json = json.loads(row[0])
        return collection

    def collections(self) -> list[Json]:
        """All collections, by id."""
        rows = self._connection.execute("SELECT json FROM collections ORDER BY id")
        return [json.loads(text) for (text,) in rows]

    def item(self, collection_id: str, item_id: str) -> Json:
        """One item as it was given. Raises NotFound."""
        row = self._connection.execute(
            "SELECT i.json FROM items i JOIN collections c ON c.number = i.collection"
            " WHERE c.id = ? AND i.id = ?",
            (collection_id, item_id),
        ).fetchone()
        if row is None:
            raise NotFound(f"There is no item {item_id!r} in the collection {collection_id!r}.")
        item: Json = json.loads(row[0])
        return item

    def delete_collection(self, collection_id: str) -> None:
        """Remove a collection and its items. Raises NotFound."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT number FROM collections WHERE id = ?", (collection_id,)
            ).fetchone()
            if row is None:
                raise NotFound(f"There is no collection {collection_id!r}.")
            _forget(
                connection,
                connection.execute("SELECT number FROM items WHERE collection = ?", row).fetchall(),
            )
            connection.execute("DELETE FROM reach WHERE collection = ?", row)
            connection.execute("DELETE FROM collections WHERE number = ?", row)

    def search(self, search: Search) -> Page:
        """The next page. Raises BadInput naming the parameter that cannot be used, `token` among them."""
        connection = self._connection
        connection.execute("BEGIN")  # one state of the file for the whole search
        try:
            return find(connection, self._sample, search)
        finally:
            connection.execute("ROLLBACK")

    def _sample(self, plane: str) -> Sample:
        (count,) = self._connection.execute("SELECT value FROM meta WHERE key = 'items'").fetchone()
        size, sample = self._samples.get(plane, (-1, None))
        if sample is None or abs(count - size) > STALE * size:
            sample = Sample.take(self._connection, plane)
            self._samples[plane] = (count, sample)
        return sample


@contextmanager
def _much_memory(connection: sqlite3.Connection) -> Iterator[None]:
    """Pages that are written again and again stay in memory meanwhile."""
    connection.execute(f"PRAGMA cache_size = -{CACHE}")
    try:
        yield
    finally:
        connection.execute("PRAGMA cache_size = -2000")


def _put(connection: sqlite3.Connection, items: list[Json], collections: dict[str, int]) -> None:
    keys = [_key(item, collections) for item in items]
    if len(set(keys)) < len(keys):  # the same item twice in one slice: the last one counts
        items = list(dict(zip(keys, items, strict=True)).values())
        keys = list(dict.fromkeys(keys))
    find_number = "SELECT number FROM items WHERE collection = ? AND id = ?"
    known = [connection.execute(find_number, key).fetchone() for key in keys]
    (serial,) = connection.execute("SELECT value FROM meta WHERE key = 'serial'").fetchone()
    rows = rows_of(items, [collection for collection, _ in keys], serial + 1)
    _forget(connection, [row for row in known if row])
    _write(connection, rows)


def _key(item: Json, collections: dict[str, int]) -> tuple[int, str]:
    name, collection = item.get("id"), item.get("collection")
    if not isinstance(name, str) or not name:
        raise BadInput("An item needs an id.", where="item: id")
    if collection not in collections:
        raise BadInput(f"There is no collection {collection!r}: add it first.", where=f"{name}: collection")
    return collections[collection], name


def _forget(connection: sqlite3.Connection, numbers: Sequence[tuple[int]]) -> None:
    serials = [(number & COUNTED,) for (number,) in numbers]
    connection.executemany("DELETE FROM items WHERE serial = ?", serials)
    for table in (*PLANE_NAMES, *(f"{plane}_tree" for plane in PLANE_NAMES)):
        connection.executemany(f"DELETE FROM {table} WHERE number = ?", numbers)  # noqa: S608
    connection.execute("UPDATE meta SET value = value - ? WHERE key = 'items'", (len(numbers),))


def _write(connection: sqlite3.Connection, rows: Rows) -> None:
    items = [(row[0] & COUNTED, *row) for row in rows.items]
    connection.executemany(f"INSERT INTO items VALUES ({_marks(9)})", items)  # noqa: S608
    connection.execute("UPDATE meta SET value = value + ? WHERE key = 'serial'", (len(items),))
    for plane, (plain, tree) in zip(PLANE_NAMES, rows.planes, strict=True):
        connection.executemany(f"INSERT INTO {plane} VALUES ({_marks(14)})", plain)  # noqa: S608
        connection.executemany(_REACH, _reaches(plane, plain))
        connection.executemany(f"INSERT INTO {plane}_tree VALUES ({_marks(5)})", tree)  # noqa: S608
    connection.execute("UPDATE meta SET value = value + ? WHERE key = 'items'", (len(rows.items),))


_REACH = """
INSERT INTO reach VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    x0 = min(x0, excluded.x0), x1 = max(x1, excluded.x1), y0 = min(y0, excluded.y0),
    y1 = max(y1, excluded.y1), r0 = min(r0, excluded.r0), r1 = max(r1, excluded.r1)
"""


def _reaches(plane: str, rows: list[Row]) -> Iterator[Row]:
    """The bounds of each collection's rows in a plane."""
    collections = np.array([row[1] for row in rows], dtype=np.int64)
    bounds = np.array([row[7:13] for row in rows], dtype=np.int64).reshape(-1, 3, 2)
    for number in np.unique(collections).tolist():
        some = bounds[collections == number]
        ends = np.column_stack((some[:, :, 0].min(0), some[:, :, 1].max(0)))
        yield (plane, number, *ends.ravel().tolist())


def _marks(count: int) -> str:
    return ", ".join("?" * count)
