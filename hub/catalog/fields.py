"""The fields extension: only those parts of an item travel that are wanted."""

from typing import Any

from hub.catalog.question import Fields
from hub.catalog.search import Json

DEFAULT = frozenset(
    {
        *("type", "stac_version", "id", "collection", "geometry", "bbox", "links", "assets"),
        *("properties.datetime", "properties.start_datetime", "properties.end_datetime"),
    }
)
KEPT = frozenset({"id", "collection"})  # without them an item cannot be asked for again


def chosen(item: Json, fields: Fields | None) -> Json:
    """The item with what `include` names, else all of it or the default fields, without what `exclude` names.

    Where both name the same field, or one a part of what the other names, `include` and the part win.
    """
    if fields is None:
        return item
    if fields.include is not None:
        wanted: Json = {}
        for name in (fields.include | KEPT) if fields.include else DEFAULT:
            _copy(item, wanted, name.split("."))
        item = wanted
    for name in fields.exclude - KEPT:
        if not any(one == name or one.startswith(f"{name}.") for one in fields.include or ()):
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
