"""Where the index of a crawled catalog lies."""

from pathlib import Path

from hub.settings import Settings


def crawled_path(settings: Settings, source_id: str) -> Path:
    """The index of one; it is replaced as a whole when a crawl ends."""
    return settings.data / "catalog" / "crawled" / f"{source_id}.sqlite"
