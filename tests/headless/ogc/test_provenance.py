"""The provenance of a run over the API: for its owner, once it has ended."""

import io
import json
import zipfile

import httpx
import pytest

from tests.headless.service import Place
from tests.headless.standard import check

ECHO = "/processes/echo/execution"


@pytest.fixture(scope="module")
def ended(ada: httpx.Client, here: Place) -> str:
    """The path of a job that has ended and left a file."""
    answer = ada.post(ECHO, json={"inputs": {"message": "hello", "numbers": [1, 2]}})
    job = answer.headers["location"].rpartition("/")[2] if answer.status_code == 201 else newest(ada)
    here.headless.results.put("ada", job, "notes/a b.txt", [b"left"])
    return f"/jobs/{job}"


def newest(client: httpx.Client) -> str:
    return str(client.get("/jobs").json()["jobs"][0]["jobID"])


def test_the_status_leads_to_the_provenance(ada: httpx.Client, ended: str) -> None:
    links = ada.get(ended).json()["links"]
    found = {link["type"]: link["href"] for link in links if "crate" in link["href"]}
    assert set(found) == {"application/ld+json", "application/zip"}
    for kind, address in found.items():
        assert ada.get(address).headers["content-type"].startswith(kind)


def test_the_metadata_say_what_ran_with_which_inputs(ada: httpx.Client, ended: str) -> None:
    answer = ada.get(f"{ended}/files/ro-crate-metadata.json")
    assert answer.status_code == 200
    entities = {entity["@id"]: entity for entity in answer.json()["@graph"]}
    assert entities["#input-value-message"]["value"] == "hello"
    assert entities["#user-ada"]["name"] == "ada"
    assert entities["notes/a%20b.txt"]["contentSize"] == "4"
    assert entities["echo.ipynb"]["identifier"] == "echo"


def test_the_zip_holds_the_run(ada: httpx.Client, ended: str) -> None:
    answer = ada.get(f"{ended}/crate.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("notes/a b.txt") == b"left"
        assert json.loads(archive.read("echo.ipynb"))["nbformat"] == 4
        assert "@graph" in json.loads(archive.read("ro-crate-metadata.json"))


def test_the_files_of_an_ended_run_lead_to_its_provenance(ada: httpx.Client, ended: str) -> None:
    document = ada.get(f"{ended}/files").json()
    assert [one["name"] for one in document["files"]] == ["notes/a b.txt"]
    assert any(link["href"].endswith("/ro-crate-metadata.json") for link in document["links"])


def test_another_persons_run_is_not_there(here: Place, ended: str) -> None:
    with here.client("ben", event_hooks={"response": [check]}) as ben:
        for path in ("files/ro-crate-metadata.json", "crate.zip"):
            assert ben.get(f"{ended}/{path}").status_code == 404


def test_before_its_end_a_run_has_none(ben: httpx.Client) -> None:
    answer = ben.post(ECHO, json={"inputs": {"message": "a"}}, headers={"Prefer": "respond-async"})
    job = answer.headers["location"].rpartition("/")[2]
    for path in ("files/ro-crate-metadata.json", "crate.zip"):
        early = ben.get(f"/jobs/{job}/{path}")
        assert early.status_code == 404
        assert early.json()["type"].endswith("result-not-ready")
