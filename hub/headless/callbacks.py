"""Tells subscribers how their runs do: an outbox in the same database, tried again until they answer.

A delivery is at least once; `webhook-id` is the same at each try, so that a receiver can tell.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import httpcore
import httpx
from sqlalchemy import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
    text,
    update,
)

from hub.headless import tables
from hub.headless.fetching import why_not
from hub.headless.job import FINAL, Job
from hub.headless.signing import signature, user_key
from hub.headless.tables import jobs, reading, writing

DELAYS = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)  # seconds before each further try
SECONDS = 15.0  # a receiver may take
AT_ONCE = 8
PAUSE = 1.0
PROGRESS = 10.0  # seconds at least between two tidings of progress
CLAIM = 120.0  # seconds in which no other process sends the same
KEPT = 30 * 86400.0
URI = {
    "successful": "successUri",
    "failed": "failedUri",
    "dismissed": "failedUri",
    "running": "inProgressUri",
}

log = logging.getLogger(__name__)

outbox = Table(
    "callbacks",
    tables.metadata,
    Column("id", String(36), primary_key=True),
    Column("job", String(36), nullable=False),
    Column("event", String(16), nullable=False),  # running, ended
    Column("uri", Text, nullable=False),
    Column("due", Float, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("progress", Integer, nullable=False, default=0),  # what was told last
    Column("ended", Float, index=True),  # delivered, or given up
    Column("outcome", Text, nullable=False, default=""),
    UniqueConstraint("job", "event"),
)
_subscribed = text("callbacks IS NOT NULL")
Index("jobs_subscribed", jobs.c.updated, sqlite_where=_subscribed, postgresql_where=_subscribed)

Body = Callable[[Job], dict[str, Any]]


@dataclass(frozen=True)
class Delivery:
    """One thing to tell."""

    id: str
    job: Job
    event: str
    uri: str
    attempts: int


class Callbacks:
    """The outbox. `body` makes what is sent of a job."""

    def __init__(
        self, engine: Engine, key: bytes, body: Body, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine, self._key, self._body, self._clock = engine, key, body, clock

    def key_of(self, owner: str) -> bytes:
        """What this user's call-backs are signed with."""
        return user_key(self._key, owner, "callbacks")

    async def run(self, client: httpx.AsyncClient, pause: float = PAUSE) -> None:
        """Sends what is due, for ever."""
        while True:
            if not await self.send_due(client):
                await asyncio.sleep(pause)

    async def send_due(self, client: httpx.AsyncClient) -> int:
        """Sends what is due now. Returns how many tries that were."""
        await asyncio.to_thread(self._note)
        due = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._send(client, one) for one in due))
        return len(due)

    # -- what is to be told
    def _note(self) -> None:
        """Put everything into the outbox that has happened to subscribed jobs and is not there yet."""
        with reading(self._engine) as connection:
            fresh = [
                *_unnoted(connection, "running", self._clock()),
                *_unnoted(connection, "ended", self._clock()),
            ]
            further = [row.id for row in connection.execute(_further(self._clock()))]
        if not fresh and not further:
            return
        with writing(self._engine, alone=True) as connection:
            # looked up again under the lock: another process may have been faster
            for event in ("running", "ended"):
                for row in _unnoted(connection, event, now := self._clock()):
                    uri = row.callbacks.get(URI[row.status])
                    done = {"ended": None if uri else now}
                    new = {
                        "id": str(uuid.uuid4()),
                        "job": row.id,
                        "event": event,
                        "uri": uri or "",
                        "due": now,
                    }
                    connection.execute(outbox.insert().values(**new, **done, progress=row.progress))
            again = {"ended": None, "due": self._clock(), "attempts": 0}
            for old in further:  # other tidings, so another id
                values = {**again, "id": str(uuid.uuid4())}
                connection.execute(update(outbox).where(outbox.c.id == old).values(**values))
            connection.execute(delete(outbox).where(outbox.c.ended < self._clock() - KEPT))

    def _claim(self) -> list[Delivery]:
        """What is due, kept from other processes for a while."""
        now = self._clock()
        due = (outbox.c.ended.is_(None), outbox.c.due <= now)
        with reading(self._engine) as connection:
            if connection.execute(select(outbox.c.id).where(*due).limit(1)).first() is None:
                return []
        with writing(self._engine, alone=True) as connection:
            some = select(outbox.c.id).where(*due).order_by(outbox.c.due).limit(AT_ONCE)
            ids = list(connection.execute(some).scalars())
            connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(due=now + CLAIM))
            wanted = select(outbox, jobs).join(jobs, jobs.c.id == outbox.c.job).where(outbox.c.id.in_(ids))
            found = (
                connection.execute(wanted.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)).mappings().all()
            )
            lost = set(ids) - {row["callbacks_id"] for row in found}  # the job is no longer kept
            connection.execute(delete(outbox).where(outbox.c.id.in_(lost)))
        return [_delivery(row) for row in found]

    # -- telling it
    async def _send(self, client: httpx.AsyncClient, one: Delivery) -> None:
        if one.event == "running" and one.job.final:
            await asyncio.to_thread(self._settle, one, "the run has ended meanwhile", True)
            return
        try:
            said = await asyncio.to_thread(self._body, one.job)
            content = json.dumps(said, ensure_ascii=False).encode()
            async with asyncio.timeout(SECONDS):
                status = await self._post(client, one, content)
        except (TimeoutError, httpx.TimeoutException):
            await asyncio.to_thread(self._settle, one, f"no answer within {SECONDS:g} s", False)
        except (httpx.HTTPError, httpx.InvalidURL, httpcore.ProtocolError) as error:
            await asyncio.to_thread(self._settle, one, why_not(error), False)
        else:
            good, gone = 200 <= status < 300, status == 410
            await asyncio.to_thread(self._settle, one, f"answered {status}", good or gone)

    async def _post(self, client: httpx.AsyncClient, one: Delivery, content: bytes) -> int:
        moment = int(self._clock())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": one.id,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature(self.key_of(one.job.owner), one.id, moment, content),
        }
        async with client.stream("POST", one.uri, content=content, headers=headers) as answer:
            return answer.status_code  # what it says is not read, where it sends on is not followed

    def _settle(self, one: Delivery, outcome: str, done: bool) -> None:
        now, last = self._clock(), one.attempts >= len(DELAYS)
        values: dict[str, Any] = {
            "attempts": one.attempts + 1,
            "outcome": outcome,
            "progress": one.job.progress,
        }
        if done or last:
            values["ended"] = now
        else:
            values["due"] = now + DELAYS[one.attempts]
        if last and not done:
            log.warning("A call-back of run %s was given up: %s", one.job.id, outcome)
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(outbox.c.id == one.id).values(**values))


