"""The index: what goes in comes out, every way of asking gives the same items, pages hold still."""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.footprints import COLLECTIONS, World, make_searches, make_world
from hub.catalog.index import Index
from hub.catalog.index_plan import Sample, Window
from hub.catalog.index_search import find
from hub.catalog.plane import Footprints, box_footprint, footprint, footprints
from hub.catalog.search import Json, Page, Search
from hub.catalog.where import meet, parse_where
from hub.errors import BadInput, NotAllowed, NotFound, Unavailable

COUNT = 3000


def an_item(name: str = "one", geometry: Json | None = None, **properties: object) -> Json:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "mosaics",
        "geometry": geometry,
        "properties": {"datetime": "2020-01-01T00:00:00Z"} | properties,
        "links": [],
        "assets": {},
    }


def at_point(lon: float, lat: float) -> Json:
    return {"type": "Point", "coordinates": [lon, lat]}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(COUNT, seed=11)


@pytest.fixture(scope="module")
def full(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Many items of all sorts; not to be changed."""
    path = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    with_all = Index.open(path)
    for name in COLLECTIONS:
        with_all.put_collection({"type": "Collection", "id": name})
    assert with_all.put_items(world.items()) == COUNT
    with_all.close()
    index = Index.open(path, readonly=True)
    yield index
    index.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An empty one with one collection."""
    index = Index.open(tmp_path / "catalog.sqlite")
    index.put_collection({"type": "Collection", "id": "mosaics"})
    yield index
    index.close()


def all_of(index: Index, search: Search) -> list[Json]:
    """The items of all pages."""
    items: list[Json] = []
    while True:
        page = index.search(search)
        items += page.items
        if page.next is None:
            return items
        assert len(page.items) == search.limit
        search = replace(search, token=page.next)


def names_of(items: list[Json]) -> list[str]:
    return [item["id"] for item in items]


# -- in and out


def test_an_item_comes_out_as_it_went_in(index: Index) -> None:
    ring = [[170, 70, 12.5], [-170.000000001, 70, 0], [-170, 75, 1e-7], [170, 75, 0], [170, 70, 12.5]]
    item = an_item(geometry={"type": "Polygon", "coordinates": [ring]}, title="Wrangel Ø 北極")
    index.put_items([item])
    assert index.item("mosaics", "one") == item
    assert index.search(Search(bbox=(179, 71, -179, 72))).items == [item]


def test_an_item_put_again_replaces_the_first(index: Index) -> None:
    index.put_items([an_item(geometry=at_point(0, 80))])
    index.put_items([an_item(geometry=at_point(0, -80)), an_item("two", at_point(0, -80))])
    assert index.search(Search(bbox=(-10, 70, 10, 90))).items == []
    assert names_of(index.search(Search(bbox=(-10, -90, 10, -70))).items) == ["two", "one"]


def test_the_last_of_the_same_item_in_one_go_counts(index: Index) -> None:
    index.put_items([an_item(title="first"), an_item(title="last")])
    assert index.item("mosaics", "one")["properties"]["title"] == "last"


def test_an_item_without_a_geometry_is_found_but_not_by_place(index: Index) -> None:
    index.put_items([an_item()])
    assert names_of(index.search(Search()).items) == ["one"]
    assert index.search(Search(bbox=(-180, -90, 180, 90))).items == []


def test_collections_are_kept_by_id(index: Index) -> None:
    index.put_collection({"type": "Collection", "id": "a", "title": "first"})
    index.put_collection({"type": "Collection", "id": "a", "title": "second"})
    assert [(c["id"], c.get("title")) for c in index.collections()] == [("a", "second"), ("mosaics", None)]
    assert index.collection("a")["title"] == "second"


def test_a_collection_goes_with_its_items(index: Index) -> None:
    index.put_items([an_item(geometry=at_point(0, 80))])
    index.delete_collection("mosaics")
    assert index.search(Search(bbox=(-180, 70, 180, 90))).items == []
    for missing in (
        lambda: index.collection("mosaics"),
        lambda: index.item("mosaics", "one"),
        lambda: index.delete_collection("mosaics"),
    ):
        with pytest.raises(NotFound):
            missing()


BAD_ITEMS = {
    "one: geometry": an_item(geometry=at_point(0, 100)),
    "one: datetime": an_item(datetime=None),
    "one: end_datetime": an_item(start_datetime="2020-01-02T00:00:00Z", end_datetime="2020-01-01T00:00:00Z"),
    "one: collection": an_item() | {"collection": "elsewhere"},
    "item: id": an_item() | {"id": ""},
}


@pytest.mark.parametrize("where", BAD_ITEMS)
def test_a_bad_item_is_named_and_none_is_written(index: Index, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        index.put_items([an_item("good"), BAD_ITEMS[where]])
    assert caught.value.where == where
    assert index.search(Search()).items == []


def test_a_readonly_index_writes_nothing(full: Index) -> None:
    with pytest.raises(NotAllowed):
        full.put_collection({"id": "new"})


def test_a_file_that_is_not_ours_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("not a database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(Unavailable):
        Index.open(path)
    with pytest.raises(Unavailable):
        Index.open(tmp_path / "nowhere" / "catalog.sqlite", readonly=True)


# -- every way of asking


SHAPES: dict[int, Footprints] = {}


def shapes_of(world: World) -> Footprints:
    """Made once, because there are many."""
    if id(world) not in SHAPES:
        SHAPES[id(world)] = footprints([world.item(n)["geometry"] for n in range(len(world))])
    return SHAPES[id(world)]


def expected(world: World, search: Search) -> list[str]:
    """By trying all items, newest first."""
    lies = shapes_of(world)
    area = box_footprint(search.bbox) if search.bbox else footprint(search.area)
    found = [n for n in range(len(world)) if meet(area, lies[n])]
    if search.interval:
        begins, ends = search.interval
        found = [n for n in found if begins <= world.when(n) <= ends]  # type: ignore[operator]
    if search.collections:
        found = [n for n in found if COLLECTIONS[world.collection[n]] in search.collections]
    items = sorted(((world.when(n), world.item(n)["id"]) for n in found), reverse=True)
    return [name for _, name in items]


SEARCHES = [s for some in make_searches(make_world(COUNT, seed=11), 8).values() for s in some]


@pytest.mark.parametrize("search", SEARCHES, ids=str)
def test_a_search_finds_what_trying_all_finds(full: Index, world: World, search: Search) -> None:
    assert names_of(all_of(full, replace(search, limit=7))) == expected(world, search)


class Always(Sample):
    """A plan that does not depend on what is there."""

    def __init__(self, tree: bool) -> None:
        self.tree = tree

    def prefers_tree(self, window: Window, limit: int, newest_first: bool) -> bool:
        return self.tree


@pytest.mark.parametrize("search", SEARCHES[::3], ids=str)
@pytest.mark.parametrize("newest_first", [True, False])
def test_tree_and_walk_give_the_same(full: Index, search: Search, newest_first: bool) -> None:
    search = replace(search, sort=(("datetime", newest_first),), limit=50)
    connection = full._connection
    pages: list[Page] = [find(connection, lambda _: Always(tree), search) for tree in (True, False)]  # noqa: B023
    assert pages[0] == pages[1]


SORTS = [
    (("datetime", False),),
    (("id", True),),
    (("eo:cloud_cover", False), ("datetime", True)),
    (("properties.platform", True), ("eo:cloud_cover", True)),
    (("collection", False), ("missing", True)),
]


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_any_sort_order_gives_all_items_once(full: Index, world: World, sort: tuple) -> None:
    search = Search(bbox=(-180, 75, 180, 90), sort=sort, limit=23)
    found = all_of(full, search)
    assert sorted(names_of(found)) == sorted(expected(world, search))

    def value(item: Json, name: str) -> object:
        name = name.removeprefix("properties.")
        return item.get(name) or item["properties"].get(name) or 0

    for (name, descending), *_ in [sort]:
        values = [value(item, name) for item in found]
        assert values == sorted(values, reverse=descending)


def test_what_lacks_the_sort_property_comes_last(index: Index) -> None:
    index.put_items([an_item("a"), an_item("b", cloud=3), an_item("c", cloud=1), an_item("d")])
    for descending, names in ((False, ["c", "b", "a", "d"]), (True, ["b", "c", "a", "d"])):
        assert names_of(all_of(index, Search(sort=(("cloud", descending),), limit=1))) == names


def test_times_of_long_and_short_items(index: Index) -> None:
    year = {
        "datetime": None,
        "start_datetime": "2019-01-01T00:00:00Z",
        "end_datetime": "2020-12-31T00:00:00Z",
    }
    index.put_items(
        [
            an_item("long", at_point(0, 80), **year),
            an_item("short", at_point(0, 80), datetime="2020-06-01T12:00:00Z"),
            an_item("old", at_point(0, 80), datetime="2001-06-01T12:00:00.5+02:00"),
        ]
    )

    def during(begins: datetime | None, ends: datetime | None) -> list[str]:
        by_place = index.search(Search(bbox=(-1, 79, 1, 81), interval=(begins, ends)))
        assert names_of(by_place.items) == names_of(index.search(Search(interval=(begins, ends))).items)
        return names_of(by_place.items)

    june = datetime(2020, 6, 1, 12, tzinfo=UTC)
    assert during(june, june) == ["short", "long"]
    assert during(june + timedelta(seconds=1), None) == ["long"]
    assert during(None, datetime(2001, 6, 1, 10, 0, 0, 500_000, tzinfo=UTC)) == ["old"]
    assert during(datetime(2021, 1, 1, tzinfo=UTC), None) == []
    assert during(None, None) == ["short", "long", "old"]


def test_ids_and_places_hold_together(full: Index, world: World) -> None:
    name = world.item(5)["id"]
    assert names_of(full.search(Search(ids=(name, "no such"))).items) == [name]
    lon, lat = world.rings[5, 0]
    assert names_of(full.search(Search(ids=(name,), area=at_point(lon, lat))).items) == [name]
    assert full.search(Search(ids=(name,), area=at_point(lon, -lat))).items == []
    assert full.search(Search(ids=())).items == []
    assert full.search(Search(collections=("elsewhere",))).items == []


def test_box_and_area_must_both_be_met(index: Index) -> None:
    both = {"type": "GeometryCollection", "geometries": [at_point(0, 80), at_point(0, -80)]}
    index.put_items([an_item("both", both), an_item("north", at_point(0, 80))])
    found = index.search(Search(bbox=(-1, 70, 1, 90), area=at_point(0, -80)))
    assert names_of(found.items) == ["both"]


# -- filters

FILTERS = {
    "\"eo:cloud_cover\" < 10 AND platform = 'sat-3'": lambda i: (
        i["properties"]["eo:cloud_cover"] < 10 and i["properties"]["platform"] == "sat-3"
    ),
    "platform IN ('sat-1', 'sat-2') AND \"eo:cloud_cover\" BETWEEN 20 AND 30": lambda i: (
        i["properties"]["platform"] in ("sat-1", "sat-2") and 20 <= i["properties"]["eo:cloud_cover"] <= 30
    ),
    "NOT platform LIKE 'sat-_' OR \"eo:cloud_cover\" = 100": lambda i: (
        i["properties"]["eo:cloud_cover"] == 100
    ),
    "datetime >= TIMESTAMP('2020-01-01T00:00:00Z') AND datetime < TIMESTAMP('2021-01-01T00:00:00Z')": (
        lambda i: i["properties"]["datetime"].startswith("2020")
    ),
    "missing = 3": lambda i: False,
    "missing IS NULL AND collection = 'radar'": lambda i: i["collection"] == "radar",
}


@pytest.mark.parametrize("text", FILTERS)
@pytest.mark.parametrize("bbox", [None, (-180.0, 70.0, 180.0, 90.0)])
def test_a_filter_leaves_what_it_says(full: Index, text: str, bbox: tuple[float, ...] | None) -> None:
    plain = [item for item in all_of(full, Search(bbox=bbox, limit=1000)) if FILTERS[text](item)]
    assert all_of(full, Search(bbox=bbox, where=parse_where(text), limit=11)) == plain


PLACES = [
    ("S_INTERSECTS(geometry, BBOX(160, 60, -160, 90))", True),
    ('"eo:cloud_cover" < 50 AND S_INTERSECTS(geometry, BBOX(160, 60, -160, 90))', True),
    ("NOT S_DISJOINT(geometry, BBOX(160, 60, -160, 90))", True),
    ("NOT S_INTERSECTS(geometry, BBOX(160, 60, -160, 90))", False),
    ("S_INTERSECTS(geometry, BBOX(160, 60, -160, 90)) OR platform = 'no such'", True),
]


@pytest.mark.parametrize(("text", "inside"), PLACES)
def test_a_filter_by_place_is_right_over_the_pole(full: Index, world: World, text: str, inside: bool) -> None:
    there = set(expected(world, Search(bbox=(160, 60, -160, 90))))
    found = set(names_of(all_of(full, Search(where=parse_where(text), limit=500))))
    assert found
    assert (found <= there) if inside else not (found & there)
    if "cloud" not in text:
        assert len(found) == (len(there) if inside else COUNT - len(there))


def test_within_and_contains_are_right_over_the_pole(index: Index) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 89], [90, 89], [180, 89], [-90, 89], [0, 89]]]}
    index.put_items([an_item("square", square), an_item("far", at_point(0, 70))])
    for text in ("S_WITHIN(geometry, BBOX(-180, 88, 180, 90))", "S_CONTAINS(geometry, POINT(33 90))"):
        assert names_of(index.search(Search(where=parse_where(text))).items) == ["square"]


