"""hub/login/terms.py: a version, a text, and nothing that runs in a browser."""

from pathlib import Path

import pytest

from hub.errors import BadFile
from hub.login.terms import Terms
from hub.settings import Settings


def write(folder: Path, text: str) -> Path:
    """A terms file."""
    path = folder / "terms.md"
    path.write_text(text)
    return path


def test_the_terms_that_come_with_polarhub() -> None:
    terms = Terms.read(Settings.load({}).terms)
    assert terms.version
    assert "<h1>Terms of use</h1>" in terms.html


def test_html_and_script_links_are_shown_not_obeyed(tmp_path: Path) -> None:
    text = "---\nversion: '2'\n---\n# A\n[x](javascript:f())\n\n<script>f()</script> <img src=x onerror=f()>"
    terms = Terms.read(write(tmp_path, text))
    assert terms.version == "2"
    assert "<script" not in terms.html
    assert "<img" not in terms.html
    assert 'href="javascript' not in terms.html


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("# No version", "version"),
        ("---\nversion:\n---\ntext", "version"),
        ("---\nversion: 1\n---\n \n", "text"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(BadFile) as caught:
        Terms.read(write(tmp_path, text))
    assert caught.value.where == f"{tmp_path / 'terms.md'}: {field}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        Terms.read(tmp_path / "none.md")
