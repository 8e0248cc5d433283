"""CQL2 filters."""

from hub.catalog.search import Json


def parse_where(text: str | Json) -> Json:
    """CQL2 text or JSON as CQL2 JSON, for `Search.where`. Raises BadInput where it cannot be read."""
    raise NotImplementedError
