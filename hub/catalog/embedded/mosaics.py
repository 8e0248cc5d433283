"""ArcticDEM and REMA: the provider's tile index as STAC Items, named as in the provider's own STAC."""

import json
import warnings
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from hub.catalog.embedded import footprint
from hub.catalog.embedded.describe import PROJECTION, STAC, Json, Mosaic, Raster
from hub.errors import BadFile

COLUMNS = ("tile", "supertile", "creationdate", "data_percent", "num_components", "fileurl", "s3url")
BROWSER = "/external/"  # what stands in front of the address in the index's links to a STAC browser
WRAPPED = 180.0  # metres


def read_index(path: Path, layer: str) -> tuple[list[dict[str, Any]], Any]:
    """The tiles of one resolution and their outlines (shapely, metres). Raises BadFile if it is no index."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Non-conformant content for record", category=RuntimeWarning
        )
        try:
            meta, _, outlines, fields = pyogrio.raw.read(path, layer=layer, columns=list(COLUMNS))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
            raise BadFile(f"cannot be read as a tile index: {error}", where=f"{path.name}: {layer}") from None
    names = [str(name) for name in meta["fields"]]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(f.tolist() for f in fields), strict=True)]
    return rows, shapely.force_2d(shapely.from_wkb(outlines))


def unwrapped(outline: Any) -> Any:
    """The outline as it was meant: the index cuts tiles around x = 0 at ±180, taking metres for degrees.

    Such a tile comes in two parts, one of which lies on the wrong side: x from -100100 to -180 and from 100
    to 180 was -100100 to 100.
    """
    if shapely.get_num_geometries(outline) != 2:
        return outline
    corners = shapely.get_coordinates(outline)
    if not {WRAPPED, -WRAPPED} <= set(corners[:, 0].tolist()):
        return outline
    x = corners[np.abs(corners[:, 0]) != WRAPPED, 0]
    return shapely.box(x.min(), corners[:, 1].min(), x.max(), corners[:, 1].max())


def _single(outline: Any) -> Any:
    parts = shapely.get_parts(outline)
    return parts[0] if len(parts) == 1 else outline


def _grid(bounds: list[float], gsd: int) -> Json:
    """Shape and transform of a raster that fills its bounds, where whole cells do."""
    west, south, east, north = bounds
    rows, columns = (north - south) / gsd, (east - west) / gsd
    if not (rows.is_integer() and columns.is_integer()):
        return {}
    return {"proj:shape": [int(rows), int(columns)], "proj:transform": [gsd, 0, west, 0, -gsd, north]}


@cache
def _described(raster: Raster, gsd: int) -> Json:
    return raster.described(gsd)


def _asset(raster: Raster, address: str, gsd: int, bounds: list[float] | None) -> Json:
    made = {"href": address + raster.suffix, **_described(raster, gsd)}
    if raster.gsd and raster.gsd != gsd and gsd == 2:  # the hillshade of 2 m tiles is coarser
        made |= {"gsd": raster.gsd, **(_grid(bounds, raster.gsd) if bounds else {})}
    return made


def _times(product: Mosaic, made: str) -> Json:
    last = product.imagery.last or date.fromisoformat(made)
    return {
        "datetime": None,
        "start_datetime": f"{product.imagery.first}T00:00:00Z",
        "end_datetime": f"{last}T23:59:59Z",
        "created": f"{made}T00:00:00Z",
    }


def _day(value: Any) -> str:
    return str(value)[:10]  # some layers hold dates, some text


def _item(product: Mosaic, gsd: int, row: dict[str, Any], shape: Any, found: Json, bbox: list[float]) -> Json:
    bounds = [float(value) for value in shape.bounds]
    canonical = "https://" + row["s3url"].partition(BROWSER)[2]
    address = canonical.removesuffix(".json")
    name = address.rpartition("/")[2]
    known = bounds if product.raster_is_outline else None
    assets = {
        raster.key: _asset(raster, address, gsd, known)
        for raster in product.assets
        if raster.only in (None, gsd)
    }
    archive = {"href": row["fileurl"], "type": "application/gzip", "title": "All files", "roles": ["archive"]}
    return {
        "type": "Feature",
        "stac_version": STAC,
        "stac_extensions": [PROJECTION],
        "id": name,
        "collection": product.id.format(gsd=gsd),
        "geometry": found,
        "bbox": bbox,
        "properties": {
            "title": f"{product.title.format(gsd=gsd)}, tile {row['tile']}",
            **_times(product, _day(row["creationdate"])),
            "license": product.licence,
            "gsd": gsd,
            "proj:code": f"EPSG:{product.epsg}",
            "proj:bbox": bounds,
            "proj:geometry": json.loads(shapely.to_geojson(shape)),
            **(_grid(known, gsd) if known else {}),
            "pgc:tile": row["tile"],
            "pgc:supertile": row["supertile"],
            "pgc:data_perc": round(float(row["data_percent"]), 6),
            "pgc:num_components": int(row["num_components"]),
        },
        "links": [
            {
                "rel": "canonical",
                "href": canonical,
                "type": "application/geo+json",
                "title": "At the provider",
            }
        ],
        "assets": {**assets, "archive": archive},
    }


def items(product: Mosaic, gsd: int, index: Path) -> Iterator[Json]:
    """The tiles of one resolution. Raises BadFile where the index cannot be read."""
    rows, outlines = read_index(index, product.layer.format(gsd=gsd))
    shapes = np.array([_single(unwrapped(outline)) for outline in outlines])
    found = footprint.footprints(shapes, footprint.PLANES[product.epsg])
    for row, shape, (geometry, bbox) in zip(rows, shapes, found, strict=True):
        yield _item(product, gsd, row, shape, geometry, bbox)