BAD_FILTERS = ["s_touches(geometry, POINT(0 0))", "eo:cloud_cover <", "no_such(platform) = 1", "5"]


@pytest.mark.parametrize("text", BAD_FILTERS)
def test_a_filter_that_cannot_be_answered_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_where(text)
    assert caught.value.where == "filter"


# -- pages


def test_new_items_do_not_disturb_the_pages_that_follow(index: Index) -> None:
    times = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(30)]
    index.put_items(an_item(f"i{n:02}", at_point(n, 80), datetime=t.isoformat()) for n, t in enumerate(times))
    search = Search(bbox=(-180, 70, 180, 90), limit=7)
    first = index.search(search)
    index.put_items([an_item("newer", at_point(0, 80), datetime="2021-01-01T00:00:00Z")])
    rest = all_of(index, replace(search, token=first.next))
    assert names_of(first.items + rest) == [f"i{n:02}" for n in reversed(range(30))]


def test_items_of_one_moment_are_paged_by_id(index: Index) -> None:
    names = [f"i{n:03}" for n in range(40)]
    index.put_items(an_item(name, at_point(0, 80)) for name in random.Random(1).sample(names, 40))
    assert names_of(all_of(index, Search(limit=3))) == names[::-1]
    assert names_of(all_of(index, Search(limit=3, sort=(("datetime", False),)))) == names


