"""The data that comes with polarhub as STAC: all tiles, the grid over the pole, the swath round the globe."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pystac
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import shape as read
from stac_pydantic import Collection, Item

from hub.catalog.embedded import describe, mosaics, state, swath
from hub.catalog.embedded.build import parts
from hub.catalog.embedded.describe import Gridded, Mosaic, products
from hub.errors import BadFile
from hub.settings import Settings
from tests.example_data import example_files  # noqa: F401  (a fixture)

Files = dict[str, Path]
Parts = dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]

HOW_MANY = {
    "arcticdem-mosaics-v3.0-10m": 2488,
    "arcticdem-mosaics-v3.0-2m": 9228,
    "arcticdem-mosaics-v3.0-32m": 2488,
    "arcticdem-mosaics-v4.1-10m": 2485,
    "arcticdem-mosaics-v4.1-2m": 9126,
    "arcticdem-mosaics-v4.1-32m": 2485,
    "nersc-sea-ice-1978": 1,
    "rema-mosaics-v2.0-10m": 1523,
    "rema-mosaics-v2.0-2m": 5800,
    "rema-mosaics-v2.0-32m": 1523,
    "ssmis-swath": 1,
}


@pytest.fixture(scope="module")
def made(example_files: Files) -> Parts:  # noqa: F811
    """Every collection with its items, made once."""
    return {collection["id"]: (collection, items) for collection, items in parts(example_files)}


def tile(made: Parts, collection: str, name: str) -> dict[str, Any]:
    return next(item for item in made[collection][1] if item["id"] == name)


def test_all_tiles_of_the_provider_are_there_once(made: Parts) -> None:
    assert {name: len(items) for name, (_, items) in made.items()} == HOW_MANY
    assert sum(HOW_MANY.values()) - 2 == 37_146
    for _, items in made.values():
        assert len({item["id"] for item in items}) == len(items)


def test_a_tile_is_what_the_provider_says_of_it(made: Parts) -> None:
    found = tile(made, "arcticdem-mosaics-v4.1-2m", "18_23_2_1_2m_v4.1")
    base = "https://pgc-opendata-dems.s3.us-west-2.amazonaws.com/arcticdem/mosaics/v4.1/2m/18_23/18_23_2_1_2m_v4.1"
    assert found["assets"]["dem"]["href"] == f"{base}_dem.tif"
    assert found["assets"]["dem"]["type"] == "image/tiff; application=geotiff; profile=cloud-optimized"
    assert found["links"][0]["href"] == f"{base}.json"
    properties = found["properties"]
    assert properties["proj:code"] == "EPSG:3413" and properties["gsd"] == 2
    assert properties["proj:shape"] == [25_100, 25_100]
    assert properties["proj:transform"] == [2, 0, -1_800_100, 0, -2, -2_199_900]
    assert found["assets"]["hillshade"]["proj:shape"] == [5_020, 5_020]
    assert properties["created"] == "2023-06-02T00:00:00Z"


def test_ids_of_version_3_name_their_own_resolution(made: Parts) -> None:
    """The index calls the tiles of 32 m as those of 10 m; their addresses do not."""
    assert all(item["id"].endswith("_32m_v3.0") for item in made["arcticdem-mosaics-v3.0-32m"][1])
    assert all(
        "_reg_dem.tif" in item["assets"]["dem"]["href"] for item in made["arcticdem-mosaics-v3.0-2m"][1]
    )


def test_tiles_that_the_index_cuts_at_180_metres_are_whole_again(made: Parts) -> None:
    found = tile(made, "rema-mosaics-v2.0-10m", "25_30_10m_v2.0")
    assert found["properties"]["proj:bbox"] == [-100_100, -600_100, 100, -499_900]
    west, _, east, _ = found["bbox"]
    assert west > east, "it lies over the antimeridian"
    cut = shapely.MultiPolygon([shapely.box(180, 0, 50_100, 9), shapely.box(-180, 0, -100, 9)])
    assert mosaics.unwrapped(cut).bounds == (-100, 0, 50_100, 9)
    two = shapely.MultiPolygon([shapely.box(0, 0, 50, 50), shapely.box(50, 50, 99, 99)])
    assert mosaics.unwrapped(two) is two, "a tile that really is in two parts stays so"


def test_every_whole_tile_has_the_size_of_its_kind(made: Parts) -> None:
    shapes = Counter(tuple(i["properties"]["proj:shape"]) for i in made["arcticdem-mosaics-v4.1-2m"][1])
    assert shapes == {(25_100, 25_100): 9_126}


def test_every_footprint_is_valid_and_lies_in_its_box(made: Parts) -> None:
    crossing = 0
    for _, items in made.values():
        for item in items:
            found, (west, south, east, north) = read(item["geometry"]), item["bbox"]
            assert found.is_valid
            low, high = found.bounds[1], found.bounds[3]
            assert south - 1e-6 <= low and high <= north + 1e-6
            crossing += west > east
            assert west <= east or item["geometry"]["type"] == "MultiPolygon"
    assert crossing == 12 + 7 + 7 + 35 + 21 + 21 + 46 + 24 + 24


def test_collections_cover_their_items_in_space_and_time(made: Parts) -> None:
    for collection, items in made.values():
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        assert south <= min(i["bbox"][1] for i in items) and north >= max(i["bbox"][3] for i in items)
        assert west >= -180 and east <= 180
        start, end = map(datetime.fromisoformat, collection["extent"]["temporal"]["interval"][0])
        assert start < end
        assert collection["license"] and collection["sci:citation"] and collection["description"]
        json.dumps([collection, items[:1]], allow_nan=False)


def test_collections_and_items_are_what_stac_asks_for(made: Parts) -> None:
    for collection, items in made.values():
        assert Collection.model_validate(collection).id == collection["id"]
        for item in (items[0], items[-1]):
            assert Item.model_validate(item).id == item["id"]
            assert pystac.Item.from_dict(item).collection_id == collection["id"]
        used = {key.partition(":")[0] for item in items[:1] for key in _keys(item) if ":" in key}
        listed = " ".join(items[0]["stac_extensions"])
        assert ("proj" in used) == ("projection" in listed)
        assert ("file" in used) == ("/file/" in listed)


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in _keys(inner)}
    return {key for inner in value for key in _keys(inner)} if isinstance(value, list) else set()


def test_the_sea_ice_grid_is_described_as_its_file_says(made: Parts, example_files: Files) -> None:  # noqa: F811
    product = next(p for p in products() if isinstance(p, Gridded))
    with netCDF4.Dataset(example_files[product.source]) as data:
        data.set_auto_mask(False)
        x, y = np.asarray(data["x"][:], float), np.asarray(data["y"][:], float)
        own = CRS.from_cf(data["polar_stereographic"].__dict__)
        stored = {name: data[name] for name in product.grid.variables}
        assert all(v.units == product.grid.unit and v.dtype == np.int16 for v in stored.values())
        assert all(int(v[:].min()) == product.grid.nodata for v in stored.values())
        southernmost = float(data.southernmost_latitude)
    half = product.grid.cell / 2
    west, south, east, north = product.grid.bounds
    assert (x.min() - half, y.min() - half, x.max() + half, y.max() + half) == (west, south, east, north)
    assert (len(y), len(x)) == (product.grid.rows, product.grid.columns)
    corners = np.array([west, west, east, east]), np.array([south, north, south, north])
    places = [
        Transformer.from_crs(crs, 4326, always_xy=True).transform(*corners)
        for crs in (own, CRS(product.grid.crs))
    ]
    np.testing.assert_allclose(places[0], places[1], atol=1e-6)
    (item,) = made[product.id][1]
    assert item["bbox"][1] == pytest.approx(southernmost, abs=1e-5), "the plane is true to scale at the pole"
    assert item["bbox"][3] == 90 and (item["bbox"][0], item["bbox"][2]) == (-180, 180)
    assert item["assets"]["data"]["href"] == "/srv/polarhub/data/nersc-sea-ice-197811.nc"


def test_the_swath_lies_where_its_points_are(made: Parts, example_files: Files) -> None:  # noqa: F811
    (item,) = made["ssmis-swath"][1]
    lines = swath.scans(example_files["ssmis-swath.npz"])
    points = lines[~np.isnan(lines).any(axis=2)]
    assert len(points) == 299_610
    assert points[:, 2].min() > 150 and points[:, 2].max() < 300
    near = shapely.buffer(read(item["geometry"]), 0.3)  # the outline may be off by 5 km
    assert shapely.contains_xy(near, points[:, 0], points[:, 1]).mean() > 0.99
    grid = np.array([(lon, lat) for lon in range(-175, 180, 10) for lat in range(-60, 61, 10)])
    covered = shapely.contains_xy(read(item["geometry"]), grid[:, 0], grid[:, 1])
    assert 0.05 < covered.mean() < 0.2, (
        "one orbit covers a tenth of these latitudes, not a band round the globe"
    )


def test_a_wrong_description_names_file_and_field(tmp_path: Path) -> None:
    text = (describe.FOLDER / "arcticdem-mosaics-v4.1.yaml").read_text()
    for wrong, where in (
        (text.replace("epsg: 3413", "epsg: 4326"), "a.yaml: epsg"),
        (text + "colour: blue\n", "a.yaml: colour"),
        (text.replace("licence: CC-BY-4.0\n", ""), "a.yaml: licence"),
    ):
        (tmp_path / "a.yaml").write_text(wrong)
        with pytest.raises(BadFile, match=where):
            describe.read(tmp_path / "a.yaml")
    (tmp_path / "a.yaml").write_text("a: [")
    with pytest.raises(BadFile, match=r"a\.yaml: is not YAML"):
        describe.read(tmp_path / "a.yaml")


def test_a_file_that_is_no_index_or_swath_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(b"not a database")
    product = next(p for p in products() if isinstance(p, Mosaic))
    with pytest.raises(BadFile, match=r"x\.gpkg"):
        list(mosaics.items(product, 2, path))
    with pytest.raises(BadFile, match=r"x\.gpkg"):
        swath.scans(path)


def test_what_the_builder_says_is_what_others_read(tmp_path: Path) -> None:
    settings = Settings.load({"POLARHUB_DATA": str(tmp_path)})
    assert state.read(settings).sentence() == "not built yet"
    state.write(settings, state.State("building", 0.4, "indexing", "v", at=datetime.now().timestamp()))
    assert state.read(settings).sentence() == "being built 40%"
    state.write(settings, state.State("building", 0.4, "indexing", "v", at=0.0))
    assert state.read(settings).sentence() == "not built yet", "a builder that fell silent is dead"
    state.write(settings, state.State("failed", 0.0, "no network"))
    assert state.read(settings).sentence() == "could not be built: no network"
    (tmp_path / "catalog" / "state.json").write_text('{"phase"')
    assert state.read(settings).phase == "missing"
