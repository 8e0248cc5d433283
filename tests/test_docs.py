"""The docs say what the code does: settings, folders, commands, links."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from hub.settings import PREFIX, ROOT, Settings

DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


def _words_in_code(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


def test_the_operator_guide_has_every_setting_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `(POLARHUB_\w+)` \| ([^|]*) \|", (ROOT / "docs/operator-guide.md").read_text(), re.M)
    )
    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = rows[PREFIX + name.upper()].strip().strip("`")
        assert default == ("unset" if field.default is None else str(field.default)), name


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for page in DOCS:
        named = set(re.findall(r"POLARHUB_[A-Z_]*[A-Z]", page.read_text()))
        assert named - known == set(), page.name


def test_the_folders_that_the_readme_draws_exist() -> None:
    drawn = re.findall(r"^([\w./-]+/?)  +\S", (ROOT / "README.md").read_text(), re.M)
    assert len(drawn) > 8
    assert [name for name in drawn if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.M))
    assert {"run", "test", "bench"} <= named <= targets


def test_decisions_are_dated_paragraphs() -> None:
    headings = re.findall(r"^### (.*)$", (ROOT / "docs/decisions.md").read_text(), re.M)
    assert headings
    assert [h for h in headings if not re.match(r"20\d\d-\d\d-\d\d \S", h)] == []


def test_every_dependency_has_its_word_in_the_decisions() -> None:
    decisions = (ROOT / "docs/decisions.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    wanted = [requirement for group in groups for requirement in group]
    names = {re.match(r"[\w-]+", requirement)[0].lower() for requirement in wanted}  # type: ignore[index]
    assert sorted(name for name in names if name not in decisions and name != "polarhub-lab") == []


def test_no_commit_names_a_folder_of_somebodys_machine_or_a_registry() -> None:
    words = r"/root/\.pyenv|/home/[a-z]+/|registry\.npmjs|/work/"
    found = subprocess.run(
        ["git", "grep", "-nIE", words, "--", ":!uv.lock", ":!tests/test_docs.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert found.stdout == ""
