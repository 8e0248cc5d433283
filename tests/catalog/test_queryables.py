"""What items can be filtered by comes from what collections say of themselves."""

from hub.catalog.queryables import of_all, of_collection, queryables

SUMMARIES = {
    "gsd": [10, 20],
    "eo:cloud_cover": {"minimum": 0, "maximum": 100},
    "created": {"minimum": "2020-01-01T00:00:00Z", "maximum": "2021-01-01T00:00:00Z"},
    "platform": ["cryosat-2"],
    "schema": {"type": "boolean"},
    "datetime": {"minimum": "2020", "maximum": "2021"},
    "empty": [],
}


def test_summaries_become_types_ranges_and_values() -> None:
    assert of_collection({"summaries": SUMMARIES}) == {
        "gsd": {"type": "number", "enum": [10, 20]},
        "eo:cloud_cover": {"type": "number", "minimum": 0, "maximum": 100},
        "created": {"type": "string", "format": "date-time"},
        "platform": {"type": "string", "enum": ["cryosat-2"]},
        "schema": {"type": "boolean"},
    }
    assert of_collection({}) == of_collection({"summaries": None}) == {}


def test_all_collections_have_only_what_each_has() -> None:
    assert of_all([{"summaries": {"gsd": [1], "a": ["x"]}}, {"summaries": {"gsd": [2]}}]) == {
        "gsd": {"type": "number"}
    }
    assert of_all([]) == {}


def test_the_document_names_itself() -> None:
    document = queryables("https://hub.example.org/queryables", "All", {"gsd": {"type": "number"}})
    assert document["$id"] == "https://hub.example.org/queryables"
    assert {"id", "collection", "datetime", "geometry", "gsd"} == document["properties"].keys()
