"""Scenes that are delivered to a signed address: kept for the owner alone, catalogued, and run upon, once."""

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, select, update

from hub.errors import NotFound, PolarhubError
from hub.headless import orders
from hub.headless.job import Job
from hub.headless.results import Results, Stored
from hub.headless.signing import user_key
from hub.headless.tables import deliveries, reading, triggers, writing
from hub.headless.triggers import Triggers, order_of

# What the file is called comes from what it is said to be, and from nothing else that the sender says.
NAMES = {
    "image/tiff": "scene.tif",
    "image/jp2": "scene.jp2",
    "image/png": "scene.png",
    "application/netcdf": "scene.nc",
    "application/x-netcdf": "scene.nc",
    "application/x-hdf5": "scene.h5",
    "application/zip": "scene.zip",
    "application/json": "scene.json",
    "application/geo+json": "scene.geojson",
}


def name_of(media_type: str) -> tuple[str, str]:
    """File name and media type of what is delivered; plain bytes where it is of no known type."""
    kind = media_type.partition(";")[0].strip().lower()
    return (NAMES[kind], kind) if kind in NAMES else ("scene.bin", "application/octet-stream")


@dataclass(frozen=True)
class Delivered:
    """A delivery; `again`: it had come before, and nothing was started."""

    row: RowMapping
    job: Job | None
    again: bool


@dataclass(frozen=True)
class Deliveries:
    """Everybody's deliveries. Blocking: async callers use threads."""

    triggers: Triggers
    results: Results
    key: bytes

    @property
    def _engine(self) -> Any:
        return self.triggers.jobs.engine

    def signature(self, trigger: RowMapping) -> str:
        """What the address of a trigger carries: nobody can make it who does not hold the hub's key."""
        said = f"{trigger['id']}.{trigger['address']}".encode()
        return hmac.new(user_key(self.key, trigger["owner"], "delivery"), said, "sha256").hexdigest()

    def opened_by(self, id: str, signature: str) -> RowMapping:
        """The trigger that this address opens. Raises NotFound for a wrong signature as for a wrong id."""
        query = select(triggers).where(triggers.c.id == id, triggers.c.search.is_(None))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(
            self.signature(row._mapping).encode(), signature.encode(errors="replace")
        ):
            raise NotFound("This address opens nothing (any more): ask whoever gave it to you for another.")
        if row.paused:
            raise NotFound("This address is paused by its owner.")
        found: RowMapping = row._mapping
        return found

    def arrived(self, trigger: RowMapping, id: str, stored: Stored, kind: str, base: str) -> Delivered:
        """A scene is in the store under this id: catalogue it and start its run, unless it came before."""
        owner = trigger["owner"]
        item = _item(id, stored, kind, f"{base}/runs/deliveries/{id}/scene", self.triggers.jobs.clock())
        with reading(self._engine) as connection:
            groups = orders.groups_of(connection, owner)
        process = orders.current(self.triggers.processes, owner, trigger["process"], groups)
        new = order_of(trigger).job(process, f"trigger:{trigger['id']}", groups, item)
        with writing(self._engine, alone=True) as connection:
            same = select(deliveries).where(
                deliveries.c.trigger == trigger["id"], deliveries.c.sha256 == stored.sha256
            )
            before = connection.execute(same).one_or_none()
            if before is not None:
                return Delivered(before._mapping, None, again=True)
            [job] = self.triggers.jobs.accept_within(connection, [new])
            row = {"id": id, "owner": owner, "trigger": trigger["id"], "sha256": stored.sha256, "item": item}
            made = connection.execute(
                deliveries.insert()
                .values(**row, job=job.id, created=self.triggers.jobs.clock())
                .returning(deliveries)
            ).one()
            count = {"fired": triggers.c.fired + 1}
            connection.execute(update(triggers).where(triggers.c.id == trigger["id"]).values(**count))
        return Delivered(made._mapping, job, again=False)

    def take(self, trigger: RowMapping, id: str, stored: Stored, kind: str, base: str) -> Delivered:
        """As `arrived`; what is not kept leaves no file."""
        try:
            found = self.arrived(trigger, id, stored, kind, base)
        except PolarhubError:
            self.results.drop(trigger["owner"], id)
            raise
        if found.again:
            self.results.drop(trigger["owner"], id)
        return found

    def of(self, owner: str) -> list[RowMapping]:
        """The owner's private list, newest first."""
        query = select(deliveries).where(deliveries.c.owner == owner)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(deliveries.c.created.desc()).limit(1000))
            return [row._mapping for row in found]

    def get(self, owner: str, id: str) -> RowMapping:
        """One. Raises NotFound for another's."""
        query = select(deliveries).where(deliveries.c.owner == owner, deliveries.c.id == id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("There is no such delivery.")
        return row._mapping

    def remove(self, owner: str, id: str) -> None:
        """Forget a scene and its file; the run that it started stays. Raises NotFound for another's."""
        self.get(owner, id)
        self.results.drop(owner, id)
        with writing(self._engine) as connection:
            connection.execute(delete(deliveries).where(deliveries.c.owner == owner, deliveries.c.id == id))


def new_id() -> str:
    """A name for what arrives, before anything is known of it."""
    return str(uuid.uuid4())


def _item(id: str, stored: Stored, kind: str, address: str, now: float) -> Mapping[str, Any]:
    """The scene as a STAC item; where on earth it is, only its file says."""
    when = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asset = {"href": address, "type": kind, "roles": ["data"], "file:size": stored.size}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": ["https://stac-extensions.github.io/file/v2.1.0/schema.json"],
        "id": id,
        "geometry": None,
        "properties": {"datetime": when, "created": when},
        "links": [],
        "assets": {"scene": {**asset, "file:checksum": f"1220{stored.sha256}"}},
    }
