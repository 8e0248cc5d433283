"""The SSMIS swath as a STAC Item: its footprint follows the edges of the scan, over pole and antimeridian."""

import json
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer

from hub.catalog.embedded import footprint
from hub.catalog.embedded.describe import FILE, IN_BOX, STAC, Json, Product
from hub.errors import BadFile

SCAN = 90  # points across
CHUNK = 30  # scan lines in a piece of the footprint; about 380 km along the track
SLACK = 5_000.0  # metres the outline may be off: a field of view at 37 GHz is 45 km long
FIRST, LAST = "2003-10-18T00:00:00Z", "2012-02-14T09:41:03Z"  # launch of the first SSMIS; published


def scans(path: Path) -> footprint.Floats:
    """Longitude and latitude (degrees) and brightness temperature (K) as (scans, 90, 3); NaN is no data.

    Raises BadFile where the file is no such swath.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            data = archive["data"].astype(np.float64)
        lines: footprint.Floats = data.reshape(-1, SCAN, 3)
    except (OSError, ValueError, KeyError) as error:
        raise BadFile(f"is not the SSMIS swath: {error}", where=path.name) from None
    lines[lines < -1e9] = np.nan
    return lines


def _outline(lonlat: footprint.Floats, epsg: int) -> shapely.Geometry:
    """The edge of some scan lines (n, 90, 2) in metres of a polar plane."""
    edge = np.concatenate([lonlat[0], lonlat[1:, -1], lonlat[-1, ::-1], lonlat[-2::-1, 0]])
    to = Transformer.from_crs(4326, epsg, always_xy=True)
    return shapely.make_valid(shapely.Polygon(np.column_stack(to.transform(edge[:, 0], edge[:, 1]))))


def outlines(lines: footprint.Floats) -> dict[int, shapely.Geometry]:
    """What the scans cover: in EPSG:3413 north of the equator, in EPSG:3031 south of it."""
    places = lines[~np.isnan(lines).any(axis=(1, 2)), :, :2]
    pieces: dict[int, list[shapely.Geometry]] = {3413: [], 3031: []}
    for start in range(0, len(places) - 1, CHUNK):
        piece = places[start : start + CHUNK + 1]
        epsg = 3413 if piece[:, :, 1].mean() >= 0 else 3031
        pieces[epsg].append(_outline(piece, epsg))
    return {epsg: shapely.union_all(found, grid_size=1.0) for epsg, found in pieces.items()}


def _geometry(lines: footprint.Floats) -> Json:
    """Both hemispheres together: the pieces meet, and overlap a little, on the equator."""
    parts = []
    for epsg, shape in outlines(lines).items():
        simple = shapely.simplify(shape, SLACK)
        made = shapely.geometry.shape(footprint.geometry(simple, footprint.PLANES[epsg]))
        parts += [shapely.make_valid(part) for part in shapely.get_parts(made)]
    whole = shapely.union_all(parts, grid_size=1e-4)
    # slivers along the cuts go, as parts and as holes
    kept = [shapely.Polygon(part.exterior) for part in shapely.get_parts(whole) if part.area > 0.1]
    found: Json = json.loads(shapely.to_geojson(shapely.orient_polygons(shapely.MultiPolygon(kept))))
    return found


def item(product: Product, path: Path) -> Json:
    """The swath; its time is an interval, since the file does not tell it. Raises BadFile."""
    lines = scans(path)
    found = _geometry(lines)
    _, south, _, north = shapely.geometry.shape(found).bounds
    kelvin = lines[:, :, 2]
    return {
        "type": "Feature",
        "stac_version": STAC,
        "stac_extensions": [FILE],
        "id": "ssmis-swath-37v",
        "collection": product.id,
        "geometry": found,
        "bbox": [-180.0, south, 180.0, north],
        "properties": {
            "title": product.title,
            "datetime": None,
            "start_datetime": FIRST,
            "end_datetime": LAST,
            "license": product.licence,
            "constellation": "dmsp",
            "instruments": ["ssmis"],
            "gsd": 25000,
        },
        "links": [{"rel": "about", "href": product.page, "type": "text/html"}],
        "assets": {
            "data": {
                "href": f"{IN_BOX}/{product.source}",
                "type": "application/x-npz",
                "title": "Longitude, latitude, brightness temperature",
                "roles": ["data"],
                "file:size": path.stat().st_size,
                "bands": [
                    {"name": "longitude", "unit": "deg", "data_type": "float32", "nodata": -1e10},
                    {"name": "latitude", "unit": "deg", "data_type": "float32", "nodata": -1e10},
                    {
                        "name": "brightness_temperature",
                        "unit": "K",
                        "data_type": "float32",
                        "nodata": -1e10,
                        "statistics": {
                            "minimum": round(float(np.nanmin(kelvin)), 2),
                            "maximum": round(float(np.nanmax(kelvin)), 2),
                        },
                    },
                ],
            }
        },
    }
