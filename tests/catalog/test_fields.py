"""Only those parts of an item travel that are wanted."""

from hub.catalog.fields import chosen
from hub.catalog.question import Fields

ITEM = {
    "type": "Feature",
    "id": "a",
    "collection": "c",
    "geometry": None,
    "properties": {"datetime": "2020-01-01T00:00:00Z", "gsd": 10, "deep": {"x": 1, "y": 2}},
    "assets": {"data": {"href": "https://example.org/a.tif"}},
    "extra": 1,
}


def fields(*names: str) -> Fields:
    """As in `fields=a,-b`."""
    include, exclude = [n for n in names if n[0] != "-"], [n[1:] for n in names if n[0] == "-"]
    return Fields(None if exclude and not include else frozenset(include), frozenset(exclude))


def test_without_fields_all_is_there() -> None:
    assert chosen(ITEM, None) is ITEM


def test_included_parts_come_with_what_identifies_the_item() -> None:
    assert chosen(ITEM, fields("properties.gsd")) == {"id": "a", "collection": "c", "properties": {"gsd": 10}}


def test_a_whole_and_a_part_of_it_are_the_whole() -> None:
    wanted = chosen(ITEM, fields("properties", "properties.gsd", "properties.deep.x"))
    assert wanted["properties"] == ITEM["properties"]


def test_excluded_parts_are_gone_and_the_item_is_unharmed() -> None:
    left = chosen(ITEM, fields("-assets", "-properties.deep.x", "-nothing.there"))
    assert "assets" not in left and left["properties"]["deep"] == {"y": 2}
    assert "assets" in ITEM and ITEM["properties"]["deep"] == {"x": 1, "y": 2}


def test_including_wins_over_excluding() -> None:
    assert chosen(ITEM, fields("geometry", "-geometry")).keys() == {"id", "collection", "geometry"}
    assert chosen(ITEM, fields("-properties", "properties.gsd"))["properties"] == {"gsd": 10}


def test_a_part_is_excluded_from_what_is_included() -> None:
    assert chosen(ITEM, fields("properties", "-properties.gsd"))["properties"].keys() == {"datetime", "deep"}


def test_excluding_from_the_default_fields() -> None:
    assert chosen(ITEM, Fields(frozenset(), frozenset({"assets"}))).keys() == {
        *("type", "id", "collection", "geometry", "properties")
    }


def test_empty_fields_mean_the_default_ones() -> None:
    assert "extra" not in chosen(ITEM, fields())
    assert chosen(ITEM, fields())["properties"] == {"datetime": "2020-01-01T00:00:00Z"}
