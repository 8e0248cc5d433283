"""A notebook as it is kept: checked, without outputs, and the same bytes for the same content."""

import json
from typing import Any

from nbformat.validator import iter_validate

from hub.errors import BadFile

LARGEST = 8 * 2**20  # bytes, without its outputs
PARAMETERS = "parameters"  # the tag of the cell that holds them


def read_notebook(given: str | bytes | dict[str, Any], where: str = "notebook") -> dict[str, Any]:
    """The notebook without what an earlier run left in it. Raises BadFile with a sentence."""
    document = given if isinstance(given, dict) else _parsed(given, where)
    if document.get("nbformat") != 4 or not isinstance(document.get("cells"), list):
        raise BadFile("is no notebook of format 4: open it in JupyterLab and save it", where=where)
    cells = [_without_outputs(cell, number) for number, cell in enumerate(document["cells"])]
    kept = {
        "cells": cells,
        "metadata": document.get("metadata", {}),
        "nbformat": 4,
        "nbformat_minor": document.get("nbformat_minor", 5),
    }
    _check(kept, where)
    try:
        size = len(canonical(kept).encode())
    except (ValueError, RecursionError):
        raise BadFile("holds a number or a character that JSON has not", where=where) from None
    if size > LARGEST:
        raise BadFile(f"is larger than {LARGEST // 2**20} MiB without its outputs", where=where)
    return kept


def canonical(document: dict[str, Any]) -> str:
    """The one way to write it, so that its digest means something."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def source(cell: dict[str, Any]) -> str:
    """The text of a cell, which files hold in one piece or in lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def tags(cell: dict[str, Any]) -> list[str]:
    """The tags of a cell."""
    return cell["metadata"].get("tags", [])  # type: ignore[no-any-return]


def kernel(document: dict[str, Any]) -> str | None:
    """The name of the kernel that it was written for."""
    return document["metadata"].get("kernelspec", {}).get("name")  # type: ignore[no-any-return]


def language(document: dict[str, Any]) -> str:
    """The language that it is written in; Python where it does not say."""
    metadata = document["metadata"]
    told = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get("language")
    return str(told or "python").lower()


def heading(document: dict[str, Any]) -> str | None:
    """Its first heading, as people would call it."""
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            for line in source(cell).splitlines():
                if line.startswith("#") and line.strip("# "):
                    return line.strip("# ")[:200]
    return None


def _parsed(given: str | bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(given)
    except (ValueError, RecursionError):
        raise BadFile("is no notebook: it cannot be read as JSON", where=where) from None
    if not isinstance(document, dict):
        raise BadFile("is no notebook: it is not an object", where=where)
    return document


def _without_outputs(cell: Any, number: int) -> Any:
    if not isinstance(cell, dict):
        return cell  # the check names it
    kept = {"id": f"cell-{number}", **cell}
    if cell.get("cell_type") == "code":
        kept |= {"outputs": [], "execution_count": None}
    return kept


def _check(document: dict[str, Any], where: str) -> None:
    minor = document["nbformat_minor"]
    if not isinstance(minor, int) or isinstance(minor, bool) or not 0 <= minor <= 99:
        raise BadFile("must be a number", where=f"{where}: nbformat_minor")
    if minor < 5:  # identifiers came with 4.5
        document["nbformat_minor"] = minor = 5
    try:
        wrong = next(iter_validate(document, version=4, version_minor=minor), None)
    except Exception as error:
        raise BadFile("is no notebook of format 4: open it in JupyterLab and save it", where=where) from error
    if wrong is not None:
        place = ".".join(str(step) for step in wrong.path)
        raise BadFile("is not as a notebook has it", where=f"{where}: {place}" if place else where)
