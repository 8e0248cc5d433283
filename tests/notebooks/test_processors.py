"""The processors that come with polarhub: run on real data, their figures beside independent ones."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rioxarray  # noqa: F401  (opens grids with their projection)
import xarray as xr
from pyproj import Geod, Transformer

from hub.headless.inference import infer_inputs
from hub.headless.notebook import PARAMETERS, tags
from hub.headless.processes import read_built_in
from hub.headless.schema import CRS
from tests.example_data import example_files  # noqa: F401  (a fixture)
from tests.notebooks.running import NOTEBOOKS, Run, run

Files = dict[str, Path]
ALL = sorted(path.parent.name for path in NOTEBOOKS.glob("*/processor.json"))


@pytest.mark.parametrize("slug", ALL)
def test_notebook_and_definition_fit_together(slug: str) -> None:
    notebook, definition = read_built_in(NOTEBOOKS / slug / "processor.json")
    assert definition.visibility == "public"
    assert any(PARAMETERS in tags(cell) for cell in notebook["cells"])
    inferred = infer_inputs(notebook)
    assert set(inferred) == set(definition.inputs)
    for name, one in definition.inputs.items():
        if one.has_default:  # the notebook by itself does what the process does without inputs
            assert inferred[name].get("default") == one.default, name


@pytest.mark.parametrize("slug", ALL)
def test_the_notebook_is_kept_clean(slug: str) -> None:
    (path,) = (NOTEBOOKS / slug).glob("*.ipynb")
    code = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def processed(slug: str, folder: Path, data: Path, **inputs: Any) -> Run:
    """A run with every declared output there."""
    found = run(f"{slug}/{slug}", folder, {"POLAR_DATA": str(data.parent)}, inputs)
    _, definition = read_built_in(NOTEBOOKS / slug / "processor.json")
    for name, output in definition.outputs.items():
        assert name in found.values if output.file is None else len(list(folder.glob(output.file))) == 1, name
    assert found.stderr == ""
    return found


def box(*numbers: float, crs: str = "CRS84") -> dict[str, Any]:
    return {"bbox": list(numbers), "crs": CRS[crs]}


def zone_km2(west: float, south: float, east: float, north: float) -> float:
    """Area of a box in degrees on the WGS 84 ellipsoid, by the closed formula of the authalic latitude."""
    a, e = 6378.137, 0.0818191908426215

    def below(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return (1 - e * e) * (s / (1 - e * e * s * s) - math.log((1 - e * s) / (1 + e * s)) / (2 * e))

    width = math.radians((east - west) % 360 or 360)
    return a * a / 2 * width * (below(north) - below(south))


def test_the_closed_formula_knows_the_whole_earth() -> None:
    assert zone_km2(-180, -90, 180, 90) == pytest.approx(510_065_621.7, abs=1)


@pytest.mark.slow
def test_ice_over_the_antimeridian_has_the_area_of_the_box(example_files: Files, tmp_path: Path) -> None:  # noqa: F811
    data = example_files["nersc-sea-ice-197811.nc"]
    found = processed(
        "sea-ice-extent", tmp_path, data, area=box(170, 72, -170, 80), algorithm="Bristol"
    ).values
    # there is nothing but sea in this box, and it froze over that month
    assert found["sea"] == pytest.approx(zone_km2(170, 72, -170, 80), rel=0.002)
    assert found["extent"] == pytest.approx(found["sea"], rel=0.001)
    assert 0.9 * found["extent"] < found["ice_area"] <= found["extent"]
    rows = list(csv.DictReader((tmp_path / "sea-ice.csv").read_text().splitlines()))
    assert [(row["from_lat"], row["to_lat"]) for row in rows] == [("70", "75"), ("75", "80")]
    assert sum(float(row["sea_km2"]) for row in rows) == pytest.approx(found["sea"], abs=1)
    assert float(rows[1]["sea_km2"]) == pytest.approx(zone_km2(170, 75, -170, 80), rel=0.003)


@pytest.mark.slow
def test_ice_in_a_box_of_the_polar_plane_that_holds_the_pole(example_files: Files, tmp_path: Path) -> None:  # noqa: F811
    side = 400_000.0
    data = example_files["nersc-sea-ice-197811.nc"]
    area = box(-side, -side, side, side, crs="EPSG:3413")
    found = processed("sea-ice-extent", tmp_path, data, area=area).values
    along = np.linspace(-side, side, 401)
    x = np.concatenate([along, np.full(401, side), -along, np.full(401, -side)])
    y = np.concatenate([np.full(401, -side), along, np.full(401, side), -along])
    ring = Transformer.from_crs(3413, 4326, always_xy=True).transform(x, y)
    geodesic = abs(Geod(ellps="WGS84").polygon_area_perimeter(*ring)[0]) / 1e6
    assert found["sea"] == pytest.approx(geodesic, rel=0.005)  # its sides are found to 5 km


@pytest.mark.slow
def test_ice_of_the_whole_grid_is_what_the_example_finds(example_files: Files, tmp_path: Path) -> None:  # noqa: F811
    found = processed("sea-ice-extent", tmp_path, example_files["nersc-sea-ice-197811.nc"]).values
    # NSIDC's Sea Ice Index gives 11.65 million km2 for this month, over more sea than this grid holds
    assert 11.2e6 < found["extent"] < 11.7e6
    assert 10.2e6 < found["ice_area"] < found["extent"] < found["sea"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mosaic", "area"),
    [
        ("arcticdem-v4.1", (160.0, 66.0, -160.0, 72.0)),  # over the antimeridian
        ("rema-v2.0", (-180.0, -90.0, 180.0, -84.0)),  # around the pole
    ],
)
def test_tiles_of_a_box_have_the_area_of_the_ellipsoid(
    mosaic: str,
    area: tuple[float, float, float, float],
    example_files: Files,  # noqa: F811
    tmp_path: Path,
) -> None:
    data = example_files[f"{mosaic.replace('-v', '-mosaic-index-v')}.gpkg"]
    found = processed("mosaic-tiles", tmp_path, data, area=box(*area), mosaic=mosaic).values
    assert found["box_area"] == pytest.approx(zone_km2(*area), rel=1e-4)
    rows = list(csv.DictReader((tmp_path / "tiles.csv").read_text().splitlines()))
    assert len(rows) == found["tiles"]
    whole = sum(float(row["km2_in_box"]) for row in rows) / found["box_area"]
    assert 1 < whole / (found["covered"] / 100) < 1.02  # tiles overlap by 200 m
    if mosaic.startswith("rema"):
        assert 90 < found["covered"] < 95  # the pole itself was seen by few satellites
        # a tile is 50.2 km wide on the map, whose scale at the pole is (1 + sin 71°) / 2
        scale = (1 + math.sin(math.radians(71))) / 2
        largest = max(float(row["km2_in_box"]) for row in rows)
        assert largest == pytest.approx((50.2 / scale) ** 2, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("crs", "method"), [("EPSG:6931", "mean"), ("EPSG:3031", "nearest")])
def test_a_swath_lies_where_it_was_measured(
    crs: str,
    method: str,
    example_files: Files,  # noqa: F811
    tmp_path: Path,
) -> None:
    data = example_files["ssmis-swath.npz"]
    found = processed("ssmis-grid", tmp_path, data, crs=crs, cell_km=50, method=method).values
    with xr.open_dataset(tmp_path / "ssmis.nc", decode_coords="all") as grid:
        values = grid["tb37v"].load()
        assert f"EPSG:{grid.rio.crs.to_epsg()}" == crs
    assert found["cells"] == int(np.isfinite(values).sum()) > 4_000
    with np.load(data) as archive:
        points = archive["data"].astype(float)
    points = points[(points > -1e9).all(axis=1)]
    rows, columns = np.nonzero(np.isfinite(values.values))
    geod, to_lonlat = Geod(ellps="WGS84"), Transformer.from_crs(crs, 4326, always_xy=True)
    for at in range(0, len(rows), len(rows) // 25):
        x, y = float(values.x[columns[at]]), float(values.y[rows[at]])
        lon, lat = to_lonlat.transform(x, y)
        near = points[np.abs(points[:, 1] - lat) < 1]
        away = geod.inv(np.full(len(near), lon), np.full(len(near), lat), near[:, 0], near[:, 1])[2]
        value = float(values[rows[at], columns[at]])
        if method == "nearest":
            # the measurement was found in the plane, this one on the ellipsoid: it is among the nearest there
            assert np.abs(near[np.argsort(away)[:4], 2] - value).min() < 1e-3
        else:
            within = near[away < 36_000, 2]  # the cell lies within its half diagonal of 35.4 km
            assert within.min() - 1e-3 <= value <= within.max() + 1e-3
            assert value == pytest.approx(within.mean(), abs=6)
