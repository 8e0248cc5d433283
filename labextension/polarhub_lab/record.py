"""What a run stands on: Python, kernel, every installed package with its version; a digest of it all."""

import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

LIMIT = 20  # seconds that another Python may take to say what it is
_ASK = "import json, platform, sys; print(json.dumps([platform.python_version(), sys.prefix, sys.path]))"

DEFAULT = "python3"

_known: dict[tuple[str, int], tuple[str, str, list[str]]] = {}
_facts: dict[tuple[str, str], tuple[list[int], dict[str, Any]]] = {}


def record_of(kernel: str | None) -> dict[str, Any]:
    """What a run tells beside its outputs: the environment of its kernel, as far as it can be known."""
    name = kernel or DEFAULT
    try:
        spec = KernelSpecManager().get_kernel_spec(name)
        if spec.language.lower() != "python":
            return {}
        return {"environment": environment_facts(name, _executable(spec.argv[0]))}
    except (NoSuchKernel, OSError, ValueError, subprocess.SubprocessError):
        return {}


def environment_facts(kernel: str, executable: str = sys.executable) -> dict[str, Any]:
    """The environment that a kernel runs in, from its name and the Python of its kernel spec.

    Packages are read from the names of their folders, so this takes milliseconds and can be called for each
    run. The digest tells whether two runs had the same environment. Raises OSError, ValueError and
    subprocess.SubprocessError where that Python cannot be asked.
    """
    version, prefix, folders = _python(executable)
    changed = [path.stat().st_mtime_ns for path in map(Path, folders) if path.is_dir()]
    known, kept = _facts.get((kernel, executable), ([], {}))
    if known == changed:
        return kept
    facts = {
        "kernel": kernel,
        "python": version,
        "platform": f"{platform.system()}-{platform.machine()}",
        "packages": dict(sorted([*packages(folders), *conda_packages(prefix)])),
    }
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    told = {**facts, "digest": hashlib.sha256(text.encode()).hexdigest()}
    _facts[kernel, executable] = changed, told
    return told


def _executable(named: str) -> str:
    # a kernel spec that only says python means the Python that starts it, as jupyter_client reads it
    if re.fullmatch(r"python(\d(\.\d+)?)?", named):
        return sys.executable
    return shutil.which(named) or named


def packages(folders: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Names and versions of the Python packages in some folders; the first folder that has one wins."""
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted(Path(folder).glob("*.dist-info")):
            name, _, version = path.name.removesuffix(".dist-info").partition("-")
            found.setdefault(name.lower().replace("_", "-").replace(".", "-"), version)
    return found.items()


def conda_packages(prefix: str) -> Iterable[tuple[str, str]]:
    """Names and versions, with their builds, of what conda has put there; nothing in other environments."""
    for path in Path(prefix, "conda-meta").glob("*.json"):
        name, version, build = path.name.removesuffix(".json").rsplit("-", 2)
        yield f"conda:{name}", f"{version}-{build}"


def _python(executable: str) -> tuple[str, str, list[str]]:
    if executable == sys.executable:
        return platform.python_version(), sys.prefix, sys.path
    key = executable, Path(executable).stat().st_mtime_ns
    if key not in _known:
        asked = subprocess.run(
            [executable, "-I", "-c", _ASK], capture_output=True, text=True, timeout=LIMIT, check=True
        )
        version, prefix, path = json.loads(asked.stdout)
        _known[key] = version, prefix, path
    return _known[key]
