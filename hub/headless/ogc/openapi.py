"""The description of this API in OpenAPI 3.0."""

from typing import Any


def openapi(base: str) -> dict[str, Any]:
    """The document, for the address that the client used."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "polarhub", "version": "1"},
        "servers": [{"url": base}],
        "paths": {},
    }
