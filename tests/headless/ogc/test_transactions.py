"""Part 2: notebooks are published, replaced and taken away; nobody changes another's."""

from typing import Any

import httpx
import nbformat
import pytest

from hub.headless.ogc import names
from tests.headless.service import Place

ASYNC = {"Prefer": "respond-async"}


def notebook(source: str = "area = 1.5\nname = 'Fram Strait'") -> dict[str, Any]:
    """A notebook with its cell of parameters."""
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    made: dict[str, Any] = nbformat.v4.new_notebook(cells=[cell])
    return made


def package(name: str, source: str = "area = 1.5", **described: Any) -> dict[str, Any]:
    """An application package."""
    return {
        "processDescription": {"id": name, **described},
        "executionUnit": {"type": "notebook", "value": notebook(source)},
    }


def test_a_notebook_becomes_a_process_and_goes_again(ada: httpx.Client) -> None:
    made = ada.post("/processes", json=package("sea-ice", title="Sea ice"))
    assert made.status_code == 201, made.text
    assert made.json()["id"] == "ada:sea-ice" and made.json()["mutable"] is True
    described = ada.get(made.headers["location"]).json()
    assert described["title"] == "Sea ice"
    assert described["inputs"]["area"]["schema"] == {"type": "number", "default": 1.5}
    twice = ada.post("/processes", json=package("sea-ice"))
    assert twice.status_code == 409 and twice.json()["type"] == names.DUPLICATED
    new = ada.put("/processes/ada:sea-ice", json=package("ada:sea-ice", "depth = 3"))
    assert new.status_code == 200 and int(new.json()["version"]) > int(described["version"])
    assert list(ada.get("/processes/ada:sea-ice").json()["inputs"]) == ["depth"]
    assert ada.delete("/processes/ada:sea-ice").status_code == 204
    assert ada.get("/processes/ada:sea-ice").status_code == 404
    assert ada.delete("/processes/ada:sea-ice").status_code == 404
    assert ada.put("/processes/ada:sea-ice", json=package("sea-ice")).status_code == 404


def test_a_job_keeps_the_version_that_it_ran(ben: httpx.Client) -> None:
    first = ben.post("/processes", json=package("kept")).json()
    run = ben.post("/processes/ben:kept/execution", json={"inputs": {"area": 2}}, headers=ASYNC)
    ben.put("/processes/ben:kept", json=package("kept", "other = 1"))
    assert str(ben.get(run.headers["location"]).json()["polarhub"]["version"]) == first["version"]
    ben.delete(run.headers["location"])


def test_the_description_of_a_package_may_say_everything(ada: httpx.Client) -> None:
    said = {
        "title": "Ice in a box",
        "description": "How much ice there is.",
        "inputs": {
            "area": {"title": "Area", "unit": "km2", "schema": {"type": "number", "minimum": 0}},
            "day": {"schema": {"type": "string", "format": "date"}, "minOccurs": 0},
        },
        "outputs": {"map": {"schema": {"type": "string", "contentMediaType": "image/png"}, "file": "*.png"}},
    }
    made = ada.post("/processes", json=package("boxed", "area = 1.0\nday = None", **said))
    assert made.status_code == 201, made.text
    described = ada.get("/processes/ada:boxed").json()
    assert described["inputs"]["area"]["schema"]["minimum"] == 0
    assert described["inputs"]["day"]["minOccurs"] == 0
    assert described["outputs"]["map"]["schema"]["contentMediaType"] == "image/png"


def test_nobody_changes_anothers_or_a_built_in_process(ada: httpx.Client, ben: httpx.Client) -> None:
    shared = package("open")
    shared["executionUnit"]["definition"] = {"title": "Open", "visibility": "public"}
    assert ben.post("/processes", json=shared).status_code == 201
    assert ben.post("/processes", json=package("hidden")).status_code == 201
    assert ada.get("/processes/ben:open").json()["mutable"] is False
    for name in ("ben:open", "echo"):
        for answer in (ada.put(f"/processes/{name}", json=package("x")), ada.delete(f"/processes/{name}")):
            assert answer.status_code == 403 and answer.json()["type"] == names.IMMUTABLE
    for answer in (ada.get("/processes/ben:hidden"), ada.delete("/processes/ben:hidden")):
        assert answer.status_code == 404 and answer.json()["type"] == names.NO_SUCH_PROCESS
    assert "ben:hidden" not in [p["id"] for p in ada.get("/processes?limit=1000").json()["processes"]]
    assert ada.post("/processes/ben:hidden/execution", json={}).status_code == 404


MANY = {"area": {"schema": {"type": "number"}, "maxOccurs": 5}}
WRONG: list[tuple[Any, str]] = [
    ([], "body"),
    ({}, "executionUnit"),
    ({"executionUnit": {"type": "docker", "image": "x"}}, "executionUnit.type"),
    ({"executionUnit": {"type": "notebook"}}, "executionUnit"),
    ({"executionUnit": {"href": "file:///etc/passwd"}}, "executionUnit.href"),
    ({"executionUnit": {"value": notebook()}}, "processDescription.id"),
    (package("Not A Slug"), "processDescription.id"),
    (package("ben:stolen"), "processDescription.id"),
    (package("x", inputs={"area": {}}), "processDescription.inputs.area"),
    (package("x", inputs=MANY), "processDescription.inputs.area.maxOccurs"),
    (package("x", inputs={"area": {"schema": {"type": "nonsense"}}}), "processor.json: inputs.area.type"),
    ({**package("x"), "executionUnit": {"value": {"cells": []}}}, "notebook"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "where"), WRONG, ids=lambda v: str(v)[:50])
def test_a_bad_package_is_refused_with_its_place(ada: httpx.Client, sent: Any, where: str) -> None:
    answer = ada.post("/processes", json=sent)
    assert answer.status_code == 400, answer.text
    assert answer.json()["where"] == where


def test_jupyterlab_publishes_with_the_same_code(here: Place) -> None:
    with here.client("ada") as client:
        address = f"{here.address}/services/api/runs/processors"
        made = client.post(address, json={"slug": "from-lab", "notebook": notebook()})
        assert made.status_code == 201 and made.json()["id"] == "ada:from-lab", made.text
        again = client.post(address, json={"slug": "from-lab", "notebook": notebook(), "replace": False})
        assert again.status_code == 409
        assert client.post(address, json={"slug": "No", "notebook": notebook()}).status_code == 400
