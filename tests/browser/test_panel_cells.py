"""The cells that the panel inserts, run on real files: each opens its data and plots it, offline."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin

from hub.catalog.embedded import seaice, swath
from hub.catalog.embedded.describe import products
from hub.machine import node_folder
from tests.example_data import example_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    # rasterio writes the fixture's file with affine's old operator
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
]
Json = dict[str, Any]
__all__ = ["example_files"]

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
# What a cell draws is asked of matplotlib itself: nothing here knows how the cell is written.
LOOK = """
import json
import matplotlib
import numpy as np
matplotlib.use("agg")
{cell}
drawn = plt.gcf()
axes, bar = drawn.axes
marks = [*axes.collections, *axes.images]
values = np.ma.asarray(marks[0].get_array()).compressed()
print(json.dumps({{
    "title": axes.get_title(), "aspect": axes.get_aspect(), "label": bar.get_ylabel(),
    "low": float(values.min()), "high": float(values.max()), "x": axes.get_xlim(), "y": axes.get_ylim(),
}}))
"""


def cells(item: Json) -> dict[str, str]:
    """The code of each way to open the item, as the panel makes it."""
    script = Path(__file__).with_name("panel_cells.mjs")
    done = subprocess.run(
        [str(node_folder() / "node"), str(script)],
        input=json.dumps(item),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def plot(cell: str) -> Json:
    """What the cell drew."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(cell=cell)], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, f"{cell}\n{done.stderr[-2000:]}"
    said: Json = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """A tile of 30 km in EPSG:3413, 10 m, as an item with a title that would like to be code."""
    path = tmp_path_factory.mktemp("dem") / "tile.tif"
    heights = np.add.outer(np.arange(3000, dtype="f4"), np.zeros(3000, dtype="f4"))
    heights[:50] = -9999
    where = {"crs": "EPSG:3413", "transform": from_origin(-100_000, -2_000_000, 10, 10)}
    shape = {"height": 3000, "width": 3000, "count": 1, "dtype": "float32", "nodata": -9999}
    with rasterio.open(path, "w", driver="COG", **shape, **where) as file:
        file.write(heights, 1)
    to_lonlat = Transformer.from_crs(3413, 4326, always_xy=True)
    corners = [(-100, -2000), (-100, -2030), (-70, -2030), (-70, -2000), (-100, -2000)]  # km
    ring = [list(to_lonlat.transform(x * 1000, y * 1000)) for x, y in corners]
    return {
        "type": "Feature",
        "id": "tile",
        "collection": "dems",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [*map(min, *ring), *map(max, *ring)],
        "properties": {"title": 'It\'s a "tile"\\n', "datetime": "2020-01-01T00:00:00Z", "gsd": 10},
        "assets": {"dem": {"href": str(path), "type": COG, "title": "Height", "unit": "m", "nodata": -9999}},
    }


@pytest.mark.parametrize("way", ["rioxarray", "odc-stac", "intake-stac"])
@pytest.mark.parametrize("declared", [True, False], ids=["with-crs", "without-crs"])
def test_a_raster_is_plotted_in_metres_without_its_fill_values(dem: Json, way: str, declared: bool) -> None:
    crs = {"proj:code": "EPSG:3413"} if declared else {}
    drawn = plot(cells({**dem, "properties": {**dem["properties"], **crs}})[way])
    assert drawn["title"] == dem["properties"]["title"]
    assert (drawn["aspect"], drawn["label"]) == (1.0, "Height (m)")
    assert 0 <= drawn["low"] < 100
    assert 2900 < drawn["high"] < 3000
    assert -101_000 < drawn["x"][0] < -99_000


@pytest.mark.parametrize("way", ["xarray", "intake-stac"])
def test_sea_ice_of_1978_is_plotted_in_per_cent(example_files: dict[str, Path], way: str) -> None:
    path = example_files["nersc-sea-ice-197811.nc"]
    product = next(p for p in products() if p.source == path.name)
    item = seaice.item(product, path)  # type: ignore[arg-type]
    item["assets"]["data"]["href"] = str(path)
    drawn = plot(cells(item)[way])
    assert drawn["label"] == "Sea Ice Concentration (UMass_AES) (%)"
    assert (drawn["low"], drawn["high"], drawn["aspect"]) == (0, 100, 1.0)
    assert "1978" in drawn["title"]


def test_the_swath_is_plotted_on_the_polar_map(example_files: dict[str, Path]) -> None:
    path = example_files["ssmis-swath.npz"]
    item = swath.item(next(p for p in products() if p.source == path.name), path)
    item["assets"]["data"]["href"] = str(path)
    drawn = plot(cells(item)["numpy"])
    assert drawn["label"] == "brightness temperature (K)"
    assert 100 < drawn["low"] < drawn["high"] < 320
    assert drawn["y"][0] < 0 < drawn["y"][1]
