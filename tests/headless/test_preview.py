"""What a notebook, a process or a schedule would be, told before anything is kept."""

from collections.abc import Iterator

import httpx
import pytest

from tests.headless.service import place

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Ice edge"},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"tags": ["parameters"]},
            "source": "year: int = 1978\nthreshold = 15.0",
            "outputs": [],
            "execution_count": None,
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with place(tmp_path_factory.mktemp("preview")) as there, there.client() as client:
        client.base_url = httpx.URL(f"{there.address}/services/api/runs/preview")
        yield client


def test_a_notebook_tells_its_inputs_before_it_is_published(ada: httpx.Client) -> None:
    said = ada.post("/notebook", json={"notebook": NOTEBOOK}).json()
    inputs = said["description"]["inputs"]
    assert said["description"]["title"] == "Ice edge"
    assert inputs["year"]["schema"] == {"type": "integer", "default": 1978}
    assert list(inputs) == ["year", "threshold"]
    assert "CPU-hours" in said["cost"]


def test_what_is_no_notebook_is_refused_with_a_sentence(ada: httpx.Client) -> None:
    answer = ada.post("/notebook", json={"notebook": {"cells": 3}})
    assert answer.status_code == 400
    assert "notebook" in answer.text


def test_a_process_says_what_a_run_may_cost(ada: httpx.Client) -> None:
    said = ada.get("/processes/echo").json()
    assert said["profile"] == "small"
    assert said["cost"].startswith("A run takes at most 15 min on 2 CPU")
    assert ada.get("/processes/ben:secret").status_code == 404


def test_the_next_three_times_of_a_schedule(ada: httpx.Client) -> None:
    said = ada.get("/times", params={"cron": "30 6 * * *", "zone": "Europe/Oslo"}).json()["times"]
    assert len(said) == 3
    assert all(time[14:16] == "30" for time in said)
    wrong = ada.get("/times", params={"cron": "61 * * * *"})
    assert wrong.status_code == 400
    assert "cron" in wrong.text
