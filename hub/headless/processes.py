"""The processes on offer: built-in ones from `notebooks/`, and users' own, each in versions that stay."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select

from hub.errors import BadFile, BadInput, Conflict, NotFound
from hub.headless import tables
from hub.headless.inference import infer_definition
from hub.headless.notebook import canonical, read_notebook
from hub.headless.processor import SLUG, Processor
from hub.headless.tables import reading, writing
from hub.settings import ROOT

MOST = 200  # processes of one user
ROOM = 256 * 2**20  # characters of all versions of one user
REMEMBERED = 2000  # definitions that are not read again
FOLDER = ROOT / "notebooks"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Process:
    """One version of a process; it never changes."""

    id: str  # `echo`, or `ada:sea-ice`
    version: int
    owner: str | None  # nobody's: built in
    slug: str
    definition: Processor
    digest: str
    created: float
    _load: Callable[[int], str]

    def notebook(self) -> dict[str, Any]:
        """The notebook of this version, without outputs."""
        return json.loads(self._load(self.version))  # type: ignore[no-any-return]

    def summary(self) -> dict[str, Any]:
        """What a list tells, without links."""
        return self.definition.summary(self.id, str(self.version))

    def describe(self) -> dict[str, Any]:
        """The whole description, without links."""
        return self.definition.describe(self.id, str(self.version))


class Processes:
    """All processes. Methods are synchronous, each is one transaction."""

    def __init__(
        self, engine: Engine, folder: Path = FOLDER, clock: Callable[[], float] = time.time, room: int = ROOM
    ) -> None:
        self._engine, self._folder, self._clock, self._room = engine, folder, clock, room
        self._definitions: dict[int, Processor] = {}  # versions never change
        self.problems: dict[str, str] = {}
        self.load_built_in()

    def load_built_in(self) -> None:
        """Read `notebooks/<slug>/processor.json` anew. A bad one is told, the others stay on offer."""
        self.problems = {}
        offered = []
        for path in sorted(self._folder.glob("*/processor.json")):
            try:
                offered.append((path.parent.name, *read_built_in(path)))
            except BadFile as error:
                self.problems[path.parent.name] = str(error)
                log.error("Process left out: %s", error)
        with writing(self._engine, alone=True) as connection:
            for slug, notebook, definition in offered:
                self._put(connection, None, slug, notebook, definition)
            self._forget_removed(connection, {slug for slug, *_ in offered})

    def problem(self) -> str | None:
        """What is wrong with built-in processes, for the health page; nothing where all is well."""
        return "; ".join(self.problems.values()) or None

    def visible(self, user: str, groups: Collection[str] = ()) -> list[Process]:
        """What somebody may see and run: built-in ones, own ones, what others share; by id."""
        with reading(self._engine) as connection:
            rows = connection.execute(self._current().order_by(tables.processes.c.process)).mappings().all()
        return [
            process
            for row in rows
            if (process := self._usable(row)) is not None and _may_see(process, user, groups)
        ]

    def get(
        self, user: str, process: str, version: int | None = None, groups: Collection[str] = ()
    ) -> Process:
        """One process, in its current or a former version. Raises NotFound, for another's private one too."""
        current = self._row(self._current().where(tables.processes.c.process == process))
        if current is not None and _may_see(found := self._process(current), user, groups):
            if version is None or version == found.version:
                return found
            if found.owner in (None, user):
                return self.version(version, process)
        raise NotFound(f"There is no process `{process}`, or it is not shared with you.")

    def version(self, version: int, process: str | None = None) -> Process:
        """The version that a job ran, whatever became of the process. Whoever calls has checked the job."""
        wanted = select(*_OF_VERSION).where(tables.versions.c.id == version)
        row = self._row(wanted)
        if row is None or process not in (None, row["process"]):
            raise NotFound("There is no such version of the process.")
        return self._process(row)

    def publish(
        self,
        owner: str,
        slug: str,
        notebook: str | bytes | dict[str, Any],
        definition: str | bytes | dict[str, Any] | None = None,
        *,
        exists: bool | None = None,
    ) -> Process:
        """A new version of one's process; the same content again is the same version.

        Without a definition, or without `inputs` in it, the notebook's cell tagged `parameters` tells them.
        `exists` says what must be: True replaces only, False makes only.
        Raises BadInput and BadFile, NotFound, Conflict.
        """
        if not SLUG.fullmatch(slug):
            raise BadInput("must be a-z, 0-9 and hyphens, a letter first, 63 at most", where="slug")
        checked = read_notebook(notebook)
        processor = complete(definition, checked, slug)
        with writing(self._engine, alone=True) as connection:
            self._check_place(connection, owner, slug, exists)
            version = self._put(connection, owner, slug, checked, processor)
            _make_room(connection, owner, self._room)
        return self.version(version)

    def remove(self, owner: str, slug: str) -> None:
        """Take a process off the offer; jobs that ran it keep their version. Raises NotFound."""
        process, t = process_id(owner, slug), tables.processes
        with writing(self._engine) as connection:
            gone = connection.execute(
                t.update()
                .where(t.c.process == process, t.c.owner == owner, t.c.deleted.is_(False))
                .values(deleted=True)
            )
        if not gone.rowcount:
            raise NotFound(f"There is no process `{process}` of yours.")

    def _check_place(self, connection: Connection, owner: str, slug: str, exists: bool | None) -> None:
        t, process = tables.processes, process_id(owner, slug)
        own = t.c.owner == owner, t.c.deleted.is_(False)
        there = connection.scalar(select(t.c.process).where(t.c.process == process, *own)) is not None
        if exists is True and not there:
            raise NotFound(f"There is no process `{process}` of yours.")
        if exists is False and there:
            raise Conflict(f"There is a process `{process}` already: replace it, or choose another name.")
        if not there and connection.scalar(select(func.count()).where(*own).select_from(t)) >= MOST:  # type: ignore[operator]
            raise Conflict(f"You have {MOST} processes, which is the most: remove one first.")

    def _put(
        self,
        connection: Connection,
        owner: str | None,
        slug: str,
        notebook: dict[str, Any],
        definition: Processor,
    ) -> int:
        """The version with this content, made where it is new, and made the current one."""
        process, v, p = process_id(owner, slug), tables.versions, tables.processes
        texts = canonical(notebook), json.dumps(definition.written(), ensure_ascii=False)  # in its order
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        same = select(v.c.id).where(v.c.process == process, v.c.digest == digest)
        version = connection.scalar(same)
        if version is None:
            new = {"process": process, "owner": owner, "digest": digest, "created": self._clock()}
            new |= {"notebook": texts[0], "definition": texts[1]}
            version = connection.execute(v.insert().values(new)).inserted_primary_key[0]  # type: ignore[index]
        current = {"owner": owner, "slug": slug, "version": version, "deleted": False}
        if not connection.execute(p.update().where(p.c.process == process).values(current)).rowcount:
            connection.execute(p.insert().values(process=process, **current))
        return int(version)

    def _forget_removed(self, connection: Connection, slugs: set[str]) -> None:
        t = tables.processes
        gone = t.update().where(t.c.owner.is_(None), t.c.slug.not_in(slugs))
        connection.execute(gone.values(deleted=True))

    def _current(self) -> Any:
        v, p = tables.versions, tables.processes
        return select(*_OF_VERSION).join(p, p.c.version == v.c.id).where(p.c.deleted.is_(False))

    def _row(self, wanted: Any) -> RowMapping | None:
        with reading(self._engine) as connection:
            return connection.execute(wanted).mappings().first()

    def _usable(self, row: RowMapping) -> Process | None:
        """A process for a list; one that an older polarhub took and this one cannot read hides no other."""
        try:
            return self._process(row)
        except BadFile as error:
            log.error("Process %s left out of a list: %s", row["process"], error)
            return None

    def _process(self, row: RowMapping) -> Process:
        if len(self._definitions) > REMEMBERED:
            self._definitions.clear()
        if row["id"] not in self._definitions:
            self._definitions[row["id"]] = Processor.read(row["definition"])
        slug = row["process"].rpartition(":")[2]
        return Process(
            id=row["process"],
            version=row["id"],
            owner=row["owner"],
            slug=slug,
            definition=self._definitions[row["id"]],
            digest=row["digest"],
            created=row["created"],
            _load=self._notebook,
        )

    def _notebook(self, version: int) -> str:
        row = self._row(select(tables.versions.c.notebook).where(tables.versions.c.id == version))
        if row is None:
            raise NotFound("There is no such version of the process.")
        return str(row["notebook"])