def _unnoted(connection: Connection, event: str, now: float) -> Sequence[Any]:
    statuses = ["running"] if event == "running" else sorted(FINAL)
    noted = select(outbox.c.job).where(outbox.c.job == jobs.c.id, outbox.c.event == event).exists()
    wanted = select(jobs.c.id, jobs.c.status, jobs.c.callbacks, jobs.c.progress).where(
        jobs.c.callbacks.is_not(None), jobs.c.updated > now - KEPT, jobs.c.status.in_(statuses), ~noted
    )
    return connection.execute(wanted.limit(500)).all()


def _further(now: float) -> Select[Any]:
    """Deliveries of progress whose run has come further since."""
    return (
        select(outbox.c.id)
        .join(jobs, jobs.c.id == outbox.c.job)
        .where(
            outbox.c.event == "running",
            outbox.c.uri != "",
            outbox.c.ended < now - PROGRESS,
            jobs.c.status == "running",
            jobs.c.progress > outbox.c.progress,
        )
    )


def _delivery(row: RowMapping) -> Delivery:
    job = Job(**{f.name: row[f"jobs_{f.name}"] for f in fields(Job)})
    return Delivery(
        row["callbacks_id"], job, row["callbacks_event"], row["callbacks_uri"], row["callbacks_attempts"]
    )
