"""Jobs as the standard lists, tells and ends them; and nobody sees another's."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hub.headless.job import Filter, Finish, Job
from hub.headless.ogc import names
from hub.headless.ogc.documents import time as told_time
from hub.headless.service import Headless
from tests.headless.service import Place, echo
from tests.hubs import wait_for

ASYNC = {"Prefer": "respond-async"}
RUN = "/processes/echo/execution"


def start(client: httpx.Client, **inputs: Any) -> str:
    """The address of a new job."""
    answer = client.post(
        RUN, json={"inputs": {"message": "m", **inputs}, "response": "document"}, headers=ASYNC
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def ended(client: httpx.Client, where: str) -> dict[str, Any]:
    """The statusInfo once it is final."""
    wait_for(lambda: client.get(where).json()["status"] not in ("accepted", "running"))
    return dict(client.get(where).json())


@pytest.fixture
def slow(here: Place) -> Iterator[threading.Event]:
    """Ada's hand begins, and goes on when the event is set; it ends jobs that are being dismissed."""
    go = threading.Event()
    waiting = Filter(statuses=("accepted", "running"))
    wait_for(lambda: not here.headless.jobs.listed("ada", waiting).jobs)

    def run(headless: Headless, job: Job) -> Finish:
        while not go.wait(0.05):
            if headless.jobs.get(job.owner, job.id).dismissing:
                return Finish(status="dismissed")
        return echo(headless, job)

    here.hand.run = run
    yield go
    go.set()
    here.hand.run = echo


def links(document: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in document["links"]}


def test_a_job_tells_how_far_it_is_and_then_leads_to_its_results(
    ada: httpx.Client, slow: threading.Event
) -> None:
    where = start(ada)
    wait_for(lambda: ada.get(where).json()["status"] == "running")
    early = ada.get(f"{where}/results")
    assert early.status_code == 404 and early.json()["type"] == names.NOT_READY
    assert names.RESULTS not in links(ada.get(where).json())
    slow.set()
    done = ended(ada, where)
    assert done["status"] == "successful" and done["progress"] == 100 and done["processID"] == "echo"
    assert done["created"] <= done["started"] <= done["finished"]
    assert ada.get(links(done)[names.RESULTS]).json() == {"message": "m", "pause": 0}
    assert ada.get(f"{where}/results?outputs=pause").json() == {"pause": 0}
    assert ada.get(f"{where}/results/message").json() == "m"
    for path in ("typo", "numbers"):
        absent = ada.get(f"{where}/results/{path}")
        assert absent.status_code == 404 and absent.json()["type"] == names.NO_SUCH_OUTPUT
    again = ada.get(f"{where}/request").json()
    assert ada.post(RUN, json=again).json() == {"message": "m", "pause": 0}, "it can be run again"


def test_a_waiting_job_is_dismissed_at_once(ben: httpx.Client) -> None:
    where = start(ben)
    gone = ben.delete(where)
    assert (gone.status_code, gone.json()["status"]) == (200, "dismissed")
    assert ben.delete(where).json()["status"] == "dismissed", "once more changes nothing"
    absent = ben.get(f"{where}/results")
    assert absent.status_code == 404 and absent.json()["type"] == names.NOT_AVAILABLE
    assert ben.get(where).json()["status"] == "dismissed", "its record stays"


def test_a_running_job_is_dismissed(ada: httpx.Client, slow: threading.Event) -> None:
    where = start(ada)
    wait_for(lambda: ada.get(where).json()["status"] == "running")
    assert ada.delete(where).json()["status"] == "dismissed"


def test_a_job_that_has_ended_cannot_be_dismissed(ada: httpx.Client) -> None:
    where = start(ada)
    ended(ada, where)
    late = ada.delete(where)
    assert late.status_code == 409 and "successful" in late.json()["detail"]


def test_a_failed_job_says_why_also_at_its_results(here: Place, ada: httpx.Client) -> None:
    here.hand.run = lambda _h, _j: Finish(status="failed", kind="notebook", message="ValueError: no ice")
    try:
        where = start(ada)
        assert ended(ada, where)["message"] == "ValueError: no ice"
        for path in ("/results", "/results/message"):
            answer = ada.get(where + path)
            assert answer.status_code == 500 and answer.json()["detail"] == "ValueError: no ice"
        waited = ada.post(RUN, json={"inputs": {"message": "m"}})
        assert waited.status_code == 500 and waited.json()["type"] == names.FAILED
    finally:
        here.hand.run = echo


