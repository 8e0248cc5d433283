"""Runs that start by themselves, over the API: schedules, batches, triggers, deliveries."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.catalog.catalog import Catalog
from hub.catalog.embedded import state
from hub.catalog.index import Index
from hub.headless.finding import items
from hub.headless.job import Filter, Job
from hub.headless.schedules import Schedules
from hub.headless.triggers import Triggers
from tests.catalog.service import item, settings_for, square, with_tiny_index
from tests.headless.service import Place, place
from tests.hubs import wait_for

RUNS = "/services/api/runs"
WORLD = {"collections": ["world"]}
NOBODYS = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("starting")
    with_tiny_index(settings_for(folder))
    with place(folder, delivery_mb=1) as found:
        yield found


@pytest.fixture
def ada(here: Place) -> Iterator[httpx.Client]:
    yield from somebody(here, "ada")


@pytest.fixture
def ben(here: Place) -> Iterator[httpx.Client]:
    yield from somebody(here, "ben")


def somebody(here: Place, name: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"token token-{name}"}
    with httpx.Client(base_url=here.address + RUNS, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def runs_of(here: Place, origin: str) -> list[Job]:
    return here.headless.jobs.listed("ada", Filter(origin=origin, limit=1000)).jobs


def made(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(found["id"])
    return found


# -- schedules
DAILY = {"process": "echo", "inputs": {"message": "good morning"}, "cron": "0 6 * * *", "zone": "Europe/Oslo"}


def test_a_schedule_is_made_paused_and_removed(ada: httpx.Client, ben: httpx.Client) -> None:
    schedule = made(ada, "schedules", DAILY)
    assert schedule["next"] is not None
    assert not schedule["paused"]
    path = f"schedules/{schedule['id']}"
    assert ada.patch(path, json={"paused": True}).json()["paused"]
    assert [s["id"] for s in ada.get("schedules").json()["schedules"]] == [schedule["id"]]
    for answer in (ben.get(path), ben.patch(path, json={"paused": False}), ben.delete(path)):
        assert answer.status_code == 404
    assert ben.get("schedules").json() == {"schedules": []}
    assert ada.delete(path).status_code == 204
    assert ada.get(path).status_code == 404


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"cron": "sometimes"}, "cron"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"process": "no-such"}, "process"),
        ({"inputs": {}}, "inputs.message"),
        ({"inputs": {"message": "a", "pause": "long"}}, "inputs.pause"),
        ({"inputs": {"message": "a", "wind": 3}}, "inputs.wind"),
        ({"often": True}, "often"),
        ({"title": 7}, "title"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_by_field(
    ada: httpx.Client, change: dict[str, Any], where: str
) -> None:
    answer = ada.post("schedules", json=DAILY | change)
    assert (answer.status_code, answer.json()["where"]) == (400, where)


def test_what_was_missed_is_made_up_for_once_and_told(here: Place, ada: httpx.Client) -> None:
    jobs = here.headless.jobs
    schedule = made(ada, "schedules", DAILY)
    path, origin = f"schedules/{schedule['id']}", f"schedule:{schedule['id']}"
    now = jobs.clock()
    later = Schedules(
        type(jobs)(jobs.engine, jobs.limits, lambda: now + 3.5 * 86400), here.headless.processes
    )
    [job] = [job for job in later.fire() if job.origin == origin]
    assert later.fire() == []
    said = ada.get(path).json()
    assert said["last_job"] == job.id
    assert "were missed; one run makes up for it" in said["told"]
    assert len(runs_of(here, origin)) == 1
    assert wait_for(lambda: jobs.get("ada", job.id).status == "successful")
    ada.delete(path)


def test_a_schedule_whose_process_is_gone_says_so_and_goes_on(here: Place, ada: httpx.Client) -> None:
    processes, jobs = here.headless.processes, here.headless.jobs
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    processes.publish("ada", "fleeting", notebook, {"title": "Fleeting"})
    schedule = made(ada, "schedules", {"process": "ada:fleeting", "cron": "* * * * *"})
    processes.remove("ada", "fleeting")
    now = jobs.clock()
    soon = Schedules(type(jobs)(jobs.engine, jobs.limits, lambda: now + 61), processes)
    assert soon.fire() == []
    said = ada.get(f"schedules/{schedule['id']}").json()
    assert "could not be started" in said["told"]
    assert said["next"] > schedule["next"]
    ada.delete(f"schedules/{schedule['id']}")


# -- batches
def test_a_batch_runs_over_every_item_and_says_how_it_does(
    here: Place, ada: httpx.Client, ben: httpx.Client
) -> None:
    search = {**WORLD, "bbox": [170, 75, -170, 82]}
    batch = made(
        ada, "batches", {"process": "echo", "search": search, "bind": {"message": "id", "note": "."}}
    )
    path = f"batches/{batch['id']}"
    assert batch["jobs"] > 3
    done = wait_for(lambda: (b := ada.get(path).json())["status"] == "successful" and b)
    assert done["counts"] == {"successful": batch["jobs"]}
    jobs = runs_of(here, f"batch:{batch['id']}")
    assert {job.inputs["message"] for job in jobs} == {job.inputs["note"]["id"] for job in jobs}
    assert len({job.inputs["message"] for job in jobs}) == batch["jobs"]
    assert ben.get(path).status_code == ben.delete(path).status_code == 404
    assert [b["id"] for b in ada.get("batches").json()["batches"]] == [batch["id"]]
    assert ada.delete(path).status_code == 204
    assert len(runs_of(here, f"batch:{batch['id']}")) == batch["jobs"]


def test_the_rest_of_a_batch_is_dismissed_with_it(here: Place, ada: httpx.Client) -> None:
    here.hand.rests.set()
    try:
        batch = made(ada, "batches", {"process": "echo", "search": WORLD, "bind": {"message": "id"}})
        assert ada.delete(f"batches/{batch['id']}").status_code == 204
    finally:
        here.hand.rests.clear()
    statuses = {job.status for job in runs_of(here, f"batch:{batch['id']}")}
    assert statuses <= {"dismissed", "successful"}
    assert "dismissed" in statuses


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"search": {"collections": ["nothing"]}}, "search.collections"),
        ({"search": {**WORLD, "bbox": [0, 0, 1, 1]}}, "search"),
        ({"search": {**WORLD, "bbox": [1, 2]}}, "search.bbox"),
        ({"search": {**WORLD, "limit": 3}}, "search.limit"),
        ({"bind": {}}, "bind"),
        ({"bind": {"message": "assets.thumbnail.href"}}, "bind.message"),
        ({"bind": {"message": "id", "depth": "id"}}, "bind.depth"),
        ({"bind": {"numbers": "id"}}, "inputs.message"),
        ({"bind": {"message": "bbox"}}, "inputs.message"),
    ],
)
def test_a_batch_that_cannot_be_starts_nothing(ada: httpx.Client, change: dict[str, Any], where: str) -> None:
    before = ada.get("batches").json()
    answer = ada.post(
        "batches", json={"process": "echo", "search": WORLD, "bind": {"message": "id"}} | change
    )
    assert (answer.status_code, answer.json()["where"]) == (400, where)
    assert ada.get("batches").json() == before


# -- triggers
def test_an_item_that_is_new_starts_one_run_and_what_was_there_none(
    here: Place, ada: httpx.Client, ben: httpx.Client
) -> None:
    trigger = made(ada, "triggers", {"process": "echo", "search": WORLD, "bind": {"message": "id"}})
    path, origin = f"triggers/{trigger['id']}", f"trigger:{trigger['id']}"
    assert "deliver_to" not in trigger or trigger["deliver_to"] is None
    assert ben.get(path).status_code == ben.delete(path).status_code == 404

    rules = Triggers(here.headless.jobs, here.headless.processes)
    row = rules.get("ada", trigger["id"])
    new = item(300, "world", square(179.5, 80))
    index = Index.open(state.index_path(here.headless.settings))
    index.put_items([new])
    index.close()
    catalogs = asyncio.run(_all_of_world(here))
    assert new["id"] in {one["id"] for one in catalogs}
    assert [job.inputs["message"] for job in rules.found(row, catalogs)] == [new["id"]]
    assert rules.found(row, catalogs) == []
    assert len(runs_of(here, origin)) == 1
    assert ada.get(path).json()["fired"] == 1
    assert ada.patch(path, json={"paused": True}).json()["paused"]
    assert trigger["id"] not in {r["id"] for r in rules.watching(here.headless.jobs.clock() + 99)}
    assert ada.delete(path).status_code == 204


async def _all_of_world(here: Place) -> list[dict[str, Any]]:
    catalog = Catalog(here.headless.settings)
    async with catalog.running():
        return await items(catalog, WORLD, 500, all_of=False)


# -- deliveries
DELIVERED = {"process": "echo", "bind": {"message": "assets.scene.href", "note": "."}}
TIFF = {"Content-Type": "image/tiff; application=geotiff"}


def test_a_scene_that_is_delivered_is_kept_for_its_owner_and_run_upon_once(
    here: Place, ada: httpx.Client, ben: httpx.Client
) -> None:
    trigger = made(ada, "triggers", DELIVERED)
    scene = b"II*\0" + b"ice" * 1000
    with httpx.Client(trust_env=False, timeout=30) as sender:
        first = sender.post(trigger["deliver_to"], content=scene, headers=TIFF)
        again = sender.post(trigger["deliver_to"], content=scene, headers=TIFF)
    assert (first.status_code, first.json()["again"]) == (201, False)
    assert (again.status_code, again.json()) == (200, {"delivery": first.json()["delivery"], "again": True})
    path = f"deliveries/{first.json()['delivery']}"

    [one] = ada.get("deliveries").json()["deliveries"]
    assert one["item"]["assets"]["scene"]["file:size"] == len(scene)
    assert one["item"]["assets"]["scene"]["href"].endswith(f"/services/api/runs/{path}/scene")
    kept = ada.get(f"{path}/scene")
    assert kept.content == scene
    assert kept.headers["content-type"] == "image/tiff"
    [job] = runs_of(here, f"trigger:{trigger['id']}")
    assert (job.id, job.inputs["message"]) == (one["job"], one["item"]["assets"]["scene"]["href"])

    assert ben.get("deliveries").json() == {"deliveries": []}
    for answer in (ben.get(path), ben.get(f"{path}/scene"), ben.delete(path)):
        assert answer.status_code == 404
    with httpx.Client(trust_env=False) as nobody:
        assert nobody.get(f"{here.address}{RUNS}/{path}/scene").status_code == 401
    assert ada.delete(path).status_code == 204
    assert ada.get(f"{path}/scene").status_code == 404


def test_an_address_opens_only_what_it_was_made_for(here: Place, ada: httpx.Client) -> None:
    trigger, other = made(ada, "triggers", DELIVERED), made(ada, "triggers", DELIVERED)
    address = trigger["deliver_to"]
    wrong = [
        address.replace(trigger["id"], other["id"]),
        address.replace(trigger["id"], NOBODYS),
        address[:-1] + ("0" if address[-1] != "0" else "1"),
    ]
    with httpx.Client(trust_env=False, timeout=30) as sender:
        assert [sender.post(a, content=b"x").status_code for a in wrong] == [404, 404, 404]
        assert sender.post(address.partition("?")[0], content=b"x").status_code == 400

        fresh = ada.patch(f"triggers/{trigger['id']}", json={"new_address": True}).json()["deliver_to"]
        assert sender.post(address, content=b"x").status_code == 404
        ada.patch(f"triggers/{trigger['id']}", json={"paused": True})
        assert sender.post(fresh, content=b"x").status_code == 404
        ada.patch(f"triggers/{trigger['id']}", json={"paused": False})
        assert sender.post(fresh, content=b"x").status_code == 201


def test_what_is_too_large_or_nothing_leaves_no_file_and_starts_nothing(
    here: Place, ada: httpx.Client
) -> None:
    trigger = made(ada, "triggers", DELIVERED)
    before = _files(here)
    with httpx.Client(trust_env=False, timeout=30) as sender:
        for content in (b"", b"x" * 1_000_001, iter([b"x" * 600_000] * 2)):
            answer = sender.post(trigger["deliver_to"], content=content)
            assert (answer.status_code, answer.json()["where"]) == (400, "body")
    assert _files(here) == before
    assert runs_of(here, f"trigger:{trigger['id']}") == []


def test_nothing_that_a_sender_says_is_a_path(here: Place, ada: httpx.Client) -> None:
    trigger = made(ada, "triggers", DELIVERED)
    headers = {
        "Content-Type": "../../etc/passwd",
        "Content-Disposition": 'attachment; filename="../../../../tmp/evil.sh"',
    }
    with httpx.Client(trust_env=False, timeout=30) as sender:
        said = sender.post(trigger["deliver_to"], content=b"#!/bin/sh", headers=headers).json()
    kept = here.headless.results.list("ada", said["delivery"])
    assert [one.path for one in kept] == ["scene.bin"]


def _files(here: Place) -> list[Path]:
    return sorted(p for p in here.headless.settings.data.rglob("*") if p.is_file() and "scene" in p.name)
