"""Every parameter of a search is checked, and every fault is a sentence about one parameter."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.catalog.question import LARGEST_LIMIT, read_body, read_query, read_time
from hub.errors import BadInput

RING = [[170, 70], [-170, 70], [-170, 80], [170, 80], [170, 70]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def test_get_and_post_ask_the_same() -> None:
    posted = read_body(
        {
            "collections": ["a", "b"],
            "bbox": [170, 70, -170, 90],
            "datetime": "2020-01-01T00:00:00Z/..",
            "limit": 5,
            "sortby": [{"field": "properties.gsd", "direction": "desc"}, {"field": "id"}],
            "fields": {"include": ["id", "properties.gsd"], "exclude": ["assets"]},
            "filter": {"op": "<", "args": [{"property": "gsd"}, 30]},
        }
    )
    got = read_query(
        {
            "collections": "a,b",
            "bbox": "170,70,-170,90",
            "datetime": "2020-01-01T00:00:00Z/..",
            "limit": "5",
            "sortby": "-properties.gsd, id",
            "fields": "id,properties.gsd,-assets",
            "filter": "gsd < 30",
        }
    )
    assert posted == got
    assert got.search.sort == (("gsd", True), ("id", False))
    assert got.search.interval == (datetime(2020, 1, 1, tzinfo=UTC), None)


def test_nothing_asked_is_newest_first() -> None:
    question = read_body({})
    assert question.search.sort == (("datetime", True),)
    assert not question.sorted


def test_a_limit_is_cut_to_the_largest() -> None:
    assert read_query({"limit": "1000000"}).search.limit == LARGEST_LIMIT


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": "1,2,3,4"}, "bbox"),
        ({"bbox": [0, 10, 1, 5]}, "bbox"),
        ({"bbox": [0, 0, 500, 5]}, "bbox"),
        ({"bbox": [0, 0, 9, 1, 1, 5]}, "bbox"),
        ({"bbox": [0, 0, float("nan"), 5]}, "bbox"),
        ({"bbox": [0, 0, 1, 1], "intersects": POLYGON}, "intersects"),
        ({"intersects": {"type": "Feature", "geometry": POLYGON}}, "intersects"),
        ({"intersects": {"type": "Circle"}}, "intersects"),
        ({"intersects": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "intersects"),
        ({"intersects": {"type": "Point", "coordinates": [0, 95]}}, "intersects"),
        ({"intersects": {"type": "GeometryCollection", "geometries": []}}, "intersects"),
        ({"intersects": "POINT (0 0)"}, "intersects"),
        ({"datetime": "2020-01-01"}, "datetime"),
        ({"datetime": "2020-01-01T00:00:00"}, "datetime"),
        ({"datetime": "../.."}, "datetime"),
        ({"datetime": "2021-01-01T00:00:00Z/2020-01-01T00:00:00Z"}, "datetime"),
        ({"datetime": 7}, "datetime"),
        ({"limit": 0}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": True}, "limit"),
        ({"ids": "a"}, "ids"),
        ({"collections": [1]}, "collections"),
        ({"filter": "gsd <", "filter-lang": "cql2-text"}, "filter"),
        ({"filter": "gsd < 3"}, "filter"),
        ({"filter": {}, "filter-lang": "xpath"}, "filter-lang"),
        ({"filter": {}, "filter-crs": "EPSG:3413"}, "filter-crs"),
        ({"sortby": ["gsd"]}, "sortby"),
        ({"sortby": [{"field": "gsd", "direction": "up"}]}, "sortby"),
        ({"fields": ["id"]}, "fields"),
        ({"token": 3}, "token"),
        ({"query": {}}, "query"),
        ({"bbx": [0, 0, 1, 1]}, "bbx"),
    ],
)
def test_a_fault_names_its_parameter(body: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_body(body)
    assert caught.value.where == where
    assert caught.value.message.endswith((".", "?")) and "Traceback" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1985-04-12T23:20:50.52Z", datetime(1985, 4, 12, 23, 20, 50, 520000, UTC)),
        ("1996-12-19T16:39:57-08:00", datetime(1996, 12, 20, 0, 39, 57, 0, UTC)),
        ("1985-04-12t23:20:50.123456789z", datetime(1985, 4, 12, 23, 20, 50, 123456, UTC)),
        ("1990-12-31T23:59:60Z", datetime(1991, 1, 1, tzinfo=UTC)),
    ],
)
def test_times(text: str, time: datetime) -> None:
    assert read_time(text) == time