def test_nobody_sees_anothers_job(ada: httpx.Client, ben: httpx.Client) -> None:
    where = start(ben)
    for path in ("", "/results", "/results/message", "/files", "/files/notebook.ipynb", "/log", "/request"):
        answer = ada.get(where + path)
        assert answer.status_code == 404 and answer.json()["type"] == names.NO_SUCH_JOB, path
    for path in ("/events", "/notebook"):
        assert ada.get(where + path).status_code == 404
    assert ada.delete(where).status_code == 404
    mine = {job["jobID"] for job in ada.get("/jobs?limit=1000").json()["jobs"]}
    assert where.rpartition("/")[2] not in mine
    assert ben.get(where).json()["status"] == "accepted"
    ben.delete(where)


def listed(client: httpx.Client, query: str) -> list[str]:
    """The ids of a list."""
    answer = client.get(f"/jobs?{query}")
    assert answer.status_code == 200, answer.text
    return [job["jobID"] for job in answer.json()["jobs"]]


def test_jobs_are_filtered(here: Place, ada: httpx.Client) -> None:
    one, two = start(ada), start(ada)
    first, second = ended(ada, one), ended(ada, two)
    ids = [second["jobID"], first["jobID"]]
    assert listed(ada, "limit=2") == ids
    assert listed(ada, "limit=2&status=successful&type=process&processID=echo") == ids
    assert listed(ada, "limit=2&status=failed,successful") == ids
    assert listed(ada, "limit=2&status=running") == [] == listed(ada, "processID=nothing")
    assert listed(ada, f"datetime={first['created']}") == ids[1:]
    assert listed(ada, f"datetime={first['created']}/..") == ids
    assert listed(ada, f"datetime=../{first['created']}")[0] == ids[1]
    assert listed(ada, f"datetime={told_time(0)}/{told_time(1)}") == []
    assert listed(ada, "limit=2&minDuration=0&maxDuration=60") == ids
    assert listed(ada, "minDuration=3600") == []


def test_pages_stay_in_step_while_jobs_come(ada: httpx.Client) -> None:
    before = listed(ada, "limit=1000")
    assert len(before) >= 4
    seen, page = [], ada.get("/jobs?limit=2").json()
    while True:
        seen += [job["jobID"] for job in page["jobs"]]
        start(ada)
        if not (following := links(page).get("next")):
            break
        page = ada.get(following).json()
    assert seen == before, "none twice, none left out"


WRONG = (
    "status=done", "type=wps", "limit=0", "limit=x", "limit=-1", "datetime=yesterday", "datetime=../..",
    "datetime=2026-01-02T00:00:00Z/2026-01-01T00:00:00Z", "minDuration=x", "minDuration=1&minDuration=2",
    "after=nonsense", "typo=1", "f=xml",
)  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_a_bad_query_is_said(ada: httpx.Client, query: str) -> None:
    answer = ada.get(f"/jobs?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["where"] == query.partition("=")[0]


def test_events_tell_every_change_until_the_end(ada: httpx.Client, slow: threading.Event) -> None:
    where = start(ada)
    told = []
    with ada.stream("GET", f"{where}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: "))["status"])
                if told[-1] == "running":
                    slow.set()
    assert told[-2:] == ["running", "successful"]


def test_files_the_log_and_the_notebook_of_a_run(here: Place, ada: httpx.Client) -> None:
    where = start(ada)
    job = ended(ada, where)["jobID"]
    assert ada.get(f"{where}/log").text == ""
    assert ada.get(f"{where}/notebook").status_code == 404
    output = {
        "output_type": "stream",
        "name": "stdout",
        "text": ["10 %\r", "100 %\n", "\x1b[31mred\x1b[0m\n"],
    }
    html = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "<script>steal()</script><b>x</b>"},
    }
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": "1"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{**cell, "outputs": [output, html]}],
    }
    put = here.headless.results.put
    put("ada", job, "notebook.ipynb", [json.dumps(notebook).encode()])
    put("ada", job, "maps/ice 1.html", [b"<script>steal()</script>"])
    assert ada.get(f"{where}/log").text == "100 %\nred\n"
    files = ada.get(f"{where}/files").json()["files"]
    assert (files[0]["name"], files[0]["size"]) == ("maps/ice 1.html", 24)
    page = ada.get(files[0]["href"])
    assert page.text == "<script>steal()</script>"
    assert page.headers["content-security-policy"].startswith("sandbox;"), "it runs nowhere"
    assert page.headers["content-disposition"] == 'attachment; filename="ice_1.html"'
    shown = ada.get(f"{where}/notebook")
    assert "<script" not in shown.text and "<b>x</b>" in shown.text
    assert shown.headers["content-security-policy"].startswith("sandbox;")
    for path in ("none.txt", "../../headless.sqlite", "%2e%2e/%2e%2e/headless.sqlite", "/etc/passwd"):
        assert ada.get(f"{where}/files/{path}").status_code == 404, path
