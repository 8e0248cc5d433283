"""The fields extension: only those parts of an item travel that are wanted."""

from typing import Any

from hub.catalog.question import Fields
from hub.catalog.search import Json

ALWAYS = frozenset({"type", "stac_version", "id", "geometry", "bbox", "links", "assets", "collection"})
TIME = frozenset({"properties.datetime"})
KEPT = frozenset({"id", "collection"})  # without them an item cannot be asked for again


def chosen(item: Json, fields: Fields | None) -> Json:
    """The item with what `include` names and without what `exclude` names, which is the stronger.

    With `exclude` alone, all the rest is there; with neither, the default fields are.
    """
    if fields is None:
        return item
    if fields.include:
        wanted: Json = {}
        for name in fields.include | KEPT:
            _copy(item, wanted, name.split("."))
        item = wanted
    elif not fields.exclude:
        wanted = {}
        for name in ALWAYS | TIME:
            _copy(item, wanted, name.split("."))
        item = wanted
    for name in fields.exclude - KEPT:
        item = _without(item, name.split("."))
    return item


def _copy(source: Json, target: Json, path: list[str]) -> None:
    for part in path[:-1]:
        inner = source.get(part)
        if not isinstance(inner, dict):
            return
        source, target = inner, target.setdefault(part, {})
        if target is inner:  # the whole of it is wanted already
            return
    if path[-1] in source:
        held = target.get(path[-1])
        value = source[path[-1]]
        target[path[-1]] = {**held, **value} if isinstance(held, dict) and isinstance(value, dict) else value


def _without(document: Any, path: list[str]) -> Any:
    if not isinstance(document, dict) or path[0] not in document:
        return document
    if len(path) == 1:
        return {key: value for key, value in document.items() if key != path[0]}
    return {**document, path[0]: _without(document[path[0]], path[1:])}
