"""An area is put so that others miss nothing of it, and is held exactly against what they send."""

from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import shape

from hub.catalog.outside.area import Area
from hub.catalog.plane import PLANES, footprint
from hub.catalog.search import Search

TO_DEGREES = [Transformer.from_crs(plane, "EPSG:4326", always_xy=True) for plane in PLANES]


def area(**asked: Any) -> Area:
    found = Area.of(Search(**asked))
    assert found is not None
    return found


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def ring(lat: float) -> dict[str, Any]:
    """A ring around the pole, as a map draws it: no corner at the pole, none at ±180°."""
    corners = [[lon, lat] for lon in (-135, -45, 45, 135, -135)]
    return {"type": "Polygon", "coordinates": [corners]}


def test_a_plain_box_goes_as_it_is() -> None:
    assert area(bbox=(10, 60, 0, 20, 70, 99)).put(True) == [{"bbox": [10, 60, 20, 70]}]


def test_a_box_over_180_is_one_geometry_or_two_boxes() -> None:
    both = area(bbox=(170, 60, -170, 90))
    [only] = both.put(True)
    assert shape(only["intersects"]).equals(
        shapely.union(shapely.box(170, 60, 180, 90), shapely.box(-180, 60, -170, 90))
    )
    assert both.put(False) == [{"bbox": [170, 60, 180, 90]}, {"bbox": [-180, 60, -170, 90]}]


def test_an_area_over_the_pole_reaches_the_pole_on_the_flat_map() -> None:
    for lat, pole in ((80.0, 90.0), (-70.0, -90.0)):
        [only] = area(area=ring(lat)).put(True)
        flat = shape(only["intersects"])
        assert flat.is_valid
        assert all(flat.covers(shapely.Point(lon, pole)) for lon in range(-180, 181, 30))
        [box] = area(area=ring(lat)).put(False)
        assert box["bbox"][0] == -180 and box["bbox"][2] == 180 and pole in box["bbox"]


def test_an_area_over_180_is_cut_there() -> None:
    corners = [[175, 70], [-175, 70], [-175, 75], [175, 75], [175, 70]]
    over = area(area={"type": "Polygon", "coordinates": [corners]})
    [only] = over.put(True)
    assert only["intersects"]["type"] == "MultiPolygon"
    east, west = (part["bbox"] for part in over.put(False))
    assert east[2] == 180 and 174 < east[0] < 175.1 and west[0] == -180 and -175.1 < west[2] < -174


def test_items_are_held_against_the_globe_not_the_flat_map() -> None:
    over = area(bbox=(170, 60, -170, 90))
    assert over.holds(point(-180, 75)) and over.holds(point(0, 90)) and not over.holds(point(0, 75))
    assert not over.holds({"type": "Nothing"})
    naive = {"type": "Polygon", "coordinates": [[[179, 70], [-179, 70], [-179, 71], [179, 71], [179, 70]]]}
    assert over.holds(naive)
    atlantic = area(bbox=(-20, 69, 20, 72))
    assert not atlantic.holds(naive)
    assert atlantic.seen_flat(naive, None)  # on a flat map the ring goes round the other way
    assert atlantic.seen_flat(point(100, 0), [0, 70, 1, 71])  # some look at the box alone
    assert not atlantic.seen_flat(point(100, 0), [100, 0, 100, 0])


def test_what_came_with_the_first_half_is_not_shown_again_with_the_second() -> None:
    both = area(bbox=(170, 60, -170, 90))
    across = {"type": "Polygon", "coordinates": [[[179, 70], [-179, 70], [-179, 71], [179, 71], [179, 70]]]}
    assert both.earlier(1, across, intersects=False)
    assert not both.earlier(1, point(-175, 70), intersects=False)
    assert not both.earlier(0, across, intersects=False)


def test_a_collection_concerns_an_area_that_its_box_meets() -> None:
    antarctic = area(area=ring(-80))
    assert antarctic.touches_box((-180, -90, 180, -53)) and not antarctic.touches_box((-180, 49, 180, 90))


@settings(deadline=None)  # on a busy machine one example may take its time
@given(
    st.integers(0, 1),
    st.tuples(st.floats(-4e6, 4e6), st.floats(-4e6, 4e6)),
    st.floats(300, 2e6),
    st.integers(0, 2**32 - 1),
)
def test_what_is_sent_is_never_smaller_than_what_was_asked(
    plane: int, middle: tuple[float, float], radius: float, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    angles = np.sort(chance.uniform(0, 2 * np.pi, 6))
    xy = np.column_stack((np.cos(angles), np.sin(angles))) * radius + middle
    lon, lat = TO_DEGREES[plane].transform(xy[:, 0], xy[:, 1])
    corners = [[float(x), float(y)] for x, y in zip(lon, lat, strict=True)]
    drawn = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    exact = footprint(drawn)
    [only] = area(area=drawn).put(True)
    sent = shape(only["intersects"])
    assert sent.is_valid
    for part, back in zip((exact.north, exact.south), TO_DEGREES, strict=True):
        if part is None or part.is_empty:
            continue
        west, south, east, north = part.bounds
        inside = chance.uniform((west, south), (east, north), (50, 2))
        inside = inside[shapely.contains_xy(part, inside)]
        at = np.column_stack(back.transform(inside[:, 0], inside[:, 1]))
        assert shapely.intersects_xy(sent, at).all()
