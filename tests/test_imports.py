"""The direction of imports: rules know no framework, folders know only what lies below them."""

import ast
import sys
from pathlib import Path

import pytest

from hub.settings import ROOT

FRAMEWORKS = {"jupyterhub", "fastapi", "starlette", "traitlets", "tornado", "stac_fastapi", "oauthenticator"}
STANDARD_ONLY = {"hub/machine.py", "hub/bootstrap.py"}

# what touches a framework, by folder or file; everything else is rules
EDGES = (
    "hub/api/",
    "hub/catalog/stac",
    "hub/compression",
    "hub/headless/ogc/app",
    "hub/headless/ogc/asked",
    "hub/headless/ogc/reading",
    "hub/headless/ogc/routes_",
    "hub/headless/ogc/saying",
    "hub/headless/plain_routes",
    "hub/headless/preview_routes",
    "hub/headless/publish_routes",
    "hub/headless/runner_routes",
    "hub/headless/batches_routes",
    "hub/headless/schedules_routes",
    "hub/headless/triggers_routes",
    "hub/headless/usage_routes",
    "hub/lab_files/routes",
    "hub/login/gate",
    "hub/login/local",
    "hub/login/openid",
    "hub/login/pages",
    "hub/login/account_pages",
    "hub/login/first_admin",
    "hub/spawning/",
)

# who may import whom, inside hub: the folder on the left none of those on the right
NEVER = {
    "hub/catalog/": {"hub.login", "hub.spawning", "hub.api.app"},
    "hub/login/": {"hub.catalog", "hub.api"},
    "hub/spawning/": {"hub.catalog", "hub.api"},
    "hub/settings.py": {"hub.login", "hub.spawning", "hub.catalog", "hub.api"},
    "hub/errors.py": {"hub"},
}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _modules() -> dict[str, set[str]]:
    return {str(p.relative_to(ROOT)): _imports(p) for p in sorted((ROOT / "hub").rglob("*.py"))}


def _top(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_rules_import_no_framework() -> None:
    rules = {name: used for name, used in _modules().items() if not name.startswith(EDGES)}
    assert len(rules) > 5
    assert {name: _top(used) & FRAMEWORKS for name, used in rules.items() if _top(used) & FRAMEWORKS} == {}


def test_set_up_needs_nothing_but_the_standard_library() -> None:
    for name in STANDARD_ONLY:
        others = _top(_imports(ROOT / name)) - sys.stdlib_module_names
        assert others <= {"hub"}, name


@pytest.mark.parametrize(("folder", "never"), NEVER.items())
def test_a_folder_knows_only_what_lies_below_it(folder: str, never: set[str]) -> None:
    wrong = {
        (name, used)
        for name, all_used in _modules().items()
        if name.startswith(folder)
        for used in all_used
        if any(used == other or used.startswith(other + ".") for other in never)
    }
    assert wrong == set()


def test_the_lab_side_does_not_import_the_hub_side() -> None:
    for path in (ROOT / "labextension").glob("polarhub_lab/**/*.py"):
        assert "hub" not in _top(_imports(path)), path
