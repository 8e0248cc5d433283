"""From a process and plain inputs to a job: for what starts runs when nobody is there to ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from hub.errors import BadInput, NotFound
from hub.headless import inputs as checking
from hub.headless.job import NewJob
from hub.headless.processes import Process, Processes
from hub.headless.tables import owners


@dataclass(frozen=True)
class Order:
    """What is to be run, again and again. `bind`: input -> place in a STAC item."""

    owner: str
    process: str
    inputs: Mapping[str, Any]
    bind: Mapping[str, str]

    def job(
        self, process: Process, origin: str, groups: tuple[str, ...] | None, item: Mapping[str, Any] | None
    ) -> NewJob:
        """One run of it. Raises BadInput with the input."""
        given = dict(self.inputs)
        for name, place in self.bind.items():
            given[name] = at(item or {}, place, f"bind.{name}")
        definition = process.definition
        return NewJob(
            owner=self.owner,
            groups=groups,
            process=process.id,
            version=process.version,
            inputs=checking.read(definition, given),
            wanted=dict.fromkeys(definition.outputs, "value"),
            profile=definition.profile,
            environment=definition.environment,
            time_limit=definition.time_limit,
            attempts_allowed=definition.attempts,
            origin=origin,
        )

    def check(self, process: Process) -> None:
        """As far as it can be checked without an item. Raises BadInput with the input."""
        known = process.definition.inputs
        for name in self.bind:
            if name not in known:
                raise BadInput(f"There is no such input; there are {', '.join(known)}.", where=f"bind.{name}")
        for name, value in self.inputs.items():
            if name not in known:
                raise BadInput(
                    f"There is no such input; there are {', '.join(known)}.", where=f"inputs.{name}"
                )
            checking.read_one(known[name], value, f"inputs.{name}")
        for name, one in known.items():
            if one.needed and not one.has_default and name not in self.inputs and name not in self.bind:
                raise BadInput("is missing, in `inputs` or in `bind`", where=f"inputs.{name}")


def at(item: Mapping[str, Any], place: str, where: str) -> Any:
    """What stands there in a STAC item: `id`, `properties.datetime`, `assets.data.href`; `.` is all of it.

    Raises BadInput where there is nothing.
    """
    found: Any = item
    for part in place.split(".") if place != "." else ():
        if not isinstance(found, Mapping) or part not in found:
            raise BadInput(f"The item {str(item.get('id', ''))[:80]} has no {place}.", where=where)
        found = found[part]
    return found


def groups_of(connection: Connection, owner: str) -> tuple[str, ...]:
    """The groups that the owner was in when last here."""
    found = connection.execute(select(owners.c.groups).where(owners.c.owner == owner)).scalar_one_or_none()
    return tuple(found or ())


def current(processes: Processes, owner: str, process: str, groups: tuple[str, ...]) -> Process:
    """The process as it is now. Raises BadInput where the owner cannot use it (any more)."""
    try:
        return processes.get(owner, process, groups=groups)
    except NotFound as error:
        raise BadInput(error.message, where="process") from None
