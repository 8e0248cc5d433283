"""Footprints from a polar plane to lon/lat: cut at the antimeridian as GeoJSON asks, right at the pole.

An edge that is straight in EPSG:3413 or EPSG:3031 is curved in lon/lat, so points are put on it until it is
within `OFF` of the real one. They lie on the straight line, and all cuts run through the pole: mapped back
into the plane, the footprint is what it was.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

Json = dict[str, Any]
Floats = npt.NDArray[np.float64]

POLYGON = 3  # GEOS's number for it
OFF = 0.01  # how far an edge may be off, as a part of its length
OFF_MOST = 1000.0  # … and in metres
FAR = 1e8  # metres; beyond everything on a polar plane
TOUCH = 1e-3  # metres; nearer than this is the same point
DECIMALS = 7  # of a degree: a centimetre


@dataclass(frozen=True)
class Plane:
    """A polar stereographic CRS with the pole at (0, 0); `central` is the meridian that points down in it
    (north) or up (south)."""

    epsg: int
    north: bool
    central: float

    @property
    def pole(self) -> float:
        """Latitude of its pole, degrees."""
        return 90.0 if self.north else -90.0

    def toward(self, lon: float) -> tuple[float, float]:
        """The unit vector from the pole along a meridian."""
        angle = math.radians(lon - self.central)
        return math.sin(angle), -math.cos(angle) if self.north else math.cos(angle)


PLANES = {3413: Plane(3413, True, -45.0), 3031: Plane(3031, False, 0.0)}


@cache
def _to_lonlat(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, 4326, always_xy=True)


def lonlat(xy: Floats, plane: Plane) -> Floats:
    """Points (n, 2) in metres as (n, 2) lon/lat degrees; the pole itself has longitude 0."""
    found = np.column_stack(_to_lonlat(plane.epsg).transform(xy[:, 0], xy[:, 1]))
    found[(xy == 0).all(axis=1)] = 0.0, plane.pole
    return found


def _half(plane: Plane, east: bool) -> Any:
    """The half of the plane with longitudes from 0 to 180, or from -180 to 0."""
    to, side = np.array(plane.toward(180.0)), np.array(plane.toward(90.0 if east else -90.0))
    a, b = to * FAR, -to * FAR
    return shapely.Polygon([a, b, b + side * FAR, a + side * FAR])


@cache
def _pieces(plane: Plane) -> tuple[Any, Any, Any]:
    """The antimeridian as a line from the pole, and the halves to its west (east longitudes) and east."""
    ray = shapely.LineString(np.array([(0.0, 0.0), plane.toward(180.0)]) * FAR)
    return ray, _half(plane, True), _half(plane, False)


def _edges(starts: Floats, ends: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """In how many parts each edge has to be drawn in lon/lat, and whether the pole lies on it."""
    along = ends - starts
    length = np.hypot(along[:, 0], along[:, 1])
    safe = np.maximum(length, TOUCH)
    nearest = starts + np.clip(-(starts * along).sum(axis=1) / safe**2, 0, 1)[:, None] * along
    near = np.hypot(nearest[:, 0], nearest[:, 1])
    beside = (
        np.abs(starts[:, 0] * ends[:, 1] - starts[:, 1] * ends[:, 0]) / safe
    )  # of the line, from the pole
    bend = safe**2 / (8 * np.maximum(near, safe / 64))
    parts = np.ceil(np.sqrt(bend / np.minimum(OFF * safe, OFF_MOST)))
    return np.where(beside < TOUCH, 1, np.maximum(parts, 1)).astype(np.int64), near < TOUCH


def _filled(ring: Floats) -> Floats:
    """A closed ring with points put in where an edge bends in lon/lat, and where it meets the pole."""
    ring = ring[np.r_[True, np.hypot(*np.diff(ring, axis=0).T) > TOUCH]]
    starts, ends = ring[:-1], ring[1:]
    out: list[Floats] = []
    for start, end, parts, on_pole in zip(starts, ends, *_edges(starts, ends), strict=True):
        if on_pole and min(np.hypot(*start), np.hypot(*end)) > TOUCH:
            out += [start, np.zeros(2)]
        else:
            out += [start + (end - start) * k / parts for k in range(parts)]
    return np.array([*out, ring[-1]])


def _side_ring(ring: Floats, plane: Plane, east: bool) -> list[list[float]]:
    """One ring on one side of the antimeridian as GeoJSON; at the pole it keeps to both meridians."""
    xy = _filled(ring)[:-1]
    found = lonlat(xy, plane)
    edge = 180.0 if east else -180.0
    found[np.isclose(np.abs(found[:, 0]), 180.0, atol=1e-7), 0] = edge
    out: list[list[float]] = []
    for index, (lon, lat) in enumerate(found):
        if np.hypot(*xy[index]) > TOUCH:
            out.append([round(float(lon), DECIMALS), round(float(lat), DECIMALS)])
            continue
        before, after = found[index - 1][0], found[(index + 1) % len(found)][0]
        out.extend([round(float(x), DECIMALS), plane.pole] for x in (before, (before + after) / 2, after))
    return [*out, out[0]]


def _rings(polygon: Any, plane: Plane, east: bool) -> list[list[list[float]]]:
    turned = shapely.orient_polygons(polygon, exterior_cw=False)
    rings = [turned.exterior, *turned.interiors]
    return [_side_ring(shapely.get_coordinates(ring), plane, east) for ring in rings]


def _is_east(part: Any, plane: Plane) -> bool:
    return bool(np.dot(shapely.get_coordinates(shapely.centroid(part))[0], plane.toward(90.0)) > 0)


def _crosses(shape: Any, plane: Plane) -> bool:
    """The antimeridian runs through it, not only along its edge."""
    ray, east, west = _pieces(plane)
    if not shapely.intersects(shape, ray):
        return False
    return all(shapely.area(shapely.intersection(shape, half)) > 1.0 for half in (east, west))


def _cut(shape: Any, plane: Plane) -> list[list[list[list[float]]]]:
    _, east, west = _pieces(plane)
    out = []
    for half, is_east in ((east, True), (west, False)):
        parts = shapely.get_parts(shapely.intersection(shape, half))
        out += [_rings(p, plane, is_east) for p in parts if p.geom_type == "Polygon" and p.area > 1.0]
    return out


def geometry(shape: Any, plane: Plane) -> Json:
    """A (Multi)Polygon in metres of the plane as GeoJSON in lon/lat, cut at the antimeridian."""
    if _crosses(shape, plane):
        rings = _cut(shape, plane)
    else:
        rings = [_rings(part, plane, _is_east(part, plane)) for part in shapely.get_parts(shape)]
    if shapely.intersects_xy(shape, 0, 0):  # two halves that meet on longitude 0: one polygon, up to the pole
        whole = shapely.normalize(shapely.union_all([shapely.Polygon(r[0], r[1:]) for r in rings]))
        made: Json = json.loads(shapely.to_geojson(shapely.orient_polygons(whole, exterior_cw=False)))
        return made
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _lats(shapes: Any, plane: Plane) -> Floats:
    """South and north of each shape (n, 2): where it is nearest to the pole need not be a corner."""
    hull = shapely.get_coordinates(shapes, return_index=True)
    far = np.zeros(len(shapes))
    np.maximum.at(far, hull[1], np.hypot(*hull[0].T))
    near = shapely.distance(shapes, shapely.Point(0, 0))
    toward = np.array(plane.toward(0.0))
    ends = [lonlat(r[:, None] * toward, plane)[:, 1] for r in (far, near)]
    return np.sort(np.column_stack(ends), axis=1)


def bbox(shape: Any, plane: Plane, found: Json) -> list[float]:
    """West, south, east, north of a footprint and its `geometry`; west > east over the antimeridian."""
    south, north = _lats(np.array([shape]), plane)[0]
    lons = np.array([point[0] for point in _points(found["coordinates"])])
    if plane.pole in (south, north):
        west, east = -180.0, 180.0
    elif _crosses(shape, plane):
        west, east = lons[lons > 0].min(), lons[lons < 0].max()
    else:
        west, east = lons.min(), lons.max()
    return [round(float(value), DECIMALS) for value in (west, south, east, north)]


def _points(coordinates: Any) -> list[list[float]]:
    if isinstance(coordinates[0], float | int):
        return [coordinates]
    return [point for part in coordinates for point in _points(part)]


def _simple(shapes: Any, plane: Plane) -> npt.NDArray[np.bool_]:
    """Those whose corners are all that is needed: one ring, no long edge, away from pole and antimeridian."""
    simple: npt.NDArray[np.bool_] = shapely.get_type_id(shapes) == POLYGON
    simple &= shapely.get_num_interior_rings(shapes) == 0
    simple &= ~shapely.intersects(shapes, _pieces(plane)[0])
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    same = owner[:-1] == owner[1:]
    parts, _ = _edges(corners[:-1], corners[1:])
    simple[owner[:-1][same & (parts > 1)]] = False
    return simple


def footprints(shapes: Any, plane: Plane) -> list[tuple[Json, list[float]]]:
    """`geometry` and `bbox` of many shapes, with the simple ones (nearly all tiles are) done together."""
    found: list[tuple[Json, list[float]]] = [({}, [])] * len(shapes)
    simple = _simple(shapes, plane)
    for index in np.flatnonzero(~simple):
        made = geometry(shapes[index], plane)
        found[index] = made, bbox(shapes[index], plane, made)
    plain = shapely.orient_polygons(shapes[simple], exterior_cw=False)
    corners, owner = shapely.get_coordinates(plain, return_index=True)
    places = np.round(lonlat(corners, plane), DECIMALS)
    lats = np.round(_lats(plain, plane), DECIMALS) if len(plain) else np.empty((0, 2))
    rings = np.split(places, np.flatnonzero(np.diff(owner)) + 1)
    for index, ring, (south, north) in zip(np.flatnonzero(simple), rings, lats.tolist(), strict=False):
        west, east = float(ring[:, 0].min()), float(ring[:, 0].max())
        found[index] = {"type": "Polygon", "coordinates": [ring.tolist()]}, [west, south, east, north]
    return found
