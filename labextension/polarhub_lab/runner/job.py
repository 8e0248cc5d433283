"""One run from its claim to its end: its folder, its unit, its time, what it leaves."""

import asyncio
import contextlib
import json
import logging
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from polarhub_lab.record import record_of
from polarhub_lab.runner import outputs
from polarhub_lab.runner.api import Api, Job, Lost, Refused, insist
from polarhub_lab.runner.units import NoUnit, Unit, Units
from polarhub_lab.warm.work import Work

NOTEBOOK = "notebook.ipynb"
TELL_EVERY = 0.5  # seconds
UPLOAD_EVERY = 5.0  # seconds

log = logging.getLogger(__name__)


@dataclass
class End:
    """How a run ended."""

    status: str
    kind: str | None = None
    message: str = ""


@dataclass
class Running:
    """A job that runs here."""

    job: Job
    api: Api
    units: Units
    home: Path
    unit: Unit | None = None
    done: int = 0
    total: int = 0
    line: str = ""
    cpu: float = 0.0
    dismissed: asyncio.Event = field(default_factory=asyncio.Event)
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)  # the runner itself is ended
    ended: End | None = None

    @property
    def folder(self) -> Path:
        """The run's own folder in the user's home."""
        day = time.strftime("%Y-%m-%d", time.gmtime(self.job.created))
        slug = re.sub(r"[^a-z0-9-]+", "-", self.job.slug.lower()).strip("-")[:63] or "run"
        return self.home / "job-output" / f"{day}-{slug}-{self.job.id[:8]}"

    async def live(self) -> None:
        """Run it and tell how it ended, until that has arrived."""
        try:
            end = await self._run()
        except NoUnit as error:
            end = End("failed", "system", str(error))
        except OSError as error:
            end = End("failed", "notebook", f"The folder of the run cannot be written: {error.strerror}.")
        with contextlib.suppress(Lost):
            await self._finish(end)

    async def _run(self) -> End:
        work = self._prepare()
        if isinstance(work, End):
            return work
        telling = asyncio.create_task(self._keep_telling())
        try:
            self.unit = await self.units.take()
            self.unit.work(work.line())
            return await self._watch(self.unit)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            if self.unit:
                self.cpu = self.unit.cpu_seconds()
                self.unit.end()

    def _prepare(self) -> Work | End:
        source, name, folder = json.dumps(self.job.notebook), f"{self.job.slug}.ipynb", self.folder
        if folder.exists():  # of a try before this one: its files are not ours
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        if self.job.path is not None:
            try:
                file = notebook_in(self.home, self.job.path)
                source, name, folder = file.read_text(encoding="utf-8"), file.name, file.parent
            except (OSError, ValueError) as error:
                return End("failed", "notebook", _unreadable(self.job.path, error))
        target = str(self.folder / NOTEBOOK)
        return Work(source, name, self.job.inputs, target, str(folder), self.job.kernel)

    async def _watch(self, unit: Unit) -> End:
        """Listen to the unit until it ends, its time is over or it is dismissed."""
        listening = asyncio.create_task(self._listen(unit))
        dismissed = asyncio.create_task(self.dismissed.wait())
        interrupted = asyncio.create_task(self.interrupted.wait())
        all_three = {listening, dismissed, interrupted}
        try:
            await asyncio.wait(all_three, timeout=self.job.time_limit, return_when=asyncio.FIRST_COMPLETED)
            if dismissed.done():
                return End("dismissed", None, "It was dismissed.")
            if interrupted.done():
                return End("failed", "system", "The runner was stopped while the notebook ran.")
            if listening.done():
                return listening.result()
            limit = self.job.time_limit
            return End("failed", "time", f"The run took more than its time limit of {limit:g} seconds.")
        finally:
            for task in all_three:
                task.cancel()

    async def _listen(self, unit: Unit) -> End:
        async for said in unit.said():
            if "outcome" in said:
                return End(**said["outcome"])
            self.done, self.total = said.get("done", self.done), said.get("total", self.total)
            self.line = said.get("line", self.line)
        return End("failed", "kernel", "The process that ran the notebook was ended by something in the run.")

    async def _keep_telling(self) -> None:
        """Progress, and the notebook as it is saved, not too often."""
        told, uploaded, last = (-1, -1, ""), 0.0, time.monotonic()
        while True:
            await asyncio.sleep(TELL_EVERY)
            with contextlib.suppress(httpx.HTTPError, OSError, Lost, Refused):
                if (self.done, self.total, self.line) != told:
                    told = self.done, self.total, self.line
                    await self.api.progress(self.job, *told)
                if time.monotonic() - last > UPLOAD_EVERY:
                    last = time.monotonic()
                    uploaded = await self._upload_newer(uploaded)

    async def _upload_newer(self, than: float) -> float:
        file = self.folder / NOTEBOOK
        saved = file.stat().st_mtime
        if saved > than:
            await self.api.keep(self.job, NOTEBOOK, file)
        return saved

    async def _finish(self, end: End) -> None:
        given, end = await self._leave(end)
        self.ended = end
        said = {"status": end.status, "kind": end.kind, "message": end.message, "outputs": given}
        record = await asyncio.to_thread(record_of, self.job.kernel)
        try:
            await self.api.finish(self.job, {**said, "cpu_seconds": round(self.cpu, 2), "record": record})
        except Refused as error:
            await self.api.finish(
                self.job,
                {"status": "failed", "kind": "notebook", "message": f"The outputs were refused: {error}"},
            )

    async def _leave(self, end: End) -> tuple[dict[str, Any], End]:
        """Store the notebook and the outputs. What is missing makes a run fail that was successful so far."""
        file = self.folder / NOTEBOOK
        if not file.exists():
            return {}, end
        await insist(lambda: self.api.keep(self.job, NOTEBOOK, file))
        if end.status != "successful":
            return {}, end
        found = outputs.collect(self.job.outputs, self.folder, json.loads(file.read_text(encoding="utf-8")))
        given = dict(found.values)
        try:
            for name, path in found.files.items():
                given[name] = await self._keep_output(name, path)
        except Refused as error:
            return given, End("failed", "notebook", f"An output could not be kept: {error}")
        if found.missing:
            return given, End("failed", "notebook", " ".join(found.missing))
        return given, end

    async def _keep_output(self, name: str, path: Path) -> dict[str, Any]:
        at = str(path.relative_to(self.folder))
        stored = await insist(lambda: self.api.keep(self.job, at, path))
        kind = outputs.media_type(path, self.job.outputs[name])
        return {"mediaType": kind, "file": at, "size": stored["size"], "sha256": stored["sha256"]}


def notebook_in(home: Path, path: str) -> Path:
    """The notebook of this name in the home. Raises ValueError for anything else."""
    file = (home / path).resolve()
    if not file.is_relative_to(home.resolve()):
        raise ValueError("it leads out of your home")
    if file.suffix != ".ipynb":
        raise ValueError("it is no notebook: its name does not end in .ipynb")
    if not file.is_file():
        raise ValueError("there is no such file")
    return file


def _unreadable(path: str, error: OSError | ValueError) -> str:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return f"The notebook {path[:200]!r} cannot be run: {why}."
