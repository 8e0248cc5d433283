"""Runs an example notebook from start to end: the product's kernel, no network, warnings are errors."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.settings import ROOT

LIMIT = 240  # seconds
NOTEBOOKS = ROOT / "notebooks"
SCRAP = "application/scrapbook.scrap.json+json"  # as glued values are shown

# Put in front of the notebook. A hub on loopback may be asked; the kernel itself was connected before.
GUARD = """
import socket as _socket
import warnings as _warnings

_warnings.simplefilter("error")
_connect = _socket.socket.connect


def _only_loopback(self, address):
    if self.family in (_socket.AF_INET, _socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(f"no network in this test: {address}")
    return _connect(self, address)


_socket.socket.connect = _only_loopback
"""


@dataclass(frozen=True)
class Run:
    """What a notebook printed, showed and glued."""

    text: str
    html: str
    pictures: list[bytes]
    widgets: int
    stderr: str
    values: dict[str, Any]


def run(
    name: str, folder: Path, environment: Mapping[str, str], parameters: Mapping[str, Any] | None = None
) -> Run:
    """Run `notebooks/NAME.ipynb` by papermill in `folder`, with nothing but that environment."""
    notebook = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text())
    guard = {
        "cell_type": "code",
        "id": "guard",
        "metadata": {},
        "source": GUARD,
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].insert(0, guard)
    source, target = folder / "source.ipynb", folder / "done.ipynb"
    source.write_text(json.dumps(notebook))
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "-y", json.dumps(parameters or {})]
    done = subprocess.run(
        [*command, "--cwd", folder, source, target],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MPLCONFIGDIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return _read(json.loads(target.read_text()))


def _read(notebook: dict[str, Any]) -> Run:
    outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", [])]
    streams = {
        name: "".join("".join(o["text"]) for o in outputs if o.get("name") == name)
        for name in ("stdout", "stderr")
    }
    shown = [o["data"] for o in outputs if "data" in o]
    return Run(
        text=streams["stdout"],
        html="".join("".join(d["text/html"]) for d in shown if "text/html" in d),
        pictures=[base64.b64decode(d["image/png"]) for d in shown if "image/png" in d],
        widgets=sum("application/vnd.jupyter.widget-view+json" in d for d in shown),
        stderr=streams["stderr"],
        values={scrap["name"]: scrap["data"] for scrap in (d.get(SCRAP) for d in shown) if scrap},
    )
