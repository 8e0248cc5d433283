"""A program's run on a real hub, from end to end: token, request, runner, kernel, outputs, results."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.hubs import RunningHub, start_hub, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
OGC = "/services/api/ogc"
FINAL = ("successful", "failed", "dismissed")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with two people."""
    data = tmp_path_factory.mktemp("runs") / "data"
    with start_hub(data, {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as running:
        running.add_user("ada")
        running.add_user("ben")
        yield running


def somebody(hub: RunningHub, name: str) -> httpx.Client:
    """A program with a user's token, at the API."""
    headers = {"Authorization": f"token {hub.token_of(name)}"}
    return httpx.Client(base_url=hub.url + OGC, headers=headers, timeout=90, trust_env=False)


@pytest.fixture(scope="module")
def ada(hub: RunningHub) -> Iterator[httpx.Client]:
    """One who runs things."""
    with somebody(hub, "ada") as client:
        yield client


def ended(client: httpx.Client, where: str) -> dict[str, Any]:
    """The statusInfo of a job once it has ended."""
    wait_for(lambda: client.get(where).json()["status"] in FINAL, 60, 0.2)
    found: dict[str, Any] = client.get(where).json()
    return found


def test_a_run_goes_through_all_parts(hub: RunningHub, ada: httpx.Client) -> None:
    inputs = {"message": "æ ø å", "numbers": [1, 2], "note": {"value": {"deep": [None, True]}}}
    asked = {"inputs": inputs, "response": "document"}
    accepted = ada.post("/processes/echo/execution", json=asked, headers={"Prefer": "respond-async"})
    assert accepted.status_code == 201, accepted.text
    where = accepted.headers["location"]
    assert where.startswith(f"{hub.url}{OGC}/jobs/")
    told = ended(ada, where)
    assert told["status"] == "successful", f"{told}\n{hub.log[-3000:]}\n{hub.log_of('ada')[-3000:]}"
    results = ada.get(f"{where}/results").json()
    assert results["message"] == "æ ø å" and results["numbers"] == [1, 2] and results["pause"] == 0
    assert results["note"]["value"] == {"deep": [None, True]}
    assert "æ ø å" in ada.get(f"{where}/log").text
    assert ada.get(f"{where}/files/notebook.ipynb").json()["nbformat"] == 4
    kept = list((hub.data / "homes" / "ada").glob("job-output/*/notebook.ipynb"))
    assert len(kept) == 1, "the executed notebook lands in the owner's home too"


def test_a_warm_runner_answers_while_the_client_waits(ada: httpx.Client) -> None:
    asked = {"inputs": {"message": "soon"}, "outputs": {"message": {}}}
    began = time.monotonic()
    answer = ada.post("/processes/echo/execution", json=asked)
    assert (answer.status_code, answer.json()) == (200, "soon")
    assert time.monotonic() - began < 5


def test_a_dismissed_run_ends_and_keeps_its_record(ada: httpx.Client) -> None:
    asked = {"inputs": {"message": "never", "pause": 300}}
    where = ada.post("/processes/echo/execution", json=asked, headers={"Prefer": "respond-async"}).headers[
        "location"
    ]
    wait_for(lambda: ada.get(where).json()["status"] == "running", 30)
    began = time.monotonic()
    gone = ada.delete(where)
    assert (gone.status_code, gone.json()["status"]) == (200, "dismissed")
    assert time.monotonic() - began < 4
    assert ended(ada, where)["status"] == "dismissed"
    assert ada.get(f"{where}/results").status_code == 404


def test_shell_template_and_path_characters_are_inert(ada: httpx.Client) -> None:
    nasty = """'"; touch /tmp/owned; $(id) `id` {{ 7*7 }} {% raw %} ${HOME} ../../etc/passwd \\N{BULLET} \n%%bash\nid"""  # noqa: E501
    answer = ada.post(
        "/processes/echo/execution", json={"inputs": {"message": nasty}, "outputs": {"message": {}}}
    )
    assert (answer.status_code, answer.json()) == (200, nasty)


def test_nobody_sees_anothers_runs(hub: RunningHub, ada: httpx.Client) -> None:
    where = ada.get("/jobs").json()["jobs"][0]["links"][0]["href"]
    with somebody(hub, "ben") as ben:
        assert ben.get("/jobs").json()["jobs"] == []
        for path in ("", "/results", "/log", "/files", "/files/notebook.ipynb", "/request"):
            assert ben.get(where + path).status_code == 404, path
        assert ben.delete(where).status_code == 404
