"""The tables of the catalog's SQLite file, and how it is opened.

Beside the items there is for each plane:

* `north`, `south`: the repaired shape of each item that reaches the plane, with its bounds in whole metres
  (x, y and r, the distance from the pole) and its times. Two indexes hold all but the shape, in the order of
  time, so that a walk from the newest back reads nothing else: `…_walk` of all, `…_of` by collection.
* `north_tree`, `south_tree`: an R*Tree over x and y in metres, whole numbers.

`reach` has the bounds of all that was ever put into a collection, so that collections which have nothing
near are not looked through.

An item's number begins with its time, in steps of three days: so the tree, which tells numbers and nothing
else, tells also which of a thousand hits are the newest, and only these are looked up. Time as a dimension of
the tree would do that too, but not leave it tight: at a million footprints a point took five times as long.
The items themselves are kept by `serial`, the part of their number that counts them as they come.

`at` is what items are sorted by: their datetime, or else their start. `lasting` is 1 where an item's time
reaches further than a day from it: the others can be looked up by `at` alone.
"""

import sqlite3
from pathlib import Path

from hub.errors import Unavailable

VERSION = 4
PLANE_NAMES = ("north", "south")
DAY = 86_400_000_000  # microseconds
STEP = 3 * DAY
SERIAL = 40  # bits of a number that count the items; above them one for `lasting`, then the step of time
COUNTED = (1 << SERIAL) - 1
LASTING = 1 << SERIAL

ITEMS = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE collections (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
CREATE TABLE items (
    serial INTEGER PRIMARY KEY, number INTEGER NOT NULL, collection INTEGER NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL, lasting INTEGER NOT NULL,
    json TEXT NOT NULL
);
CREATE TABLE reach (
    plane TEXT NOT NULL, collection INTEGER NOT NULL,
    x0 INTEGER NOT NULL, x1 INTEGER NOT NULL, y0 INTEGER NOT NULL, y1 INTEGER NOT NULL,
    r0 INTEGER NOT NULL, r1 INTEGER NOT NULL, PRIMARY KEY (plane, collection)
) WITHOUT ROWID;
CREATE UNIQUE INDEX items_id ON items (collection, id);
CREATE INDEX items_of ON items (collection, lasting, at, id, begins, ends);
CREATE INDEX items_at ON items (lasting, at, id, collection, begins, ends);
"""
PLANE = """
CREATE TABLE {plane} (
    number INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
    begins INTEGER NOT NULL, ends INTEGER NOT NULL, lasting INTEGER NOT NULL,
    x0 INTEGER NOT NULL, x1 INTEGER NOT NULL, y0 INTEGER NOT NULL, y1 INTEGER NOT NULL,
    r0 INTEGER NOT NULL, r1 INTEGER NOT NULL, shape BLOB NOT NULL
);
CREATE INDEX {plane}_walk
    ON {plane} (lasting, at, id, collection, x0, x1, y0, y1, r0, r1, begins, ends);
CREATE INDEX {plane}_of
    ON {plane} (collection, lasting, at, id, x0, x1, y0, y1, r0, r1, begins, ends);
CREATE VIRTUAL TABLE {plane}_tree USING rtree_i32 (number, x0, x1, y0, y1);
"""


def number_of(lasting: int, at: int, serial: int = 0) -> int:
    """The number of an item. It grows with time, and by steps alone: `first_of` tells where one begins."""
    return first_of(at) | lasting << SERIAL | serial


def first_of(at: int) -> int:
    """The least number of the step of time in which a moment lies."""
    step = min(max(at // STEP + (1 << 20), 0), (1 << 21) - 1)
    return step << (SERIAL + 1)


def connect(path: Path, readonly: bool) -> sqlite3.Connection:
    """A connection for one thread. Raises Unavailable where the file is missing or not ours."""
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            timeout=60,
        )
        if not readonly:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA mmap_size = {1 << 36}")
        _prepare(connection, readonly)
    except sqlite3.Error as error:
        raise Unavailable(f"The catalog file cannot be used ({error}).", where=str(path)) from None
    return connection


def _prepare(connection: sqlite3.Connection, readonly: bool) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version or readonly:
        raise sqlite3.DatabaseError(f"it has version {version} and not {VERSION}: index it anew")
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("PRAGMA user_version").fetchone()[0]:
        script = ITEMS + "".join(PLANE.format(plane=plane) for plane in PLANE_NAMES)
        for statement in script.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('items', 0), ('changes', 0), ('serial', 0)")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
