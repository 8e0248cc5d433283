"""Every example notebook runs from start to end, offline, and its results are right."""

import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from pyproj import Transformer

from hub.api.app import create_app
from hub.catalog.embedded import mosaics
from hub.catalog.embedded.build import parts
from hub.catalog.embedded.describe import Mosaic, products
from hub.catalog.embedded.state import State, index_path, write
from hub.catalog.index import Index
from hub.settings import Settings
from tests.example_data import example_files  # noqa: F401  (a fixture)
from tests.fakes.hub import fake_hub, tokens_of
from tests.fakes.serving import served
from tests.notebooks.running import NOTEBOOKS, run

Files = dict[str, Path]
ALL = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


def figure(label: str, text: str) -> float:
    """The number that follows a label."""
    found = re.search(re.escape(label) + r"\D*?([\d,.]+\d)", text)
    assert found, f"{label!r} is not in {text!r}"
    return float(found[1].replace(",", ""))


def wide(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_is_kept_clean_and_says_what_it_is(name: str) -> None:
    notebook = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    said = notebook["metadata"]["polarhub"]
    assert said["title"] and said["description"].endswith(".")
    first = "".join(notebook["cells"][0]["source"])
    assert first.startswith("# ") and "**You learn**" in first and "**Data.**" in first
    assert re.search(r"CC-BY-4\.0|GPL-3\.0", first), "the licence of the data"


@pytest.mark.slow
def test_sea_ice_of_november_1978(example_files: Files, tmp_path: Path) -> None:  # noqa: F811
    found = run(
        "sea-ice-1978", tmp_path, {"POLAR_DATA": str(example_files["nersc-sea-ice-197811.nc"].parent)}
    )
    assert figure("largest, at the pole:", found.text) == pytest.approx(625.0, abs=0.1)
    assert figure("corner cell:", found.text) == pytest.approx(508.08, abs=0.01)
    rows = re.findall(r"<td[^>]*>\s*(\d+\.\d\d)\s*</td>", found.html)[:9]
    assert len(rows) == 9
    for area, extent, flat in zip(*[iter(map(float, rows))] * 3, strict=True):
        # NSIDC's Sea Ice Index gives an extent of 11.65 for this month, over more sea than this grid holds
        assert 11.2 < extent < 11.7
        assert 10.2 < area < extent < flat
    assert figure("overstate the extent by", found.text) == pytest.approx(3.3, abs=0.2)
    assert [wide(picture)[0] > 1000 for picture in found.pictures] == [True, True]
    assert found.stderr == ""


@pytest.mark.slow
def test_gridding_a_swath(example_files: Files, tmp_path: Path) -> None:  # noqa: F811
    found = run("ssmis-gridding", tmp_path, {"POLAR_DATA": str(example_files["ssmis-swath.npz"].parent)})
    assert "299,610 points" in found.text
    filled = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) cells filled", found.text)]
    assert filled[0] == 24_202 and filled[0] < filled[1] < filled[0] * 1.05
    assert 0.3 < figure("root mean square difference", found.text) < 2.0
    assert [wide(picture)[0] > 1000 for picture in found.pictures] == [True, True]
    assert found.stderr == ""


@pytest.fixture(scope="module")
def catalog(example_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """The address of the real STAC API over the real ArcticDEM tiles, behind a hub that knows `token-ada`."""
    settings = Settings.load(
        {"POLARHUB_DATA": str(tmp_path_factory.mktemp("hub")), "POLARHUB_OUTSIDE_CATALOGS": "off"}
    )
    index_path(settings).parent.mkdir(parents=True)
    index = Index.open(index_path(settings))
    for collection, items in parts(example_files):
        if collection["id"].startswith("arcticdem-mosaics-v4.1"):
            index.put_collection(collection)
            index.put_items(items)
    index.close()
    write(settings, State("ready", 1.0))
    with fake_hub() as hub, served(create_app(settings, tokens_of(hub))) as url:
        yield f"{url}/services/api/stac"


@pytest.mark.slow
def test_tiles_of_a_glacier(catalog: str, example_files: Files, tmp_path: Path) -> None:  # noqa: F811
    found = run("arcticdem-glacier", tmp_path, {"POLAR_STAC": catalog, "JUPYTERHUB_API_TOKEN": "token-ada"})
    tiles = set(re.findall(r"\d\d_\d\d_\d_\d", found.html))
    assert tiles == tiles_by_hand(example_files)
    assert f"{len(tiles)} tiles" in found.text
    assert "32m_v4.1_dem.tif" in found.text
    assert len(found.pictures) == 1 and wide(found.pictures[0])[1] > 600
    assert found.widgets == 1
    assert found.stderr == ""


def tiles_by_hand(files: Files) -> set[str]:
    """The tiles that the notebook's outline touches, straight from the provider's index in its own plane."""
    notebook = json.loads((NOTEBOOKS / "arcticdem-glacier.ipynb").read_text())
    source = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    corners = [(float(a), float(b)) for a, b in re.findall(r"\[(-\d\d\.\d+), (\d\d\.\d+)\]", source)]
    assert len(corners) == 9
    outline = shapely.Polygon(Transformer.from_crs(4326, 3413, always_xy=True).itransform(corners))
    product = next(
        p for p in products() if isinstance(p, Mosaic) and p.id.startswith("arcticdem-mosaics-v4.1")
    )
    rows, outlines = mosaics.read_index(files[product.source], product.layer.format(gsd=2))
    return {
        row["tile"]
        for row, tile in zip(rows, outlines, strict=True)
        if shapely.intersects(mosaics.unwrapped(tile), outline)
    }
