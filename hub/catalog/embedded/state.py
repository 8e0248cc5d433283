"""How far the embedded catalog is: one small file that whoever builds it writes and /health reads."""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from hub.settings import Settings

STALE = 120.0  # seconds without a word after which a build is taken for dead


@dataclass(frozen=True)
class State:
    """What the builder said last. `version` is that of the catalog that is being made, or was made."""

    phase: Literal["missing", "building", "ready", "failed"] = "missing"
    done: float = 0.0
    what: str = ""
    version: str = ""
    at: float = 0.0  # seconds since 1970

    def sentence(self) -> str | None:
        """For /health and for people: what is not ready, or nothing."""
        if self.phase == "ready":
            return None
        if self.phase == "failed":
            return f"could not be built: {self.what}"
        if self.phase == "building" and time.time() - self.at < STALE:
            return f"being built {self.done:.0%}"
        return "not built yet"


def catalog_folder(settings: Settings) -> Path:
    """The folder of the embedded catalog."""
    return settings.data / "catalog"


def index_path(settings: Settings) -> Path:
    """The finished index. It is replaced as a whole: open it again when its inode changes."""
    return catalog_folder(settings) / "index.sqlite"


def _file(settings: Settings) -> Path:
    return catalog_folder(settings) / "state.json"


def read(settings: Settings) -> State:
    """What the builder said last; `missing` where it never said anything that can be read."""
    try:
        return State(**json.loads(_file(settings).read_text()))
    except (OSError, ValueError, TypeError):
        return State()


def write(settings: Settings, state: State) -> None:
    """Say how far it is; readers see the old or the new text, never a half. Raises OSError."""
    path = _file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(json.dumps(asdict(state)))
    aside.replace(path)
