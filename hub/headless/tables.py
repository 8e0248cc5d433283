"""The tables of headless runs, in sqlite or PostgreSQL. Times are UTC seconds since 1970."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    text,
)

metadata = MetaData()

processes = Table(
    "processes",
    metadata,
    Column("process", String(128), primary_key=True),
    Column("owner", String(64)),  # nobody's: built in
    Column("slug", String(64), nullable=False),
    Column("version", Integer, nullable=False),  # the current one
    Column("deleted", Boolean, nullable=False, default=False),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("process", String(128), nullable=False, index=True),
    Column("owner", String(64)),
    Column("notebook", Text, nullable=False),  # JSON, as it was published
    Column("definition", Text, nullable=False),  # JSON of the Processor
    Column("digest", String(64), nullable=False),  # sha256 of notebook and definition
    Column("created", Float, nullable=False),
    UniqueConstraint("process", "digest"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("process", String(128)),  # none: a file of the owner's home
    Column("version", Integer, ForeignKey("versions.id")),
    Column("path", Text),
    Column("inputs", JSON, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("response", String(16), nullable=False),
    Column("callbacks", JSON(none_as_null=True)),
    Column("profile", String(64), nullable=False),
    Column("environment", Text),
    Column("time_limit", Integer, nullable=False),  # seconds of the whole run
    Column("attempts_allowed", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("priority", Integer, nullable=False, default=0),
    Column("origin", String(64), nullable=False),
    Column("status", String(16), nullable=False, default="accepted"),
    Column("message", Text, nullable=False, default=""),
    Column("progress", Integer, nullable=False, default=0),  # percent
    Column("cells_done", Integer, nullable=False, default=0),
    Column("cells_total", Integer, nullable=False, default=0),
    Column("last_line", Text, nullable=False, default=""),
    Column("worker", String(64)),
    Column("fence", Integer, nullable=False, default=0),  # one more at each claim, and when a claim is lost
    Column("lease", Float),
    Column("dismissing", Boolean, nullable=False, default=False),
    Column("dismissing_since", Float),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("updated", Float, nullable=False),
    Column("cpu_seconds", Float),
    Column("reserved_seconds", Float, nullable=False, default=0),
    Column("outputs", JSON(none_as_null=True)),
    Column("record", JSON(none_as_null=True)),
    Column("expires", Float),
    Index("jobs_of_an_origin", "origin", "status"),
    Index("jobs_of_an_owner", "owner", "created", "id"),
    Index("jobs_waiting", "status", "owner", "profile", "priority", "created"),
)

# Runners that ask for work: who has one that answers, and whose turn it is.
workers = Table(
    "workers",
    metadata,
    Column("worker", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("profile", String(64), nullable=False),
    Column("free", Integer, nullable=False),
    Column("seen", Float, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("plan", String(64)),
    Column("groups", JSON(none_as_null=True)),  # as they were when the owner was here last
    Column("last_claim", Float, nullable=False, default=0),
)

# CPU seconds of one box in one month. `total` is the box's counter at the last reading.
usage = Table(
    "usage",
    metadata,
    Column("box", String(64), primary_key=True),
    Column("month", String(7), primary_key=True),  # yyyy-mm, UTC
    Column("owner", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # interactive, run
    Column("seconds", Float, nullable=False),
    Column("total", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Index("usage_of_an_owner", "owner", "month"),
)

# What starts runs by itself. `inputs` are the fixed ones; `bind`: input -> place in a STAC item.
schedules = Table(
    "schedules",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("process", String(128), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("cron", String(100), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
    Column("next", Float, index=True),  # none: never again
    Column("last", Float),
    Column("last_job", String(36)),
    Column("told", Text, nullable=False, default=""),
    Column("created", Float, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("process", String(128), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("bind", JSON, nullable=False),
    Column("search", JSON, nullable=False),
    Column("jobs", Integer, nullable=False),
    Column("created", Float, nullable=False),
)

triggers = Table(
    "triggers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("process", String(128), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("bind", JSON, nullable=False),
    Column("search", JSON(none_as_null=True)),  # none: it waits for deliveries
    Column("paused", Boolean, nullable=False, default=False),
    Column("floor", String(40)),  # datetime of the oldest item that could be looked at
    Column("looked", Float),
    Column("fired", Integer, nullable=False, default=0),
    Column("address", Integer, nullable=False, default=1),  # one more makes older addresses void
    Column("told", Text, nullable=False, default=""),
    Column("created", Float, nullable=False),
)

# Items that a trigger knows: none of them starts a run again.
known_items = Table(
    "known_items",
    metadata,
    Column("trigger", String(36), ForeignKey("triggers.id", ondelete="CASCADE"), primary_key=True),
    Column("item", String(500), primary_key=True),  # collection/id
)

# Scenes that were delivered, each one's owner's alone. The bytes are in the store of results.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("trigger", String(36), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("item", JSON, nullable=False),
    Column("job", String(36)),
    Column("created", Float, nullable=False),
    UniqueConstraint("trigger", "sha256"),  # the same scene again is the same delivery
)


def connect(url: str) -> Engine:
    """The database at an SQLAlchemy URL, with its tables there. Raises sqlalchemy's errors."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)  # its inputs and addresses are nobody else's
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with writing(engine, alone=True) as connection:
        metadata.create_all(connection)
        for table in metadata.sorted_tables:
            for index in table.indexes:  # those that another part added to a table that was there
                index.create(connection, checkfirst=True)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, with the lock that they need
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # a transaction that reads first and writes later could fail at the write: it takes the lock at once
    writes = connection.get_execution_options().get("polarhub_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine, *, alone: bool = False) -> Iterator[Connection]:
    """One transaction that writes, durable at its end. `alone`: no other one with `alone` at the time."""
    with engine.connect().execution_options(polarhub_writes=True) as connection, connection.begin():
        if alone and engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7077)"))
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection
