"""Which of the files a browser needs until JupyterLab is usable, in the order of need."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.lab_files.tree import LabTree

LEARNED = Path(__file__).with_name("needed.txt")
HASHED = re.compile(r"\.([0-9a-f]{16,20})\.js$")
# a module that an extension offers, and the chunks that hold it, in its remoteEntry
OFFERED = re.compile(r'"\./(?:extension|style)":\(?\)?\s*=>\s*([^{}]*?)\.then')
CHUNK = re.compile(r"\.e\((\d+)\)")


def plain_name(name: str) -> str:
    """The name without the hash of its content: it stays as it is from one build to the next."""
    return HASHED.sub(".js", name)


def address_of(name: str) -> str:
    """How JupyterLab asks for a file: with its hash again as `?v=`, but for the doors of extensions."""
    found = HASHED.search(name)
    return f"{name}?v={found[1]}" if found and "/remoteEntry." not in name else name


def needed_files(tree: LabTree, learned: Iterable[str] | None = None) -> list[str]:
    """Addresses below the shared one: JupyterLab's first chunks, then those of the extensions.

    `learned` holds plain names as a real browser asked for them (needed.txt is the list that comes with us);
    one that this installation has not is left out. What each extension offers is read from its remoteEntry.
    """
    wanted = list(learned) if learned is not None else LEARNED.read_text().split()
    by_plain_name = {plain_name(name): name for name in tree.files}
    entries = [f"labextensions/{name}/{load}" for name, load in tree.entries.items()]
    names = [by_plain_name[name] for name in wanted if name in by_plain_name]
    first, rest = names[:2], names[2:]  # the program itself; the long rest
    offered = [chunk for entry in entries for chunk in _offered(tree, entry)]
    return [address_of(name) for name in dict.fromkeys([*first, *entries, *rest, *offered])]


def _offered(tree: LabTree, entry: str) -> Iterator[str]:
    if entry not in tree.files:
        return
    folder = entry.rpartition("/")[0]
    for loads in OFFERED.findall(tree.files[entry].read_text()):
        for number in CHUNK.findall(loads):
            yield from (
                name for name in tree.files if name.startswith(f"{folder}/{number}.") and name.endswith(".js")
            )
