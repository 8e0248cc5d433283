"""The provenance of a run: judged by the RO-Crate validator with the profile Workflow Run Crate."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.errors import NotFound
from hub.headless.job import Job
from hub.headless.processes import Process, Processes
from hub.headless.provenance import METADATA, Run, crate_zip, metadata
from hub.headless.results import Results
from hub.headless.stores import FolderStore
from hub.headless.tables import connect
from tests.fakes.schemas import schemas_served
from tests.headless.test_processes import a_notebook

JOB = "8a4f1c1e-0d7c-4b3e-9a50-3f1d2b6c7d8e"

# The terms that we use, as the context of RO-Crate 1.1 has them; a term that is not here would be told.
SCHEMA_ORG = """
Dataset CreateAction OrganizeAction SoftwareApplication SoftwareSourceCode PropertyValue Person CreativeWork
ComputerLanguage about mainEntity mentions hasPart license name description datePublished instrument agent
object result startTime endTime actionStatus error additionalType workExample exampleOfWork value
encodingFormat author contentSize identifier version softwareVersion url programmingLanguage
softwareRequirements alternateName unitText
"""
CRATE_TERMS = {name: f"http://schema.org/{name}" for name in SCHEMA_ORG.split()} | {
    "File": "http://schema.org/MediaObject",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": "https://bioschemas.org/ComputationalWorkflow#input",
    "output": "https://bioschemas.org/ComputationalWorkflow#output",
}
RUN_TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}


def terms(url: str) -> bytes | None:
    """The contexts by their real addresses."""
    found = {"/ro/crate/1.1/context": CRATE_TERMS, "/ro/terms/workflow-run/context": RUN_TERMS}
    context = found.get(url.removeprefix("https://w3id.org"))
    return json.dumps({"@context": context}).encode() if context else None


DEFINITION = {
    "title": "Sea-ice extent",
    "description": "Extent in a box.",
    "inputs": {
        "area": {"format": "ogc-bbox", "title": "Where"},
        "threshold": {"type": "number", "unit": "%", "default": 15},
        "algorithm": {"type": "string", "default": "Bristol"},
        "draw": {"type": "boolean", "optional": True},
    },
    "outputs": {
        "table": {"file": "*.csv", "title": "Table"},
        "extent": {"type": "number", "unit": "km2"},
        "map": {"file": "map.png"},
    },
}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return connect(f"sqlite:///{tmp_path}/jobs.sqlite")


@pytest.fixture
def process(engine: Engine, tmp_path: Path) -> Process:
    return Processes(engine, tmp_path).publish("ada", "ice", a_notebook("threshold = 15"), DEFINITION)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """What the run has left: the notebook, a table, and something that nobody declared."""
    results = Results(FolderStore(tmp_path / "results"))
    results.put("ada", JOB, "notebook.ipynb", [json.dumps(a_notebook("threshold = 20")).encode()])
    results.put("ada", JOB, "ice north.csv", [b"extent\n12\n"])
    results.put("ada", JOB, "more/notes.txt", [b"1"])
    return results


def a_job(**changes: Any) -> Job:
    area = {"bbox": [170, 65, -170, 72], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    packages = {"numpy": "2.1.0", "conda:gdal": "3.9-h1_0"}
    environment = {"kernel": "python3", "python": "3.11.2", "packages": packages, "digest": "ab" * 32}
    table = {"mediaType": "text/csv", "file": "ice north.csv", "size": 10}
    table["sha256"] = hashlib.sha256(b"extent\n12\n").hexdigest()
    known: dict[str, Any] = dict.fromkeys(Job.__dataclass_fields__)
    known |= {
        "id": JOB,
        "owner": "ada",
        "process": "ada:ice",
        "version": 1,
        "profile": "small",
        "origin": "api",
    }
    known |= {"inputs": {"area": area, "threshold": 20.0, "algorithm": "Bristol"}, "status": "successful"}
    known |= {"created": 1.79e9, "started": 1.79e9 + 1, "finished": 1.79e9 + 9, "message": ""}
    known |= {"outputs": {"table": table, "extent": {"mediaType": "application/json", "value": 12.5}}}
    known |= {"record": {"environment": environment}}
    return Job(**(known | changes))


def entities(run: Run) -> dict[str, dict[str, Any]]:
    return {entity["@id"]: entity for entity in metadata(run)["@graph"]}


def issues(crate: Path, profile: str, folder: Path) -> list[str]:
    """What the validator finds wrong, down to what is recommended."""
    report = folder / "report.json"
    command = [str(Path(sys.executable).parent / "rocrate-validator"), "-y", "validate", "-p", profile]
    command += ["-np", "-l", "recommended", "-f", "json", "-o", str(report), "--no-cache", str(crate)]
    (folder / "proxy").mkdir()
    with schemas_served(folder / "proxy", ("w3id.org",), terms) as (environment, asked):
        subprocess.run(command, env=os.environ | environment, timeout=100, capture_output=True, check=False)
    assert len(asked) >= 2
    found = json.loads(report.read_text())
    return [f"{issue['severity']} {issue['message']}" for issue in found["issues"]]


# SHOULD, not MUST, and not so here: notebooks have no address, crates no README, we know no affiliation
EXPECTED = ("SHOULD have a url", "id SHOULD be an absolute URI", "README.md", "`publisher`", "ffiliation")


def unpacked(run: Run, results: Results, folder: Path) -> Path:
    """The crate as whoever downloads it finds it."""
    with zipfile.ZipFile(io.BytesIO(b"".join(crate_zip(run, results)))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder / "crate")
    return folder / "crate"


def unexpected(found: list[str]) -> list[str]:
    return [issue for issue in found if not any(word in issue for word in EXPECTED)]


def test_a_run_is_a_valid_workflow_run_crate(process: Process, results: Results, tmp_path: Path) -> None:
    crate = unpacked(Run.of(a_job(), process, results), results, tmp_path)
    assert unexpected(issues(crate, "workflow-run-crate-0.5", tmp_path)) == []


def test_a_failed_run_of_a_notebook_of_the_home_is_valid_too(results: Results, tmp_path: Path) -> None:
    job = a_job(process=None, version=None, path="my ice.ipynb", outputs=None, record=None)
    job = replace(job, status="failed", message="The notebook failed in cell 3: ValueError", started=None)
    run = Run.of(job, None, results)
    assert unexpected(issues(unpacked(run, results, tmp_path), "workflow-run-crate-0.5", tmp_path)) == []
    action = entities(run)[f"urn:uuid:{JOB}"]
    assert action["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert action["error"] == "The notebook failed in cell 3: ValueError"


def test_a_run_that_left_no_notebook_is_a_process_run(tmp_path: Path) -> None:
    nothing = Results(FolderStore(tmp_path / "results"))
    job = a_job(process=None, version=None, path="ice.ipynb", outputs=None, status="dismissed")
    crate = unpacked(Run.of(job, None, nothing), nothing, tmp_path)
    told = unexpected(issues(crate, "process-run-crate-0.5", tmp_path))
    assert told == ["RECOMMENDED The Action SHOULD have a result"]


def test_the_validator_tells_what_is_wrong(process: Process, results: Results, tmp_path: Path) -> None:
    crate = unpacked(Run.of(a_job(), process, results), results, tmp_path)
    wrong = (crate / METADATA).read_text().replace('"instrument"', '"instrumnt"')
    (crate / METADATA).write_text(wrong)
    assert any(issue.startswith("REQUIRED") for issue in issues(crate, "workflow-run-crate-0.5", tmp_path))


def test_it_says_what_ran_on_what_and_who_asked(process: Process, results: Results) -> None:
    found = entities(Run.of(a_job(), process, results))
    assert process.digest in found["ice.ipynb"]["version"]
    assert found["ice.ipynb"]["identifier"] == "ada:ice"
    assert found["#user-ada"]["name"] == "ada"
    assert found["#polarhub"]["softwareVersion"]
    assert found["#environment"]["identifier"] == "sha256:" + "ab" * 32
    assert found["pkg:pypi/numpy@2.1.0"]["softwareVersion"] == "2.1.0"
    assert found["pkg:conda/gdal@3.9-h1_0"]["name"] == "gdal"
    assert found[f"urn:uuid:{JOB}"]["endTime"] == "2026-09-21T14:13:29+00:00"


def test_inputs_are_there_with_their_values_and_units(process: Process, results: Results) -> None:
    found = entities(Run.of(a_job(), process, results))
    assert found["#input-value-threshold"]["value"] == 20.0
    assert found["#input-value-threshold"]["unitText"] == "%"
    assert json.loads(found["#input-value-area"]["value"])["bbox"] == [170, 65, -170, 72]
    assert "#input-draw" not in found  # not given: the notebook's own value held


def test_outputs_are_there_with_digest_and_size(process: Process, results: Results) -> None:
    found = entities(Run.of(a_job(), process, results))
    table = found["ice%20north.csv"]
    assert (table["contentSize"], table["encodingFormat"]) == ("10", "text/csv")
    assert table["sha256"] == hashlib.sha256(b"extent\n12\n").hexdigest()
    assert table["exampleOfWork"] == {"@id": "#output-table"}
    assert found["more/notes.txt"]["sha256"] == hashlib.sha256(b"1").hexdigest()
    assert found["#output-value-extent"]["value"] == 12.5
    assert "#output-map" not in found  # declared, and not left by this run


def test_a_file_of_the_run_does_not_take_the_place_of_ours(process: Process, results: Results) -> None:
    results.put("ada", JOB, METADATA, [b"{}"])
    results.put("ada", JOB, "ice.ipynb", [b"{}"])
    with zipfile.ZipFile(
        io.BytesIO(b"".join(crate_zip(Run.of(a_job(), process, results), results)))
    ) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        assert "@graph" in json.loads(archive.read(METADATA))
        assert json.loads(archive.read("workflow/ice.ipynb")) == process.notebook()


def test_the_zip_is_made_while_it_is_sent(process: Process, results: Results) -> None:
    results.put("ada", JOB, "large.bin", (os.urandom(2**20) for _ in range(8)))
    pieces = [len(piece) for piece in crate_zip(Run.of(a_job(), process, results), results)]
    assert sum(pieces) > 8 * 2**20
    assert max(pieces) < 3 * 2**20


def test_before_its_end_a_run_has_no_provenance(process: Process, results: Results) -> None:
    with pytest.raises(NotFound, match="not ended"):
        Run.of(a_job(status="running", finished=None), process, results)


def test_names_of_users_and_files_are_inert(process: Process, results: Results) -> None:
    owner = 'a"b</script>/../#x'
    results.put(owner, JOB, "notebook.ipynb", [b"{}"])
    run = Run.of(replace(a_job(), owner=owner), process, results)
    document = json.loads(json.dumps(metadata(run)))
    person = next(entity for entity in document["@graph"] if entity["@type"] == "Person")
    assert person["@id"] == "#user-a%22b%3C%2Fscript%3E%2F..%2F%23x"
    assert person["name"] == owner
