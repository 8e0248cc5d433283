"""The pages around the files: JupyterLab's own, pointed at the shared address, and what fetches ahead."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from hub.lab_files.tree import LabTree

SOURCES = Path(__file__).with_name("pages")

# what JupyterLab 4.6 and its extensions ask the user's server, one after another, before all is usable
ASKED = (  # a browser asks six at a time: in the order of need
    "lab/api/settings",
    "lab/api/translations/default",
    "lab/api/workspaces/default",
    "lab/api/workspaces",
    "api/kernelspecs",
    "api/me",
    "api/contents?content=1&hash=0",
    "lab/api/settings?ids_only=true",
    "api/kernels",
    "api/sessions",
    "api/terminals",
    "lab/api/settings/@jupyterlab/docmanager-extension:plugin",
    "lab/api/settings/@jupyterlab/codemirror-extension:plugin",
    "lab/api/settings/@jupyterlab/notebook-extension:panel",
    "lab/api/translations",
    "lsp/status",
    "api/metrics/v1",
)


def digest_of(tree: LabTree, needed: Sequence[str], base_url: str) -> str:
    """Changes when a file of JupyterLab does, or a page around them."""
    made = hashlib.sha256(json.dumps([tree.digest, list(needed), ASKED, base_url]).encode())
    for source in sorted(SOURCES.iterdir()):
        made.update(source.read_bytes())
    return made.hexdigest()[:16]


def templates(tree: LabTree, needed: Sequence[str], address: str) -> dict[str, str]:
    """What to write into a folder for `LabApp.templates_dir`: name → text."""
    values = {"address": address, "entries": dict(tree.entries), "first": list(needed[:2])}
    return {
        "index.html": (SOURCES / "index.html").read_text(),
        "stock.html": tree.page.read_text(),
        # JSON of strings, lists and objects is Jinja too
        "shared.jinja": "".join(f"{{% set {k} = {json.dumps(v)} %}}\n" for k, v in values.items()),
    }


def scripts(needed: Sequence[str]) -> dict[str, str]:
    """The scripts beside the shared files: for the pages before JupyterLab, and for its own."""
    values: dict[str, dict[str, Sequence[str]]] = {
        "prefetch.js": {"NEEDED": ["start.js", *needed]},
        "start.js": {"NEEDED": needed, "ASKED": ASKED},
    }
    found = {}
    for name, lists in values.items():
        found[name] = (SOURCES / name).read_text()
        for word, value in lists.items():
            found[name] = found[name].replace(word, json.dumps(list(value)))
    return found


def server_arguments(templates: Path) -> list[str]:
    """Arguments for a user's server: its page from here, its answers compressed."""
    return [
        f"--LabApp.templates_dir={templates}",
        "--ServerApp.jpserver_extensions=polarhub_lab.compression=True",
    ]
