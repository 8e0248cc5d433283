"""Subscribers are told how runs do: signed, again until they answer, never inside the machine."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from hub.headless.callbacks import DELAYS, outbox
from hub.headless.job import Finish, Job, Progress
from hub.headless.service import Headless
from hub.headless.tables import writing
from tests.fakes.serving import served
from tests.headless.service import Place, echo, place
from tests.hubs import wait_for

RUN = "/processes/echo/execution"
ASYNC = {"Prefer": "respond-async"}


@dataclass
class Receiver:
    """A subscriber: what it heard, and the statuses that it answers with, then 200."""

    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.heard.append((scope["path"], headers, body))
        status = self.answers.pop(0) if self.answers else 200
        moved = [(b"location", b"/elsewhere")] if status == 307 else []
        await send({"type": "http.response.start", "status": status, "headers": moved})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def listening() -> Iterator[tuple[Receiver, dict[str, str]]]:
    """A receiver, and the `subscriber` that names it."""
    receiver = Receiver()
    with served(receiver) as address:
        uris = {"success": "successUri", "failed": "failedUri", "progress": "inProgressUri"}
        yield receiver, {uri: f"{address}/{path}" for path, uri in uris.items()}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An api that may ask addresses inside."""
    with place(tmp_path_factory.mktemp("callbacks"), allow_inside_addresses=True) as running:
        yield running


def start(here: Place, subscriber: dict[str, str]) -> str:
    """The address of a run with these subscribers."""
    asked = {"inputs": {"message": "m"}, "subscriber": subscriber}
    with here.client() as ada:
        answer = ada.post(RUN, json=asked, headers=ASYNC)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def make_due(here: Place) -> None:
    """As if the pause before the next try was over."""
    with writing(here.headless.engine) as connection:
        connection.execute(
            update(outbox).where(outbox.c.attempts > 0, outbox.c.ended.is_(None)).values(due=0)
        )


def rows(here: Place) -> list[Any]:
    """All of the outbox."""
    with here.headless.engine.connect() as connection:
        return list(connection.execute(select(outbox)))


def test_success_is_told_with_the_results_and_signed(here: Place) -> None:
    with listening() as (receiver, subscriber):
        start(here, subscriber)
        wait_for(lambda: "/success" in [path for path, *_ in receiver.heard])
    _, headers, body = next(one for one in receiver.heard if one[0] == "/success")
    assert json.loads(body) == {"message": "m", "pause": 0}
    with here.client() as ada:
        answer = ada.get("/callback-key")
        assert answer.headers["cache-control"] == "no-store"
        key = base64.b64decode(answer.json()["key"].removeprefix("whsec_"))
    moment, name = headers["webhook-timestamp"], headers["webhook-id"]
    assert abs(int(moment) - time.time()) < 60
    signed = f"{name}.{moment}.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    with here.client("ben") as ben:
        assert ben.get("/callback-key").json() != answer.json(), "each user has a key"


def test_a_failure_is_told(here: Place) -> None:
    here.hand.run = lambda _h, _j: Finish(status="failed", kind="notebook", message="no ice")
    try:
        with listening() as (receiver, subscriber):
            where = start(here, subscriber)
            wait_for(lambda: "/failed" in [path for path, *_ in receiver.heard])
            told = json.loads(next(body for path, _, body in receiver.heard if path == "/failed"))
            assert (told["status"], told["message"]) == ("failed", "no ice")
            assert told["links"][0]["href"] == where, "links lead where the client asked"
    finally:
        here.hand.run = echo


def test_progress_is_told_while_it_runs(here: Place) -> None:
    with listening() as (receiver, subscriber):

        def run(headless: Headless, job: Job) -> Finish:
            headless.jobs.progress(job.owner, job.id, "hand-0001", job.fence, Progress(1, 4, "half of it"))
            wait_for(lambda: receiver.heard)
            return echo(headless, job)

        here.hand.run = run
        try:
            start(here, subscriber)
            wait_for(lambda: len(receiver.heard) == 2)
        finally:
            here.hand.run = echo
    (first, _, body), (second, *_) = receiver.heard
    assert (first, second) == ("/progress", "/success") and json.loads(body)["status"] == "running"


def test_it_is_tried_again_with_the_same_id_until_it_is_heard(here: Place) -> None:
    with listening() as (receiver, subscriber):
        receiver.answers += [503, 307]
        start(here, {"successUri": subscriber["successUri"]})
        for count in (1, 2, 3):
            wait_for(lambda n=count: len(receiver.heard) == n)
            wait_for(lambda n=count: any(row.attempts == n for row in rows(here)))
            make_due(here)
        time.sleep(1.5)
    assert [path for path, *_ in receiver.heard] == ["/success"] * 3, "no redirect is followed"
    assert len({headers["webhook-id"] for _, headers, _ in receiver.heard}) == 1


def test_it_is_given_up_in_the_end(here: Place) -> None:
    with listening() as (_, subscriber):
        nobody = subscriber["successUri"]
    job = start(here, {"successUri": nobody}).rpartition("/")[2]

    def tries() -> Any:
        make_due(here)
        return next(
            (row for row in rows(here) if row.job == job and row.event == "ended" and row.ended), None
        )

    row = wait_for(tries, 30, 0.2)
    assert row.attempts == len(DELAYS) + 1 and "cannot be reached" in row.outcome


def test_addresses_inside_are_not_told(tmp_path: Path) -> None:
    with place(tmp_path) as guarded, listening() as (receiver, subscriber):
        start(guarded, {"successUri": subscriber["successUri"]})
        row = wait_for(lambda: next((row for row in rows(guarded) if row.attempts), None))
        assert "leads inside" in row.outcome and receiver.heard == []
        fetched = {"inputs": {"message": {"href": subscriber["successUri"]}}}
        with guarded.client() as ada:
            refused = ada.post(RUN, json=fetched)
        assert refused.status_code == 400 and "leads inside" in refused.json()["detail"]
        assert receiver.heard == []


def test_what_was_not_sent_before_a_crash_is_sent_after_it(tmp_path: Path) -> None:
    with listening() as (receiver, subscriber):
        with place(tmp_path, allow_inside_addresses=True) as first:
            first.hand.rests.set()
            where = start(first, {"successUri": subscriber["successUri"]})
        with place(tmp_path, allow_inside_addresses=True) as second:
            wait_for(lambda: len(receiver.heard) == 1)
            with httpx.Client(headers={"Authorization": "token token-ada"}, trust_env=False) as ada:
                path = where.partition("/services")[2]
                assert ada.get(f"{second.address}/services{path}").json()["status"] == "successful"
