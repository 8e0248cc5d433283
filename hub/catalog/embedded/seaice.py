"""The sea-ice concentration grid of November 1978 as a STAC Item."""

from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS, Transformer

from hub.catalog.embedded import footprint
from hub.catalog.embedded.describe import FILE, IN_BOX, PROJECTION, STAC, Gridded, Json


def item(product: Gridded, path: Path) -> Json:
    """The grid with its own projection, and its footprint over the pole."""
    grid, crs = product.grid, CRS(product.grid.crs)
    shape = _in_plane(shapely.box(*grid.bounds), crs)
    plane = footprint.PLANES[3413]
    found = footprint.geometry(shape, plane)
    return {
        "type": "Feature",
        "stac_version": STAC,
        "stac_extensions": [PROJECTION, FILE],
        "id": "nersc-sea-ice-197811",
        "collection": product.id,
        "geometry": found,
        "bbox": footprint.bbox(shape, plane, found),
        "properties": {
            "title": product.title,
            "datetime": f"{product.first}T00:00:00Z",
            "start_datetime": f"{product.first}T00:00:00Z",
            "end_datetime": f"{product.last}T23:59:59Z",
            "license": product.licence,
            "gsd": grid.cell,
            "proj:code": None,
            "proj:wkt2": crs.to_wkt(),
            "proj:shape": [grid.rows, grid.columns],
            "proj:transform": [grid.cell, 0, grid.west, 0, -grid.cell, grid.north],
            "proj:bbox": list(grid.bounds),
        },
        "links": [{"rel": "about", "href": product.page, "type": "text/html"}],
        "assets": {"data": _asset(product, path)},
    }


def _asset(product: Gridded, path: Path) -> Json:
    grid = product.grid
    return {
        "href": f"{IN_BOX}/{product.source}",
        "type": "application/netcdf",
        "title": "Sea-ice concentration, three algorithms",
        "roles": ["data"],
        "file:size": path.stat().st_size,
        "bands": [
            {"name": name, "unit": grid.unit, "nodata": grid.nodata, "data_type": grid.data_type}
            for name in grid.variables
        ],
    }


def _in_plane(box: shapely.Polygon, crs: CRS) -> shapely.Polygon:
    """The box on EPSG:3413: both are stereographic about the pole, so straight lines stay straight."""
    turn = Transformer.from_crs(crs, 3413, always_xy=True)
    return shapely.transform(box, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))
