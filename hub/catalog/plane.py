"""Footprints in the two polar planes, where no antimeridian cuts them and the pole is a point like others.

The northern plane is EPSG:3413, the southern EPSG:3031, in metres. Each holds its hemisphere and a kilometre
beyond the equator, no more: nothing is far from the middle, and mid-latitudes are found as well. What spans
the equator lies in both planes. Curves are followed to within 10 m.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import radians, sin, sqrt, tan
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from hub.catalog.geometry import (
    HOLE,
    LINE,
    POINT,
    SHELL,
    Flags,
    Floats,
    Ints,
    Parts,
    Reading,
    read,
    take_apart,
)
from hub.errors import BadInput

Shapes = NDArray[np.object_]

PLANES = ("EPSG:3413", "EPSG:3031")
NORTH, SOUTH = 0, 1
TOLERANCE = 10.0  # metres between a curve and the chord that stands for it
RADIUS = 6.4e6  # metres, of the earth
TINY = 1e-3  # degrees: what is smaller may fold up when it is rounded to millimetres

_TO_PLANE = tuple(Transformer.from_crs("EPSG:4326", plane, always_xy=True) for plane in PLANES)
FLAT = 0.0818191908426  # eccentricity of WGS 84
MIDDLES = (-45.0, 0.0)  # the longitudes that run straight down (north) and up (south)
OVERLAP = 0.01  # degrees of either plane beyond the equator, so that no chord cuts it short
_HALF = (shapely.box(-2000, -OVERLAP, 2000, 90), shapely.box(-2000, -90, 2000, OVERLAP))


@dataclass(frozen=True)
class Footprint:
    """One shape: its part in each plane, None where it has none."""

    north: BaseGeometry | None
    south: BaseGeometry | None


@dataclass(frozen=True)
class Footprints:
    """Many shapes: the same in arrays."""

    north: Shapes
    south: Shapes

    def __getitem__(self, number: int) -> Footprint:
        return Footprint(self.north[number], self.south[number])


def to_plane(lonlat: Floats, plane: int) -> Floats:
    """Degrees, (n, 2), to metres in a plane, to the millimetre: so that -180° and 180° are one place."""
    x, y = _TO_PLANE[plane].transform(lonlat[:, 0], lonlat[:, 1])
    return np.round(np.column_stack((x, y)), 3)


def footprint(geometry: Any, where: str = "geometry") -> Footprint:
    """One GeoJSON geometry. Raises BadInput for `where`."""
    parts = take_apart([geometry], [where])
    if len(parts.kind) == 1 and parts.kind[0] == POINT:
        return _point(parts.lonlat)
    reading = read(parts)
    if len(parts.kind) == 1 and parts.kind[0] == SHELL and reading.in_plane[0]:
        return _ring_in_plane(parts.lonlat, NORTH if reading.low[0] > 0 else SOUTH)
    return _draw(parts, reading, 1)[0]


def _ring_in_plane(lonlat: Floats, plane: int) -> Footprint:
    """What is drawn on a polar map, mostly: worth a short way."""
    shape: BaseGeometry = shapely.Polygon(to_plane(lonlat, plane))
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure")
    return Footprint(shape, None) if plane == NORTH else Footprint(None, shape)


def _point(lonlat: Floats) -> Footprint:
    lat = lonlat[0, 1]
    return Footprint(
        shapely.Point(to_plane(lonlat, NORTH)[0]) if lat >= -OVERLAP else None,
        shapely.Point(to_plane(lonlat, SOUTH)[0]) if lat <= OVERLAP else None,
    )


def footprints(
    geometries: Sequence[Any], names: Sequence[str] | None = None, crossing: Flags | None = None
) -> Footprints:
    """Many GeoJSON geometries at once; None stays nothing. Raises BadInput with the geometry's name.

    `crossing` says of each whether a west > east bbox lies beside it.
    """
    parts = take_apart(geometries, names)
    if not len(parts.kind):
        return Footprints(np.full(len(geometries), None), np.full(len(geometries), None))
    return _draw(parts, read(parts, crossing), len(geometries))


def _draw(parts: Parts, reading: Reading, count: int) -> Footprints:
    found = Footprints(np.full(count, None), np.full(count, None))
    for plane, into in ((NORTH, found.north), (SOUTH, found.south)):
        if not _reaches(reading, plane).any():
            continue
        shapes = np.full(len(parts.kind), None)
        _draw_in_plane(shapes, parts, reading, plane)
        _draw_in_lonlat(shapes, parts, reading, plane)
        _assemble(into, shapes, parts)
    return found


def _reaches(reading: Reading, plane: int) -> Flags:
    return (reading.high >= -OVERLAP) if plane == NORTH else (reading.low <= OVERLAP)


def _draw_in_plane(shapes: Shapes, parts: Parts, reading: Reading, plane: int) -> None:
    """Parts with straight edges in the plane."""
    chosen = reading.in_plane & ((reading.low > 0) if plane == NORTH else (reading.high < 0))
    if chosen.any():
        lonlat, start = _pick(parts.lonlat, parts, chosen)
        shapes[chosen] = _mend(_build(to_plane(lonlat, plane), start, parts.kind[chosen]))


def _draw_in_lonlat(shapes: Shapes, parts: Parts, reading: Reading, plane: int) -> None:
    """Parts with straight edges in lon/lat: cut at the equator there, then bent into the plane."""
    chosen = ~reading.in_plane & _reaches(reading, plane)
    if not chosen.any():
        return
    lonlat, start = _pick(np.column_stack((reading.lon, parts.lonlat[:, 1])), parts, chosen)
    turns = reading.turns[chosen]
    if turns.any():
        lonlat, start = _over_the_pole(lonlat, start, turns)
    low, high = reading.low[chosen], reading.high[chosen]
    flat = _mend(_build(lonlat, start, parts.kind[chosen]))
    beyond = (low < -OVERLAP) if plane == NORTH else (high > OVERLAP)
    if beyond.any():
        flat[beyond] = shapely.intersection(flat[beyond], _HALF[plane])
    nearest = np.clip(low, 0, None) if plane == NORTH else np.clip(-high, 0, None)
    shapes[chosen] = bend(flat, nearest, plane)


def bend(flat: Shapes, nearest: Floats, plane: int) -> Shapes:
    """Shapes in lon/lat into the plane; `nearest` is the latitude of each that is nearest to the equator."""
    step = np.degrees(np.sqrt(8 * TOLERANCE / (2 * RADIUS * np.tan(np.radians(45 - nearest / 2)) + RADIUS)))
    dense = shapely.segmentize(flat, step)
    return _mend(shapely.transform(dense, _projection(plane)))


def _projection(plane: int) -> Callable[[Floats], Floats]:
    return lambda lonlat: to_plane(lonlat, plane)


def _pick(lonlat: Floats, parts: Parts, chosen: Flags) -> tuple[Floats, Ints]:
    length = np.diff(parts.start)
    return lonlat[np.repeat(chosen, length)], np.concatenate(([0], np.cumsum(length[chosen])))


def _over_the_pole(lonlat: Floats, start: Ints, turns: Ints) -> tuple[Floats, Ints]:
    """Rings that run once around in lon/lat closed along the pole that is nearer to them."""
    pieces = np.split(lonlat, start[1:-1])
    for number in np.flatnonzero(turns):
        piece = pieces[number]
        pole = np.copysign(90.0, piece[:, 1].mean())
        pieces[number] = np.vstack((piece, [piece[-1, 0], pole], [piece[0, 0], pole], piece[:1]))
    return np.vstack(pieces), np.concatenate(([0], np.cumsum([len(piece) for piece in pieces])))


def _build(xy: Floats, start: Ints, kind: Ints) -> Shapes:
    shapes = np.full(len(kind), None)
    part = np.repeat(np.arange(len(kind)), np.diff(start))
    builders: tuple[tuple[Any, Flags], ...] = (
        (shapely.points, kind == POINT),
        (shapely.linestrings, kind == LINE),
        (shapely.linearrings, kind >= SHELL),
    )
    for build, chosen in builders:
        if not chosen.any():
            continue
        number = np.cumsum(chosen) - 1
        at = chosen[part]
        built: Any = build(xy[at]) if build is shapely.points else build(xy[at], indices=number[part[at]])
        shapes[chosen] = shapely.polygons(built) if build is shapely.linearrings else built
    return shapes


def _mend(shapes: Shapes) -> Shapes:
    """Crossed, doubled and slit rings made into what they cover."""
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure")
    return shapes


def _assemble(into: Shapes, shapes: Shapes, parts: Parts) -> None:
    """Parts together again: holes cut out of their shells, the parts of one geometry united."""
    if len(shapes) == 1:
        into[parts.owner] = shapes
        return
    hole = parts.kind == HOLE
    if hole.any():
        shell = np.maximum.accumulate(np.where(hole, 0, np.arange(len(hole))))
        for number in np.flatnonzero(hole):
            whole, cut = shapes[shell[number]], shapes[number]
            if whole is not None and cut is not None:
                shapes[shell[number]] = shapely.difference(whole, cut)
    here = np.flatnonzero(~hole & ~(shapely.is_empty(shapes) | shapely.is_missing(shapes)))
    owner = parts.owner[here]
    single = np.bincount(owner, minlength=len(into))[owner] == 1
    into[owner[single]] = shapes[here[single]]
    for number in np.unique(owner[~single]):
        into[number] = shapely.union_all(shapes[here[owner == number]])


def box_footprint(bbox: Sequence[float], where: str = "bbox") -> Footprint:
    """A lon/lat rectangle, whose edges follow meridians and parallels; west > east runs over ±180°.

    Four numbers, or six with heights, which are checked and then left aside: a footprint has none.
    Raises BadInput for `where`.
    """
    west, south, east, north = corners(bbox, where)
    if west > east:
        east += 360
    halves = ((max(south, -OVERLAP), north), (south, min(north, OVERLAP)))
    both = [
        _rectangle(west, low, east, high, plane) if low <= high else None
        for plane, (low, high) in enumerate(halves)
    ]
    return Footprint(both[NORTH], both[SOUTH])


def corners(bbox: Sequence[float], where: str = "bbox") -> tuple[float, float, float, float]:
    """West, south, east, north of a bbox of four or six numbers. Raises BadInput where it is none."""
    if len(bbox) not in (4, 6):
        raise BadInput("A bbox has four numbers: west, south, east, north; or six with heights.", where=where)
    half = len(bbox) // 2
    west, south, east, north = bbox[0], bbox[1], bbox[half], bbox[half + 1]
    if not np.isfinite(np.asarray(bbox, dtype=float)).all():
        raise BadInput("A bbox is made of numbers.", where=where)
    if not (-90 <= south <= north <= 90):
        raise BadInput("South must not be north of north, and both lie in -90 to 90.", where=where)
    if max(abs(west), abs(east)) > 360 or east - west > 360:
        raise BadInput("Longitudes lie in -180 to 180 or 0 to 360; no box is wider than 360.", where=where)
    if len(bbox) == 6 and bbox[2] > bbox[5]:
        raise BadInput("The lower height comes third, the upper sixth.", where=where)
    return float(west), float(south), float(east), float(north)


def _parallel(west: float, east: float, latitude: float, plane: int) -> Floats:
    """A parallel is a circle around the pole: worked out here, because PROJ would take most of a search."""
    side = 1 if plane == NORTH else -1
    radius = _RADII[plane] * _tangent(side * latitude)
    steps = int(radians(east - west) / sqrt(8 * TOLERANCE / max(radius, TOLERANCE))) + 1
    lon = np.arange(steps + 1) * (radians(east - west) / steps) + radians(west - MIDDLES[plane])
    line = np.empty((steps + 1, 2))
    np.multiply(np.sin(lon), radius, out=line[:, 0])
    np.multiply(np.cos(lon), -side * radius, out=line[:, 1])
    if east - west == 360:
        line[-1] = line[0]
    return line


def _tangent(latitude: float) -> float:
    """What the distance from the pole is proportional to in a polar stereographic plane (Snyder, 15-9)."""
    sine = sin(radians(latitude))
    return float(tan(radians(45 - latitude / 2)) / ((1 - FLAT * sine) / (1 + FLAT * sine)) ** (FLAT / 2))


def _rectangle(west: float, south: float, east: float, north: float, plane: int) -> BaseGeometry:
    if south == north and (west == east or abs(south) == 90):
        return shapely.Point(to_plane(np.array([[west, south]]), plane)[0])
    if south == north:
        return shapely.LineString(_parallel(west, east, south, plane))
    if west == east:
        return shapely.LineString(to_plane(np.array([[west, south], [west, north]]), plane))
    rings = [_parallel(west, east, latitude, plane) for latitude in (south, north)]
    if east - west == 360:
        outer, inner = rings if plane == NORTH else rings[::-1]
        at_pole = max(abs(south), abs(north)) == 90
        shape: BaseGeometry = shapely.Polygon(outer, None if at_pole else [inner])
    else:
        shape = shapely.Polygon(np.vstack((rings[0], rings[1][::-1])))
    if min(east - west, north - south) > TINY or shape.is_valid:
        return shape
    return shapely.make_valid(shape, method="structure")


_RADII = tuple(
    float(np.hypot(*_TO_PLANE[plane].transform(0.0, lat))) / _tangent(70.0)
    for plane, lat in ((NORTH, 70.0), (SOUTH, -70.0))
)
