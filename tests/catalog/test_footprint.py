"""Footprints from the polar plane to lon/lat: the same place, cut where GeoJSON wants it."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import shape as read

from hub.catalog.embedded.footprint import PLANES, bbox, footprints, geometry

NORTH, SOUTH = PLANES[3413], PLANES[3031]


def contains(found: dict[str, Any], lon: float, lat: float) -> bool:
    """Reading the GeoJSON as plain lon/lat, as other programs do."""
    return bool(shapely.intersects_xy(read(found), lon, lat))


def test_a_tile_away_from_pole_and_antimeridian_keeps_its_four_corners() -> None:
    tile = shapely.box(300_000, -2_000_000, 350_000, -1_950_000)
    found = geometry(tile, NORTH)
    assert found["type"] == "Polygon"
    (ring,) = found["coordinates"]
    assert len(ring) == 5
    back = Transformer.from_crs(4326, 3413, always_xy=True).transform(*zip(*ring, strict=True))
    assert set(np.round(back[0]).tolist()) == {300_000, 350_000}
    assert shapely.is_ccw(read(found).exterior)


def test_over_the_antimeridian_it_is_cut_there_and_west_is_more_than_east() -> None:
    tile = shapely.box(-100_100, -600_100, 100, -499_900)  # on EPSG:3031, x = 0 below the pole is 180°
    found = geometry(tile, SOUTH)
    assert found["type"] == "MultiPolygon"
    assert read(found).is_valid
    assert contains(found, -175, -85) and contains(found, 179.999, -85)
    assert not contains(found, 0, -85) and not contains(found, 175, -85)
    west, south, east, north = bbox(tile, SOUTH, found)
    assert 179.98 < west < 180 and -170 < east < -168 and south < -85.3 and north > -84.5


@pytest.mark.parametrize(("plane", "lat"), [(NORTH, 90.0), (SOUTH, -90.0)])
def test_with_the_pole_inside_it_goes_all_the_way_round(plane: Any, lat: float) -> None:
    square = shapely.box(-100_000, -300_000, 200_000, 100_000)
    found = geometry(square, plane)
    assert found["type"] == "Polygon" and read(found).is_valid
    for lon in range(-180, 181, 10):
        assert contains(found, lon, lat) and contains(found, lon, lat * 89.5 / 90)
    box = bbox(square, plane, found)
    assert (box[0], box[2]) == (-180, 180) and lat in (box[1], box[3])


def test_the_box_reaches_to_where_an_edge_comes_nearest_to_the_pole() -> None:
    tile = shapely.box(-500_000, -1_000_000, 500_000, -900_000)
    found = geometry(tile, NORTH)
    corner = max(point[1] for point in found["coordinates"][0])
    assert bbox(tile, NORTH, found)[3] >= corner


corners = st.integers(-3_000_000, 3_000_000)
sides = st.sampled_from([50_000, 100_200, 900_000])
planes = st.sampled_from([NORTH, SOUTH])


@given(x=corners, y=corners, side=sides, plane=planes)
def test_points_inside_and_outside_stay_so_in_plain_lonlat(x: int, y: int, side: int, plane: Any) -> None:
    tile = shapely.box(x, y, x + side, y + side)
    found = geometry(tile, plane)
    assert read(found).is_valid
    away = 0.03 * side  # an edge may be off by a hundredth of itself
    inside, outside = shapely.buffer(tile, -away), shapely.buffer(tile, away)
    grid = np.linspace(-0.3, 1.3, 9) * side
    points = np.array([(x + dx, y + dy) for dx in grid for dy in grid])
    lonlat = np.column_stack(
        Transformer.from_crs(plane.epsg, 4326, always_xy=True).transform(points[:, 0], points[:, 1])
    )
    shown = read(found)
    for (px, py), (lon, lat) in zip(points, lonlat, strict=True):
        if shapely.contains_xy(inside, px, py):
            assert shapely.intersects_xy(shown, lon, lat)
        elif not shapely.intersects_xy(outside, px, py):
            assert not shapely.intersects_xy(shown, lon, lat)


@given(x=corners, y=corners, side=sides, plane=planes)
def test_many_at_once_are_what_each_is_alone(x: int, y: int, side: int, plane: Any) -> None:
    tiles = np.array([shapely.box(x, y, x + side, y + side), shapely.box(-10, -10, side, side)])
    for tile, (found, box) in zip(tiles, footprints(tiles, plane), strict=True):
        alone = geometry(tile, plane)
        assert shapely.equals(shapely.normalize(read(found)), shapely.normalize(read(alone)))
        assert box == bbox(tile, plane, alone)
