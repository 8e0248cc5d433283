"""What providers' geometries mean at the poles, over the antimeridian and elsewhere; S2 is the judge."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench import s2
from bench.catalog_truth import count_wrong, hard_searches, judge, special, touching
from bench.footprints import make_world
from hub.catalog.plane import box_footprint, footprint, footprints, to_plane
from hub.catalog.search import Search
from hub.catalog.where import meet
from hub.errors import BadInput

Position = tuple[float, float]


def polygon(*corners: Position) -> dict:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


def point(lon: float, lat: float) -> dict:
    return {"type": "Point", "coordinates": [lon, lat]}


def box(west: float, south: float, east: float, north: float) -> dict:
    return polygon((west, south), (east, south), (east, north), (west, north))


SQUARE_OVER_POLE = ((0.0, 85.0), (90.0, 85.0), (180.0, 85.0), (-90.0, 85.0))

MEANINGS = {
    "a ring over the pole": (
        polygon(*SQUARE_OVER_POLE),
        [(0, 90), (45, 87), (-135, 89)],
        [(45, 86), (0, 84)],
    ),
    "the same, the other way round": (polygon(*SQUARE_OVER_POLE[::-1]), [(0, 90), (45, 87)], [(45, 86)]),
    "over the south pole": (
        polygon((10, -80), (130, -80), (-110, -80)),
        [(0, -90), (70, -86), (10, -80.1)],
        [(70, -84), (0, 90), (70, -79)],
    ),
    "with its corner on the pole": (polygon((0, 90), (40, 88), (60, 87), (80, 88)), [(60, 89)], [(-120, 89)]),
    "far down, around the pole": (
        polygon((168, 31), (102, 31.4), (-10, 34), (-81, 34.3)),
        [(0, 90), (45, 60), (-45, 45)],
        [(45, 45)],
    ),
    "over the antimeridian": (
        polygon((178, 70), (-178, 70.5), (-177, 72), (179, 71.5)),
        [(180, 71), (-180, 71)],
        [(0, 71), (90, 71), (-176, 70)],
    ),
    "over the antimeridian, from 0 to 360": (
        polygon((178, 70), (182, 70.5), (183, 72), (179, 71.5)),
        [(180, 71), (-179, 71)],
        [(0, 71), (170, 71)],
    ),
    "over the antimeridian near the equator": (
        polygon((178, -17), (-178, -16), (-177, -14), (179, -15)),
        [(180, -15.5), (-179, -15)],
        [(0, -15.5), (177, -15.5)],
    ),
    "over Greenwich, from 0 to 360": (
        polygon((359, 50), (2, 50.1), (2, 52), (358, 52)),
        [(0, 51)],
        [(180, 51)],
    ),
    "a box over the antimeridian": (box(170, 70, -170, 75), [(180, 72), (171, 74.9)], [(0, 72), (160, 72)]),
    "a box 340° wide": (box(-170, 70, 170, 75), [(0, 72), (160, 72)], [(180, 72)]),
    "a box but for the step of its grid": (
        polygon((-179.9, 60), (-179.9, 80), (179.9, 80), (179.9, 60)),
        [(0, 70), (120, 61)],
        [(0, 59)],
    ),
    "a small box over the antimeridian": (box(179.8, -1, -179.7, 1), [(180, 0), (179.9, 0.9)], [(0, 0)]),
    "a box from pole to parallel": (box(-180, 80, 180, 90), [(0, 90), (33, 80.1), (180, 85)], [(33, 79.9)]),
    "a band": (box(-180, 60, 180, 70), [(0, 65), (180, 65)], [(0, 90), (0, 75), (0, 55)]),
    "the globe": (box(-180, -90, 180, 90), [(0, 0), (0, 90), (77, -90), (180, 1), (12, 45)], []),
    "the globe but for the poles": (
        box(-180, -80, 180, 80),
        [(0, 0), (50, 79), (50, -79)],
        [(0, 90), (0, -90)],
    ),
    "unrolled down from the pole": (
        polygon((-180, 65), (-90, 70), (0, 66), (90, 72), (180, 65), (180, 90), (-180, 90)),
        [(0, 90), (180, 70), (0, 70)],
        [(0, 60)],
    ),
    "over the equator": (box(-10, -10, 10, 10), [(0, 0), (5, 9), (-5, -9)], [(0, 11), (11, 0), (180, 0)]),
    "cut at the antimeridian": (
        {
            "type": "MultiPolygon",
            "coordinates": [box(170, 70, 180, 75)["coordinates"], box(-180, 70, -170, 75)["coordinates"]],
        },
        [(180, 72), (175, 72), (-175, 72)],
        [(0, 72)],
    ),
    "with a hole over the pole": (
        {
            "type": "Polygon",
            "coordinates": [
                polygon((0, 70), (120, 70), (-120, 70))["coordinates"][0],
                polygon((0, 85), (120, 85), (-120, 85))["coordinates"][0],
            ],
        },
        [(0, 75), (120, 80)],
        [(0, 90), (0, 85.1), (0, 69)],
    ),
    "a line over the pole": (
        {"type": "LineString", "coordinates": [[0, 80], [180, 80]]},
        [(0, 85), (180, 85), (0, 90)],
        [(90, 85)],
    ),
    "crossed like a bow tie": (polygon((0, 10), (10, 20), (10, 10), (0, 20)), [(1, 12), (9, 18)], [(5, 11)]),
    "a collection": (
        {"type": "GeometryCollection", "geometries": [point(0, -90), box(170, 60, -170, 61)]},
        [(33, -90), (180, 60.5)],
        [(0, 60.5)],
    ),
    "heights": (
        {"type": "Polygon", "coordinates": [[[0, 0, 5], [9, 0, 5], [9, 9, 5], [0, 0, 5]]]},
        [(6, 2)],
        [],
    ),
}


@pytest.mark.parametrize("name", MEANINGS)
def test_a_geometry_covers_what_it_means(name: str) -> None:
    geometry, inside, outside = MEANINGS[name]
    lies = footprint(geometry)
    assert [place for place in inside if not meet(lies, footprint(point(*place)))] == []
    assert [place for place in outside if meet(lies, footprint(point(*place)))] == []


def test_a_west_over_east_bbox_beside_a_box_makes_it_cross() -> None:
    wide = box(-170, 70, 170, 75)  # as written: all but the antimeridian
    crossing = footprints([wide], crossing=np.array([True]))[0]
    assert meet(crossing, footprint(point(180, 72)))
    assert not meet(crossing, footprint(point(0, 72)))


BOXES = [
    ((-180, 80, 180, 90), [(0, 90), (12, 81)], [(12, 79.99)]),
    ((-180, -90, 180, -80), [(0, -90), (12, -81)], [(12, -79.99), (0, 90)]),
    ((170, -80, -170, 80), [(180, 0), (-175, 45), (175, -79)], [(0, 0), (160, 0)]),
    ((170, 60, 190, 70), [(180, 65), (-175, 65)], [(0, 65)]),
    ((-180, -90, 180, 90), [(0, 0), (0, 90), (0, -90), (-180, 3)], []),
    ((-10, 50, -100, 10, 60, 9000), [(0, 55)], [(0, 61)]),
    ((20, 90, 30, 90), [(0, 90)], [(25, 89.9)]),
    ((25, 60, 25, 60), [(25, 60)], [(25, 60.1)]),
    ((25, 60, 25, 70), [], [(26, 65)]),
]


@pytest.mark.parametrize(("bbox", "inside", "outside"), BOXES)
def test_a_bbox_follows_meridians_and_parallels(
    bbox: tuple[float, ...], inside: list[Position], outside: list[Position]
) -> None:
    lies = box_footprint(bbox)
    assert [place for place in inside if not meet(lies, footprint(point(*place)))] == []
    assert [place for place in outside if meet(lies, footprint(point(*place)))] == []


@pytest.mark.parametrize("latitude", [-90, -89.9, -71, -45, 0, 10, 60, 70, 88.5, 90])
def test_a_parallel_is_where_proj_puts_it(latitude: float) -> None:
    lies = box_footprint((-180, latitude, 180, latitude))
    for plane, shape in enumerate((lies.north, lies.south)):
        if shape is not None:
            line = shapely.get_coordinates(shape)
            lons = np.linspace(-180, 180, len(line)) if len(line) > 1 else np.zeros(1)
            proj = to_plane(np.column_stack((lons, np.full(len(lons), latitude))), plane)
            assert np.abs(line - proj).max() < 0.01


BAD_GEOMETRIES = [
    {"type": "Point", "coordinates": [0, 91]},
    {"type": "Point", "coordinates": ["0", "80"]},
    {"type": "Point", "coordinates": [float("nan"), 80]},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
    {"type": "MultiPoint", "coordinates": []},
    {"type": "Circle", "coordinates": [0, 0]},
    {"coordinates": [0, 0]},
    "POINT (0 0)",
]


@pytest.mark.parametrize("geometry", BAD_GEOMETRIES)
def test_a_geometry_that_cannot_be_used_is_named(geometry: object) -> None:
    with pytest.raises(BadInput) as caught:
        footprints([point(0, 0), geometry], ["first", "second"])
    assert caught.value.where == "second"
    assert caught.value.message.endswith(".")


BAD_BOXES = [
    (0, 0, 1),
    (0, 10, 5, 0),
    (0, 0, 5, 91),
    (0, 0, 400, 5),
    (0, 0, float("inf"), 5),
    (0, 0, 9, 1, 1, 3),
]


@pytest.mark.parametrize("bbox", BAD_BOXES)
def test_a_bbox_that_cannot_be_used_is_refused(bbox: tuple[float, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        box_footprint(bbox)
    assert caught.value.where == "bbox"


# -- S2 as the judge

sides = st.sampled_from([1, -1])
metres = st.floats(-1_500_000, 1_500_000)


@st.composite
def footprints_near_poles(draw: st.DrawFn) -> np.ndarray:
    """A turned rectangle in a polar plane as its four corners in lon/lat, in any of the ways of writing."""
    side, x, y = draw(sides), draw(metres), draw(metres)
    length, width = draw(st.floats(10_000, 600_000)), draw(st.floats(5_000, 300_000))
    angle = draw(st.floats(0, np.pi))
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (length / 2, width / 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    ring = s2.to_lonlat(square @ turn + (x, y), side)
    ring = np.roll(ring, draw(st.integers(0, 3)), 0)[:: draw(st.sampled_from([1, -1]))]
    if draw(st.booleans()):
        ring[:, 0] %= 360
    assume(np.abs(ring[:, 1]).min() > 60)
    return np.round(np.vstack((ring, ring[:1])), 6)


@st.composite
def boxes_near_poles(draw: st.DrawFn) -> tuple[float, ...]:
    west, width = draw(st.floats(-180, 179)), draw(st.floats(0.1, 170))
    low, height = draw(st.floats(60, 89)), draw(st.floats(0.1, 30))
    east = west + width if west + width <= 180 else west + width - 360
    south, north = low, min(low + height, 90.0)
    return (west, south, east, north) if draw(st.booleans()) else (west, -north, east, -south)


@settings(max_examples=300, deadline=None)
@given(ring=footprints_near_poles(), bbox=boxes_near_poles())
def test_boxes_meet_footprints_as_s2_says(ring: np.ndarray, bbox: tuple[float, ...]) -> None:
    geometry = {"type": "Polygon", "coordinates": [ring.tolist()]}
    search = Search(bbox=bbox)
    said = meet(box_footprint(bbox), footprint(geometry))
    assert said == bool(judge(search, s2.item(ring))) or touching(search, geometry)


@settings(max_examples=300, deadline=None)
@given(ring=footprints_near_poles(), other=footprints_near_poles())
def test_polygons_meet_footprints_as_s2_says(ring: np.ndarray, other: np.ndarray) -> None:
    geometry, area = ({"type": "Polygon", "coordinates": [r.tolist()]} for r in (ring, other))
    search = Search(area=area)
    said = meet(footprint(area), footprint(geometry))
    assert said == bool(judge(search, s2.item(ring))) or touching(search, geometry)


@st.composite
def footprints_elsewhere(draw: st.DrawFn) -> np.ndarray:
    """Four corners of a scene on the antimeridian or on Greenwich, in one hemisphere or over the equator."""
    lon, lat = draw(st.sampled_from([0, 180])), draw(st.floats(-50, 50))
    wide, high, slant = draw(st.floats(0.5, 9)), draw(st.floats(0.5, 4.9)), draw(st.floats(-3, 3))
    corners = np.array([[-wide, -high], [wide, -high + slant], [wide, high + slant], [-wide, high]])
    ring = corners + np.array([lon + draw(st.floats(-5, 5)), lat])
    if abs(slant) > 0.001:  # a box that turns the wrong way has two meanings
        ring = ring[:: draw(st.sampled_from([1, -1]))]
    ring[:, 0] = ring[:, 0] % 360 if draw(st.booleans()) else (ring[:, 0] + 180) % 360 - 180
    assume(np.abs(ring[:, 1]).max() < 59)
    return np.round(np.vstack((ring, ring[:1])), 6)


@settings(max_examples=300, deadline=None)
@given(
    ring=footprints_elsewhere(),
    west=st.floats(-180, 179.9),
    width=st.floats(0.1, 60),
    south=st.floats(-60, 58),
    height=st.floats(0.1, 60),
)
def test_footprints_elsewhere_meet_boxes_as_s2_says(
    ring: np.ndarray, west: float, width: float, south: float, height: float
) -> None:
    east = west + width if west + width <= 180 else west + width - 360
    search = Search(bbox=(west, south, east, min(south + height, 89.0)))
    assert search.bbox
    geometry = {"type": "Polygon", "coordinates": [ring.tolist()]}
    said = meet(box_footprint(search.bbox), footprint(geometry))
    assert said == bool(judge(search, s2.item(ring))) or touching(search, geometry)


@settings(max_examples=200, deadline=None)
@given(ring=footprints_near_poles())
def test_writing_a_ring_in_another_way_changes_nothing(ring: np.ndarray) -> None:
    one = footprint({"type": "Polygon", "coordinates": [ring.tolist()]})
    turned = np.roll(ring[:-1], 1, 0)[::-1] % (360, 1000) if ring[0, 1] > 0 else ring[::-1]
    other = footprint({"type": "Polygon", "coordinates": [turned.tolist()]})
    a, b = (f.north or f.south for f in (one, other))
    assert shapely.symmetric_difference(a, b).area < 1e-6 * a.area


def test_no_answer_is_wrong_over_poles_and_antimeridian() -> None:
    world = special(make_world(4000, seed=7))
    searches = hard_searches(world, 12)
    items = np.array([s2.item(ring) for ring in world.rings])
    lies = footprints([world.item(n)["geometry"] for n in range(len(world))])

    def ask(search: Search) -> list[str]:
        asked = box_footprint(search.bbox) if search.bbox else footprint(search.area)
        return [world.item(n)["id"] for n in range(len(world)) if meet(asked, lies[n])]

    found = count_wrong(world, searches, ask, [judge(search, items) for search in searches])
    assert (found["false"], found["missed"]) == (0, 0)
    assert found["true hits"] != "0"