_OF_VERSION = [
    tables.versions.c[name] for name in ("id", "process", "owner", "definition", "digest", "created")
]


def _make_room(connection: Connection, owner: str, room: int) -> None:
    """Drop versions that are neither current nor run by a job, the oldest first. Raises Conflict."""
    v, p, j = tables.versions, tables.processes, tables.jobs
    size = func.length(v.c.notebook) + func.length(v.c.definition)
    over = (connection.scalar(select(func.sum(size)).where(v.c.owner == owner)) or 0) - room
    if over <= 0:
        return
    current = select(p.c.version).where(p.c.owner == owner, p.c.deleted.is_(False))
    ran = select(j.c.version).where(j.c.version.is_not(None))
    unused = v.c.owner == owner, v.c.id.not_in(current), v.c.id.not_in(ran)
    for version, freed in connection.execute(select(v.c.id, size).where(*unused).order_by(v.c.id)).all():
        connection.execute(v.delete().where(v.c.id == version))
        over -= freed
        if over <= 0:
            return
    raise Conflict(
        f"Your processes hold more than {room // 2**20} MiB: remove one, or runs of old versions, first."
    )


def process_id(owner: str | None, slug: str) -> str:
    """How a process is called in addresses."""
    return slug if owner is None else f"{owner}:{slug}"


