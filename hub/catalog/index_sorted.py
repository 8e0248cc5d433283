"""Candidates in any other order: by properties, or of named ids."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.catalog.index_asked import Asked
from hub.catalog.index_newest import limits_of, windows
from hub.catalog.index_schema import COUNTED
from hub.catalog.index_sql import Condition, Row, Select, at, during, in_tree, prefiltered, within
from hub.catalog.search import Search
from hub.errors import BadInput

COLUMNS = {"datetime": "n.at", "id": "n.id", "collection": "c.id"}


@dataclass(frozen=True)
class Key:
    """One value to sort by: an expression in SQL, the values of its marks, and which way."""

    text: str
    values: list[Any]
    descending: bool = False


def keys_of(search: Search) -> list[Key]:
    """What is sorted by, ties by id; an item without the property comes last. Raises BadInput."""
    keys: list[Key] = []
    for name, descending in search.sort:
        if name in COLUMNS:
            keys.append(Key(COLUMNS[name], [], descending))
            continue
        name = name.removeprefix("properties.")
        if '"' in name or not name:
            raise BadInput(f"There is no property {name!r} to sort by.", where="sortby")
        path = [f'$.properties."{name}"']
        keys += [
            Key("(json_extract(n.json, ?) IS NULL)", path),
            Key("json_extract(n.json, ?)", path, descending),
        ]
    return [*keys, Key("n.id", []), Key("c.id", [])]


def in_order(
    connection: sqlite3.Connection, asked: Asked, keys: list[Key], place: list[Any] | None
) -> Iterator[Row]:
    """Rows (values of the keys, number) after a place, of all items that may be meant."""
    conditions = [*during(asked), *within(asked), *prefiltered(asked, "n"), at(limits_of(asked, None))]
    if asked.search.ids is not None:
        conditions.append(("n.id IN (SELECT value FROM json_each(?))", [json.dumps(asked.search.ids)]))
    elif asked.areas:
        conditions.append(_in_trees(asked))
    if place is not None:
        conditions.append(_beyond(keys, place))
    select = Select(
        ", ".join([*(key.text for key in keys), "n.number"]),
        "items n JOIN collections c ON c.number = n.collection",
        conditions,
        ", ".join(f"{n} {'DESC' if key.descending else 'ASC'}" for n, key in enumerate(keys, 1)),
        [value for key in keys for value in key.values],
    )
    yield from select.ask(connection)


def _in_trees(asked: Asked) -> Condition:
    texts, values = [], []
    for plane, _, window in windows(asked, limits_of(asked, None)):
        text, some = in_tree(window.bounds)
        texts.append(f"SELECT t.number & {COUNTED} FROM {plane}_tree t WHERE {text}")  # noqa: S608
        values += some
    return f"n.serial IN ({' UNION ALL '.join(texts)})", values


def _beyond(keys: list[Key], place: list[Any]) -> Condition:
    """What comes after a place, whose keys run in mixed ways: equal in some, then beyond in the next."""
    texts: list[str] = []
    values: list[Any] = []
    for n, (key, value) in enumerate(zip(keys, place, strict=True)):
        if value is None:
            continue  # missing values are told apart by the key before; among them nothing is beyond
        equal = "".join(f"{before.text} IS ? AND " for before in keys[:n])
        texts.append(f"({equal}{key.text} {'<' if key.descending else '>'} ?)")
        for before, known in zip(keys[:n], place[:n], strict=True):
            values += [*before.values, known]
        values += [*key.values, value]
    return f"({' OR '.join(texts)})", values