@pytest.mark.parametrize("token", ["", "x", "W10", "WyJhYiIsMSwyLDNd", "ÄÖ", "e30="])
def test_a_token_that_is_none_is_refused(full: Index, token: str) -> None:
    with pytest.raises(BadInput) as caught:
        full.search(Search(token=token))
    assert caught.value.where == "token"


def test_a_token_of_another_search_is_refused(full: Index) -> None:
    token = full.search(Search(bbox=(-180, 60, 180, 90))).next
    assert token is not None
    assert full.search(Search(bbox=(-180, 60, 180, 90), token=token, limit=3)).items
    with pytest.raises(BadInput):
        full.search(Search(bbox=(-180, 61, 180, 90), token=token))


BAD_SEARCHES = {
    "limit": Search(limit=0),
    "bbox": Search(bbox=(0, 10, 5, 0)),
    "intersects": Search(area={"type": "Point", "coordinates": [0, 99]}),
    "datetime": Search(interval=(datetime(2021, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))),
    "sortby": Search(sort=(('a"b', True),)),
}


@pytest.mark.parametrize("where", BAD_SEARCHES)
def test_a_search_that_cannot_be_answered_names_the_parameter(full: Index, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        full.search(BAD_SEARCHES[where])
    assert caught.value.where == where


def test_all_found_on_one_page_are_counted(full: Index, world: World) -> None:
    search = Search(bbox=(-180, 89, 180, 90), limit=10_000)
    assert full.search(search).matched == len(expected(world, search))
    assert full.search(replace(search, limit=1)).matched is None


def test_threads_search_while_one_writes(index: Index) -> None:
    index.put_items(an_item(f"i{n}", at_point(n, 80)) for n in range(50))
    sizes: list[int] = []

    def look() -> None:
        sizes.extend(len(index.search(Search(bbox=(-180, 70, 180, 90), limit=1000)).items) for _ in range(20))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    index.put_items(an_item(f"more{n}", at_point(n, 80)) for n in range(50))
    for thread in threads:
        thread.join(30)
    assert len(sizes) == 80
    assert set(sizes) <= {50, 100}
    assert np.all(np.array(sizes) >= 50)
