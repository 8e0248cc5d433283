"""The hub's own static files: where they are served, with the hash of their content in the address."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
ROUTE = "polarhub/static"


def address(name: str, base_url: str = "/") -> str:
    """Where a page finds a static file of ours: it may keep it for ever, a changed file has a new address."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:16]
    return f"{base_url}hub/{ROUTE}/{name}?v={digest}"
