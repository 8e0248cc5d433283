"""S2 as an independent judge: footprints and questions as spherical polygons, and which of them meet.

S2 knows no plane and no antimeridian, and its edges are geodesics. So that both sides mean the same, every
edge is first drawn as what it is said to be in `hub.catalog.geometry`, with so many corners that a geodesic
between two of them is off by a metre or two; none of the code that is judged takes part in that.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import spherely  # type: ignore[import-not-found]
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.enums import TransformDirection

Floats = NDArray[np.float64]

STEP = 0.1  # degrees of lon or lat from corner to corner on edges in lon/lat
PIECES = 16  # corners on an edge in the plane

_PLANES = {side: Transformer.from_crs(4326, epsg, always_xy=True) for side, epsg in ((1, 3413), (-1, 3031))}


def straight_in_plane(ring: Floats, side: int, pieces: int = PIECES) -> Floats:
    """A closed ring in degrees, its edges drawn straight in a polar plane; side 1 is north, -1 south."""
    xy = np.stack(_PLANES[side].transform(ring[:, 0], ring[:, 1]), -1)
    share = np.linspace(0, 1, pieces, endpoint=False)[None, :, None]
    dense = (xy[:-1, None] * (1 - share) + xy[1:, None] * share).reshape(-1, 2)
    return to_lonlat(dense, side)


def to_lonlat(xy: Floats, side: int) -> Floats:
    """Metres in a polar plane, (n, 2), to degrees."""
    return np.stack(_PLANES[side].transform(xy[:, 0], xy[:, 1], direction=TransformDirection.INVERSE), -1)


def straight_in_lonlat(ring: Floats) -> Floats:
    """A closed ring in degrees, its edges drawn straight in lon/lat, the shorter way round."""
    pieces = []
    for (lon0, lat0), (lon1, lat1) in pairwise(ring):
        east = (lon1 - lon0 + 180) % 360 - 180
        share = np.linspace(0, 1, int(max(abs(east), abs(lat1 - lat0)) / STEP) + 2)[:-1]
        pieces.append(np.stack((lon0 + share * east, lat0 + share * (lat1 - lat0)), -1))
    return np.concatenate(pieces)


def polygon(dense: Floats) -> Any:
    """A dense ring as an S2 polygon: the smaller side of it."""
    tidy = np.stack(((dense[:, 0] + 180) % 360 - 180, dense[:, 1]), -1)
    keep = np.append(True, np.abs(np.diff(tidy, axis=0)).sum(1) > 1e-9)
    return spherely.create_polygon([tuple(position) for position in tidy[keep].tolist()])


def item(ring: Floats) -> Any:
    """A provider's ring of four corners."""
    high = np.abs(ring[:, 1]).min() >= 60
    return polygon(straight_in_plane(ring, int(np.sign(ring[0, 1]))) if high else straight_in_lonlat(ring))


def box(bbox: Sequence[float]) -> Any:
    """A lon/lat rectangle narrower than a hemisphere, or a cap around a pole."""
    west, south, east, north = bbox
    width = (east - west) % 360 or 360.0
    lons = west + np.linspace(0, width, int(width / STEP) + 2)
    if width == 360:
        lat = south if north == 90 else north
        if max(abs(south), abs(north)) != 90:
            raise ValueError("a band is two boxes")
        return polygon(np.stack((lons[:-1], np.full(len(lons) - 1, lat)), -1))
    lats = np.linspace(south, north, int((north - south) / STEP) + 2)
    sides = (
        np.stack((lons, np.full(len(lons), south)), -1),
        np.stack((np.full(len(lats), west + width), lats), -1),
        np.stack((lons[::-1], np.full(len(lons), north)), -1),
        np.stack((np.full(len(lats), west), lats[::-1]), -1),
    )
    dense = np.concatenate([side[:-1] for side in sides])
    at_pole = np.abs(dense[:, 1]) == 90
    dense[at_pole, 0] = 0.0  # a pole is one place, whatever its longitude
    keep = ~at_pole | (np.cumsum(at_pole) == 1)
    return polygon(dense[keep])


def area(geometry: dict[str, Any]) -> Any:
    """A point, or a polygon with one ring all of whose corners lie at 60° or poleward."""
    if geometry["type"] == "Point":
        return spherely.create_point(*geometry["coordinates"])
    ring = np.array(geometry["coordinates"][0])
    return polygon(straight_in_plane(ring, int(np.sign(ring[0, 1])), pieces=400))


def meet(question: Any, items: Any) -> NDArray[np.bool_]:
    """Which items meet the question."""
    met: NDArray[np.bool_] = spherely.intersects(question, items)
    return met