def complete(
    definition: str | bytes | dict[str, Any] | None, notebook: dict[str, Any], slug: str
) -> Processor:
    """The definition with what it leaves out and the notebook tells. Raises BadFile with the field."""
    inferred = infer_definition(notebook, slug)
    if definition is None:
        return Processor.read(inferred, "notebook")
    read = Processor.read(definition)
    if "inputs" in read.model_fields_set and "kernel" in read.model_fields_set:
        return read
    return Processor.read(
        {**{k: v for k, v in inferred.items() if k in ("inputs", "kernel")}, **read.written()}
    )


def read_built_in(path: Path) -> tuple[dict[str, Any], Processor]:
    """The notebook beside a processor.json, and its definition. Raises BadFile with file and field."""
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    if not SLUG.fullmatch(path.parent.name):
        raise BadFile("the folder's name must be a-z, 0-9 and hyphens, a letter first", where=where)
    definition = Processor.read(path.read_bytes(), where)
    files = (
        [path.parent / definition.notebook] if definition.notebook else sorted(path.parent.glob("*.ipynb"))
    )
    if len(files) != 1:
        raise BadFile(
            f"say which of the {len(files)} notebooks beside it is meant", where=f"{where}: notebook"
        )
    if not files[0].is_file():
        raise BadFile("there is no such file beside it", where=f"{where}: notebook")
    notebook = read_notebook(files[0].read_bytes(), where.replace(path.name, files[0].name))
    if "inputs" not in definition.model_fields_set:
        return notebook, complete(definition.written(), notebook, path.parent.name)
    return notebook, definition


def _may_see(process: Process, user: str, groups: Collection[str]) -> bool:
    return process.owner in (None, user) or process.definition.open_to(user, frozenset(groups))
