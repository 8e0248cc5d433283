"""Which way is cheaper: ask the R*Tree and sort, or walk from the newest back until enough is found.

The tree costs what lies in the box, all of it, before the first item is known; the walk costs what is newer
than the last item shown. A sample of the rows tells both beforehand, whatever place, time and collections
are asked for. It only chooses the way: both give the same answers, so a sample out of date does no harm.
"""

import random
import sqlite3
from dataclasses import dataclass

import numpy as np

from hub.catalog.geometry import Flags
from hub.catalog.index_schema import DAY

SAMPLE = 4096  # rows
TREE_ROW = 0.5  # microseconds a row of the tree costs, measured
WALK_ROW = 0.12  # microseconds a row of the walk costs, measured
FRUITLESS = 3  # rows whose bounds are met for each whose shape is met
FEW = 5  # rows of the sample: with fewer nothing can be said about the walk
CHEAP = 400.0  # microseconds: a tree that costs no more is taken without a second thought
BY_COLLECTION = 8  # collections that are walked one by one; more are walked together
EVER = 1 << 62

Bounds = tuple[int, int, int, int, int, int]
"""x0, x1, y0, y1, r0, r1 in metres; r is the distance from the pole."""

_COLUMNS = "n.collection, n.at, n.begins, n.ends, n.lasting, x0, x1, y0, y1, r0, r1"


@dataclass(frozen=True)
class Window:
    """What is looked for in one plane: bounds, times in microseconds, collections by number."""

    bounds: Bounds
    interval: tuple[int, int] | None
    at: tuple[int, int]  # limits of what items are sorted by
    collections: tuple[int, ...] | None

    @property
    def by_collection(self) -> bool:
        """Whether the walk goes through each collection on its own."""
        return self.collections is not None and len(self.collections) <= BY_COLLECTION

    @property
    def brief(self) -> tuple[int, int]:
        """The limits of `at` for items that do not last."""
        if self.interval is None:
            return self.at
        return max(self.at[0], self.interval[0] - DAY), min(self.at[1], self.interval[1] + DAY)


class Sample:
    """Some rows of one plane, newest first."""

    def __init__(self, rows: list[tuple[int, ...]], of: int) -> None:
        rows = sorted(rows, key=lambda row: -row[1])
        table = np.array(rows, dtype=np.int64).reshape(-1, 11)
        self.collection, self.at, self.begins, self.ends, lasting = table[:, :5].T.copy()
        self.lasting = lasting.astype(bool)
        self.bounds = table[:, 5:].T.astype(np.int32).copy()
        self.scale = of / max(len(rows), 1)  # rows for which one of the sample stands

    @classmethod
    def take(cls, connection: sqlite3.Connection, plane: str) -> "Sample":
        """A sample of a plane as it is now."""
        (last,) = connection.execute("SELECT coalesce(max(serial), 0) FROM items").fetchone()
        serials = random.Random(last).sample(range(1, last + 1), min(SAMPLE, last))  # noqa: S311
        select = (
            f"SELECT {_COLUMNS} FROM items s JOIN {plane} n ON n.number = s.number"  # noqa: S608
            " WHERE s.serial = ?"
        )
        found = (connection.execute(select, (serial,)).fetchone() for serial in serials)
        rows = [row for row in found if row]
        return cls(rows, round(last * len(rows) / max(len(serials), 1)))

    def prefers_tree(self, window: Window, limit: int, newest_first: bool) -> bool:
        """Whether the tree is the cheaper way to the first `limit` items in a window."""
        x0, x1, y0, y1, r0, r1 = self.bounds
        wx0, wx1, wy0, wy1, wr0, wr1 = window.bounds
        boxed = (x0 <= wx1) & (x1 >= wx0) & (y0 <= wy1) & (y1 >= wy0)
        tree = int(np.count_nonzero(boxed)) * self.scale * TREE_ROW
        if tree < CHEAP:
            return True
        walked = self._walked(window)
        hits = boxed & walked & (r0 <= wr1) & (r1 >= wr0)
        if window.interval is not None:
            hits &= (self.begins <= window.interval[1]) & (self.ends >= window.interval[0])
        if window.collections is not None:
            hits &= self._within(window.collections)
        return bool(tree < WALK_ROW * self._rows(walked, hits, limit, newest_first))

    def _rows(self, walked: Flags, hits: Flags, limit: int, newest_first: bool) -> float:
        """How many rows are walked until `limit` items are found."""
        every = int(np.count_nonzero(walked)) * self.scale
        order = slice(None) if newest_first else slice(None, None, -1)
        at = (np.cumsum(walked[order]) - 1)[hits[order]][:FEW]  # how many rows are walked to each hit
        if len(at) < FEW:
            return every
        spacing = (at[-1] - at[0]) / (FEW - 1) + 1
        before = max(float(at[0]) - FRUITLESS * spacing, 0.0)  # a time in which there was nothing
        return float(min(before * self.scale + FRUITLESS * limit * spacing, every))

    def _walked(self, window: Window) -> Flags:
        low, high = window.brief
        walked: Flags = (self.at >= low) & (self.at <= high)
        if window.interval is not None:
            walked |= self.lasting & (self.at >= window.at[0]) & (self.at <= window.at[1])
        if window.by_collection:
            walked &= self._within(window.collections)
        return walked

    def _within(self, collections: tuple[int, ...] | None) -> Flags:
        within: Flags = np.logical_or.reduce([self.collection == number for number in collections or ()])
        return within
