"""The area of a question, put into what other catalogs understand; their answers are held against it."""

import json
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from hub.catalog.plane import PLANES, Footprint, box_footprint, footprint
from hub.catalog.search import Json, Search
from hub.catalog.where import meet
from hub.errors import BadInput

FAR = 3e7  # metres: further out than anything in a plane
STEP = (10.0, 25_000.0)  # metres between positions on the edge of an area that is sent, at least and most
DIGITS = 1e-5  # degrees, about a metre
_TO_DEGREES = tuple(Transformer.from_crs(plane, "EPSG:4326", always_xy=True) for plane in PLANES)
_TO_PLANE = tuple(Transformer.from_crs("EPSG:4326", plane, always_xy=True) for plane in PLANES)
Box = tuple[float, float, float, float]


class Area:
    """Where is searched. Items meet it or not in the polar planes; other catalogs are asked in lon/lat."""

    def __init__(self, exact: Footprint, boxes: list[Box] | None, flat: BaseGeometry) -> None:
        self._exact = exact
        self._boxes = boxes  # of a bbox, cut at 180°; None for any other shape
        self._flat = flat
        for part in (exact.north, exact.south, flat):
            if part is not None:
                shapely.prepare(part)

    @classmethod
    def of(cls, search: Search) -> "Area | None":
        """The area of a search, if it has one. Raises BadInput for `bbox` or `intersects`."""
        if search.bbox is not None:
            boxes = cut(search.bbox)
            return cls(box_footprint(search.bbox), boxes, shapely.union_all([shapely.box(*b) for b in boxes]))
        if search.area is not None:
            exact = footprint(search.area, "intersects")
            return cls(exact, None, in_degrees(exact))
        return None

    def put(self, intersects: bool) -> list[Json]:
        """The area as parameters of one request; of two where it crosses 180° and only boxes are read."""
        if self._boxes is not None and len(self._boxes) == 1:
            return [{"bbox": list(self._boxes[0])}]
        if intersects:
            return [{"intersects": _geojson(self._flat)}]
        return [{"bbox": list(box)} for box in self._cut()]

    def _cut(self) -> list[Box]:
        return self._boxes if self._boxes is not None else _bounds(self._flat)

    def holds(self, geometry: Json) -> bool:
        """Whether an item's geometry meets the area, on the globe."""
        try:
            found = footprint(geometry)
        except BadInput:
            return False
        return meet(self._exact, found)

    def touches_box(self, box: Box) -> bool:
        """Whether a box, west > east over 180°, meets the area."""
        return meet(self._exact, _of_box(box))

    def seen_flat(self, geometry: Json, bbox: Any) -> bool:
        """Whether one who takes lon/lat for a flat map could think that an item meets what was asked for.

        Many catalogs do, some by the item's box alone: such an item is a false hit, but no lie.
        """
        try:
            seen = shapely.make_valid(shape(geometry))
            boxes = [shapely.box(*b) for b in cut(tuple(bbox))] if bbox else []
        except Exception:  # shapely raises whatever the coordinates make it stumble over
            return False
        return any(bool(self._flat.intersects(one)) for one in (seen, *boxes))

    def earlier(self, part: int, geometry: Json, intersects: bool) -> bool:
        """Whether an item that came with one part of a box was found with an earlier part already."""
        if intersects or part == 0:
            return False
        found = footprint(geometry)
        return any(meet(_of_box(box), found) for box in self._cut()[:part])


def cut(bbox: tuple[float, ...]) -> list[Box]:
    """A bbox of four or six numbers as one box, or as two where it runs over 180°."""
    half = len(bbox) // 2
    west, south, east, north = bbox[0], bbox[1], bbox[half], bbox[half + 1]
    if west <= east:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


@lru_cache(maxsize=256)
def _of_box(box: Box) -> Footprint:
    return box_footprint(box)


def in_degrees(exact: Footprint) -> BaseGeometry:
    """A footprint in lon/lat: cut at 180°, closed along the pole, a little larger and never smaller."""
    pieces = [
        piece
        for plane, part in enumerate((exact.north, exact.south))
        if part is not None and not part.is_empty
        for piece in _pieces(part, plane)
    ]
    return shapely.set_precision(shapely.union_all(pieces), DIGITS)


def _pieces(part: BaseGeometry, plane: int) -> list[BaseGeometry]:
    """Quarters of the globe: in none of them does longitude jump, and the pole is a corner of each."""
    step = float(np.clip(part.length / 400, *STEP))
    # between two positions lon/lat's straight edge is off by less than half of their distance
    larger = shapely.buffer(part, step / 2, quad_segs=2)
    pieces = []
    for west in (-180, -90, 0, 90):
        quarter = shapely.intersection(larger, _quarter(west, plane))
        dense = shapely.segmentize(quarter, step)
        polygons = [p for p in shapely.get_parts(dense) if p.geom_type == "Polygon"]
        pieces += [shapely.make_valid(_unrolled(polygon, west, plane)) for polygon in polygons]
    return pieces


@lru_cache(maxsize=8)
def _quarter(west: int, plane: int) -> BaseGeometry:
    latitude = 60.0 if plane == 0 else -60.0
    directions = np.column_stack(_TO_PLANE[plane].transform([west, west + 45, west + 90], [latitude] * 3))
    rays = directions / np.linalg.norm(directions, axis=1, keepdims=True) * FAR
    return shapely.Polygon([(0.0, 0.0), *rays])


def _unrolled(polygon: BaseGeometry, west: int, plane: int) -> BaseGeometry:
    rings = [_ring(np.asarray(r.coords), west, plane) for r in (polygon.exterior, *polygon.interiors)]  # type: ignore[attr-defined]
    return shapely.Polygon(rings[0], rings[1:])


def _ring(xy: np.ndarray[Any, Any], west: int, plane: int) -> list[tuple[float, float]]:
    lon, lat = _TO_DEGREES[plane].transform(xy[:, 0], xy[:, 1])
    lon = west + 45 + (np.asarray(lon) - west - 45 + 180) % 360 - 180  # within 180° of the quarter's middle
    lon = np.clip(lon, west, west + 90)
    at_pole = np.hypot(xy[:, 0], xy[:, 1]) < 1e-3
    ring: list[tuple[float, float]] = []
    count = len(xy) - 1  # the last position is the first again
    for i in range(count):
        if not at_pole[i]:
            ring.append((float(lon[i]), float(lat[i])))
        else:  # the pole is a whole edge of the lon/lat map
            ring += [(float(lon[j % count]), float(lat[i])) for j in (i - 1, i + 1)]
    return ring


def _geojson(flat: BaseGeometry) -> Json:
    """As GeoJSON asks for it: outer rings counter-clockwise."""
    found: Json = json.loads(shapely.to_geojson(shapely.orient_polygons(flat)))
    return found


def _bounds(flat: BaseGeometry) -> list[Box]:
    """The box around a shape, or one on each side of 180° where it lies on both."""
    west, south, east, north = flat.bounds
    if west > -180 or east < 180:
        return [(west, south, east, north)]
    parts = list(shapely.get_parts(flat))
    sides = [[p for p in parts if (p.centroid.x > 0) is positive] for positive in (True, False)]
    if any(p.bounds[2] - p.bounds[0] > 350 for p in parts) or not all(sides):
        return [(west, south, east, north)]
    return [_box(shapely.union_all(side).bounds) for side in sides]


def _box(bounds: tuple[float, ...]) -> Box:
    west, south, east, north = bounds
    return west, south, east, north
