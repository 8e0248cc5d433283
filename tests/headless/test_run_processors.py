"""The processors that come along, run by a program on a real hub; and where their results come from."""

import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.headless.schema import CRS
from tests.example_data import example_files  # noqa: F401  (a fixture)
from tests.headless.test_provenance import issues, unexpected
from tests.headless.test_run import ended, somebody
from tests.hubs import start_hub
from tests.notebooks.test_processors import zone_km2

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
ICE = "/processes/sea-ice-extent/execution"
BOX = {"bbox": [170, 72, -170, 80], "crs": CRS["CRS84"]}


@pytest.fixture(scope="module")
def ada(
    tmp_path_factory: pytest.TempPathFactory,
    example_files: dict[str, Path],  # noqa: F811
) -> Iterator[httpx.Client]:
    """One who runs things on a hub that has its data."""
    data = tmp_path_factory.mktemp("processors") / "data"
    (data / "catalog" / "files").mkdir(parents=True)
    shutil.copy(example_files["nersc-sea-ice-197811.nc"], data / "catalog" / "files")
    with start_hub(data, {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as hub:
        hub.add_user("ada")
        with somebody(hub, "ada") as client:
            yield client


@pytest.fixture(scope="module")
def run(ada: httpx.Client) -> str:
    """The address of a run of ice in a box over the antimeridian, that has ended."""
    asked = {"inputs": {"area": BOX, "algorithm": "Bristol"}, "response": "document"}
    accepted = ada.post(ICE, json=asked, headers={"Prefer": "respond-async"})
    assert accepted.status_code == 201, accepted.text
    where = accepted.headers["location"]
    told = ended(ada, where)
    assert told["status"] == "successful", told
    return where


def test_values_and_files_are_there(ada: httpx.Client, run: str) -> None:
    results = ada.get(f"{run}/results").json()
    # all of it is sea, and frozen; the area is that of the ellipsoid
    assert results["extent"] == pytest.approx(results["sea"], rel=0.001)
    assert results["sea"] == pytest.approx(zone_km2(170, 72, -170, 80), rel=0.002)
    table = ada.get(f"{run}/results/table")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("from_lat,to_lat,sea_km2")
    assert ada.get(f"{run}/results/map").content.startswith(b"\x89PNG")


def test_the_whole_run_is_a_valid_crate(ada: httpx.Client, run: str, tmp_path: Path) -> None:
    answer = ada.get(f"{run}/crate.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "crate")
    assert unexpected(issues(tmp_path / "crate", "workflow-run-crate-0.5", tmp_path)) == []
    graph = ada.get(f"{run}/files/ro-crate-metadata.json").json()["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    picture = (tmp_path / "crate" / "sea-ice.png").read_bytes()
    assert entities["sea-ice.png"]["sha256"] == hashlib.sha256(picture).hexdigest()
    assert entities["#input-value-algorithm"]["value"] == "Bristol"
    assert any(name.startswith("pkg:pypi/xarray@") for name in entities), "the environment's packages"
    assert entities["#user-ada"]["@type"] == "Person"


def test_a_wrong_input_is_told_before_anything_runs(ada: httpx.Client) -> None:
    answer = ada.post(ICE, json={"inputs": {"area": {"bbox": [0, 80, 10, 70]}}})
    assert answer.status_code == 400
    assert "inputs.area" in answer.text
    assert "south before its north" in answer.text


def test_a_notebook_that_fails_says_its_own_sentence(ada: httpx.Client) -> None:
    south = {"bbox": [0, -80, 10, -70], "crs": CRS["CRS84"]}
    accepted = ada.post(ICE, json={"inputs": {"area": south}}, headers={"Prefer": "respond-async"})
    told = ended(ada, accepted.headers["location"])
    assert told["status"] == "failed"
    assert "There is no sea of this grid in the box" in told["message"]
