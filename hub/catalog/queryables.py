"""What items can be filtered by, as JSON Schema, from what collections say of themselves."""

from collections.abc import Iterable
from typing import Any

from hub.catalog.search import Json

ITEM = "https://schemas.stacspec.org/v1.0.0/item-spec/json-schema"
COMMON: Json = {
    "id": {"title": "Item ID", "$ref": f"{ITEM}/item.json#/definitions/core/allOf/2/properties/id"},
    "collection": {"title": "Collection", "type": "string"},
    "datetime": {"title": "Time", "type": "string", "format": "date-time"},
    "geometry": {"title": "Geometry", "$ref": "https://geojson.org/schema/Geometry.json"},
}


def queryables(address: str, title: str, properties: Json) -> Json:
    """The document at `address`: what every item has, and `properties`."""
    return {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": address,
        "type": "object",
        "title": title,
        "properties": {**COMMON, **properties},
        "additionalProperties": True,
    }


def of_collection(collection: Json) -> Json:
    """The properties that a collection's summaries name, with their types, ranges and values."""
    summaries = collection.get("summaries")
    found = summaries.items() if isinstance(summaries, dict) else ()
    return {name: schema for name, summary in found if name not in COMMON and (schema := _schema(summary))}


def of_all(collections: Iterable[Json]) -> Json:
    """The properties that every collection names; only name and type, as values differ."""
    each = [of_collection(c) for c in collections]
    common = set.intersection(*(set(p) for p in each)) if each else set()
    return {n: {"type": t} if (t := each[0][n].get("type")) else {} for n in sorted(common)}


def _schema(summary: Any) -> Json | None:
    if isinstance(summary, list) and summary:
        kind = _kind(summary[0])
        return {"type": kind, "enum": summary} if kind else {"enum": summary}
    if isinstance(summary, dict) and "minimum" in summary and "maximum" in summary:
        kind = _kind(summary["minimum"])
        if kind == "string":
            return {"type": "string", "format": "date-time"}
        return {"type": "number", "minimum": summary["minimum"], "maximum": summary["maximum"]}
    return summary if isinstance(summary, dict) else None


def _kind(value: Any) -> str | None:
    kinds: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "string"}
    return kinds.get(type(value))
