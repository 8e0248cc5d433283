"""Inputs of a notebook without a definition: read from its cell tagged `parameters`, as papermill reads them.

Nothing is executed: the cell is parsed, and only values that are written out count as defaults.
"""

import ast
import io
import json
import keyword
import re
import tokenize
from typing import Any

from hub.headless.notebook import PARAMETERS, heading, kernel, language, source, tags

LONGEST = 5000  # characters of a default; longer ones are left to the notebook

_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_NAMES = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "list": "array",
    "tuple": "array",
    "dict": "object",
}


def infer_definition(notebook: dict[str, Any], slug: str) -> dict[str, Any]:
    """A definition that says what the notebook itself tells."""
    said = notebook["metadata"].get("polarhub")
    about = said if isinstance(said, dict) else {}
    title = about.get("title") or heading(notebook) or slug
    definition = {"title": str(title)[:200], "inputs": infer_inputs(notebook)}
    if isinstance(about.get("description"), str):
        definition["description"] = about["description"]
    if name := kernel(notebook):
        definition["kernel"] = name
    return definition


def infer_inputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """The inputs by name, as a definition has them. A notebook without such a cell has none.

    So has one whose cell is in another language than Python, or cannot be parsed.
    """
    cell = next((c for c in notebook["cells"] if c["cell_type"] == "code" and PARAMETERS in tags(c)), None)
    if cell is None or language(notebook) not in ("python", "ipython"):
        return {}
    return infer_from_code(source(cell))


def infer_from_code(code: str) -> dict[str, Any]:
    """The variables that a cell assigns: annotation, type comment or value tell the type."""
    try:
        tree = ast.parse(code)
        comments = _comments(code)
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError):
        return {}
    found: dict[str, Any] = {}
    for statement in tree.body:
        target, annotation, value = _assignment(statement)
        if target and not target.startswith("_") and not keyword.iskeyword(target):
            comment = comments.get(statement.end_lineno or 0, "")
            found[target] = _input(annotation, value, comment)
    return found


def _assignment(statement: ast.stmt) -> tuple[str, str | None, ast.expr | None]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        name, annotation = statement.targets[0], None
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        name, annotation = statement.target, ast.unparse(statement.annotation).strip("'\"")
    else:
        return "", None, None
    return (name.id if isinstance(name, ast.Name) else ""), annotation, statement.value


def _comments(code: str) -> dict[int, str]:
    """The comment at the end of each line."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _input(annotation: str | None, value: ast.expr | None, comment: str) -> dict[str, Any]:
    typed = re.match(r"type:\s*(\S+)\s*(.*)", comment)
    said = annotation or (typed[1] if typed else None)
    help_text = typed[2] if typed else comment
    known, default = _literal(value)
    one: dict[str, Any] = {}
    if (kind := _kind(said) or (_TYPES.get(type(default)) if known else None)) is not None:
        one["type"] = kind
    if help_text:
        one["description"] = help_text[:10_000]
    if not known or (kind == "integer" and isinstance(default, float)):
        one["optional"] = True  # worked out by the notebook itself
    else:
        one["default"] = default
        if default is None:
            one["nullable"] = True
    if kind == "number" and isinstance(default, str):
        one.pop("default")
    return one


def _kind(said: str | None) -> str | None:
    """The JSON type of an annotation such as `list[int]` or `Optional[float]`."""
    if said is None:
        return None
    plain = re.sub(r"^(?:typing\.)?Optional\[(.*)\]$|\s*\|\s*None$", r"\1", said.strip())
    return _NAMES.get(plain.partition("[")[0].lower().removeprefix("typing."))


def _literal(value: ast.expr | None) -> tuple[bool, Any]:
    """Whether a value is written out, and which, as JSON has it."""
    try:
        found = _json(ast.literal_eval(value) if value is not None else None)
        return len(json.dumps(found)) <= LONGEST, found
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False, None


def _json(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:  # not finite
        raise ValueError
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _json(one) for name, one in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError
