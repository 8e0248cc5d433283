"""The catalogs of others are data: the shipped ones can be used, and a typo is named with file and field."""

from pathlib import Path

import pystac
import pytest

from hub.catalog.outside.source import SHIPPED, chosen_sources, read_source, read_sources, searched
from hub.errors import BadFile

GOOD = """
id: mine
title: My catalog
description: A catalog of my own institute.
address: https://stac.example.org/v1/
licence: CC-BY-4.0
access: Open to everybody.
collections:
  - id: ice
    title: Ice charts
    description: Weekly ice charts since 1990.
    bbox: [[160, 60, -160, 90]]
    interval: [1990-01-01T00:00:00Z, null]
"""


def test_the_shipped_ones_are_described_well_enough_to_be_listed() -> None:
    sources = chosen_sources("on")
    assert {"pgc", "cdse", "earth-search", "planetary-computer", "nsidc", "its-live", "fedeo"} == set(
        searched(sources)
    )
    for source in sources:
        assert source.address.startswith("https://"), source.id
        for document in source.documents():
            collection = pystac.Collection.from_dict({**document, "links": []})
            assert collection.id.startswith(f"{source.id}:")
            assert document["polarhub:source"] == source.id


def test_a_static_catalog_is_not_searched() -> None:
    by_id = {source.id: source for source in read_sources(SHIPPED)}
    assert by_id["cmems"].kind == "static"
    assert "cmems" not in searched(by_id.values())


def test_off_is_none_and_a_folder_replaces_all(tmp_path: Path) -> None:
    assert chosen_sources("off") == []
    (tmp_path / "mine.yaml").write_text(GOOD)
    [source] = chosen_sources(str(tmp_path))
    assert source.address == "https://stac.example.org/v1"
    assert source.named("ice") == "mine:ice"
    assert source.time_limit == 6
    with pytest.raises(BadFile, match="on, off or a folder"):
        chosen_sources(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("title: My catalog", "titel: My catalog", "title"),
        ("id: mine", "id: Mine!", "id"),
        ("id: mine", "id: polarhub", "id"),
        ("https://stac", "ftp://stac", "address"),
        ("https://stac", "https://me:secret@stac", "address"),
        ("[160, 60, -160, 90]", "[160, 90, -160, 60]", "collections.0.bbox"),
        ("1990-01-01T00:00:00Z", "yesterday", "collections.0.interval.0"),
        ("collections:", "time_limit: 600\ncollections:", "time_limit"),
        ("collections:", "understands: {sorting: true}\ncollections:", "understands.sorting"),
        ("id: mine", "id: [", "mine.yaml"),
    ],
)
def test_a_typo_is_named_with_file_and_field(tmp_path: Path, old: str, new: str, where: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(BadFile) as caught:
        read_source(path)
    assert str(caught.value.where).startswith("mine.yaml") and str(caught.value.where).endswith(where)
    assert "secret" not in str(caught.value)


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD)
    with pytest.raises(BadFile, match="twice"):
        read_sources(tmp_path)
