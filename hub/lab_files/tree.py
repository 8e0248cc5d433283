"""Which files of JupyterLab and its prebuilt extensions are the same for all users."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SHARE = Path(sys.prefix) / "share" / "jupyter"
NOT_SERVED = {"index.html", "package.json", "build_log.json"}


@dataclass(frozen=True)
class LabTree:
    """The files by the name they have below the shared address, and a digest of all that they hold."""

    files: Mapping[str, Path]
    page: Path  # JupyterLab's own index.html, a Jinja template
    entries: Mapping[str, str]  # extension -> the file that it is loaded by, below its folder
    digest: str

    @classmethod
    def of(cls, share: Path = SHARE) -> "LabTree":
        """The files installed below a `share/jupyter`. Raises FileNotFoundError where JupyterLab is not."""
        page = share / "lab" / "static" / "index.html"
        if not page.is_file():
            raise FileNotFoundError(f"{page}: JupyterLab is not installed here")
        extensions = dict(sorted(_extensions(share / "labextensions")))
        files = dict(_static(share / "lab" / "static", "static"))
        for name, folder in extensions.items():
            files |= _static(folder / "static", f"labextensions/{name}/static")
        return cls(
            files, page, {name: _entry(folder) for name, folder in extensions.items()}, _digest(files, page)
        )


def _extensions(folder: Path) -> Iterator[tuple[str, Path]]:
    """The prebuilt extensions, which are one or, with an @organisation, two folders deep."""
    for package in [*folder.glob("[!@]*/package.json"), *folder.glob("@*/*/package.json")]:
        data = json.loads(package.read_text())
        built = data.get("jupyterlab", {}).get("_build")
        # JupyterLab finds the files by the package's name, so only a folder of that name can be shared
        if built and package.parent == folder / data["name"]:
            yield data["name"], package.parent


def _entry(folder: Path) -> str:
    load: str = json.loads((folder / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    return load


def _static(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".map" and path.name not in NOT_SERVED:
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def _digest(files: Mapping[str, Path], page: Path) -> str:
    made = hashlib.sha256()
    for name, path in {**files, "index.html": page}.items():
        made.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()[:16]
