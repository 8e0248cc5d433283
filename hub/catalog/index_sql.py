"""Conditions in SQL: each a text with marks, and the values for the marks. `n` is the row of an item."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hub.catalog.index_asked import Asked
from hub.catalog.index_plan import Bounds

Condition = tuple[str, list[Any]]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Select:
    """A question to SQLite."""

    columns: str
    source: str
    conditions: list[Condition]
    order: str = "1"
    values: list[Any] = field(default_factory=list)  # for marks in the columns

    def ask(self, connection: sqlite3.Connection) -> sqlite3.Cursor:
        """The rows, read as they are needed."""
        where, values = together(self.conditions)
        # names of tables and columns are put into the text, and marks; never a value
        text = f"SELECT {self.columns} FROM {self.source} WHERE {where} ORDER BY {self.order}"  # noqa: S608
        return connection.execute(text, [*self.values, *values])


def together(conditions: Iterable[Condition]) -> Condition:
    """Conditions that must all hold, as one."""
    given = list(conditions)
    return " AND ".join(text for text, _ in given) or "1", [v for _, values in given for v in values]


def meets(bounds: Bounds) -> Condition:
    """Bounds that meet these."""
    x0, x1, y0, y1, r0, r1 = bounds
    text = "n.x0 <= ? AND n.x1 >= ? AND n.y0 <= ? AND n.y1 >= ? AND n.r0 <= ? AND n.r1 >= ?"
    return text, [x1, x0, y1, y0, r1, r0]


def in_tree(bounds: Bounds) -> Condition:
    """What the rows `t` of the tree are asked."""
    x0, x1, y0, y1 = bounds[:4]
    return "t.x0 <= ? AND t.x1 >= ? AND t.y0 <= ? AND t.y1 >= ?", [x1, x0, y1, y0]


def at(limits: tuple[int, int]) -> Condition:
    """The time by which items are sorted lies within."""
    return "n.at BETWEEN ? AND ?", [*limits]


def during(asked: Asked) -> list[Condition]:
    """The time of the item meets the interval."""
    if asked.interval is None:
        return []
    return [("n.begins <= ? AND n.ends >= ?", [asked.interval[1], asked.interval[0]])]


def within(asked: Asked) -> list[Condition]:
    """The item is in one of the collections."""
    if asked.collections is None:
        return []
    return [(f"n.collection IN ({_marks(asked.collections)})", [*asked.collections])]


def prefiltered(asked: Asked, holder: str) -> list[Condition]:
    """The simple conditions of the filter, asked of the JSON in the table `holder`."""
    return [
        (_test(f"json_extract({holder}.json, ?)", p.op, p.values), [p.path, *p.values])
        for p in asked.prefilters
        if p.path is not None
    ]


def _test(subject: str, op: str, values: tuple[Any, ...]) -> str:
    if op == "between":
        return f"{subject} BETWEEN ? AND ?"
    return f"{subject} IN ({_marks(values)})" if op == "in" else f"{subject} {op} ?"


def _marks(values: tuple[Any, ...]) -> str:
    return ", ".join("?" * len(values))
