"""What the machine brings along: its own programs where they are good enough. Standard library only."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
NODE_OLDEST = (20, 19)


def node_version(node: str | Path) -> tuple[int, int]:
    """Major and minor version of a node; (0, 0) where it does not run."""
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0, 0
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def machine_node() -> Path | None:
    """The machine's own node with its npm, where both are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return Path(node) if node and npm and node_version(node) >= NODE_OLDEST else None


def node_folder() -> Path:
    """The folder with the node and npm to use: the machine's, else those that set-up took from a wheel."""
    own = machine_node()
    return own.parent if own else TOOLS / "node" / "bin"


def path_with_node() -> str:
    """PATH, with the node to use in front; as it is where that is the machine's own."""
    path = os.environ.get("PATH", os.defpath)
    return path if machine_node() else os.pathsep.join([str(node_folder()), path])


def free_gigabytes(folder: Path) -> float:
    """Room on the disk that holds a folder, or will hold it; 1 GB = 10^9 bytes."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free / 1e9
