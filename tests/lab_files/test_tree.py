"""What of an installation is shared."""

from pathlib import Path

import pytest

from hub.lab_files.tree import LabTree
from tests.lab_files.share import make_share


def test_static_files_of_jupyterlab_and_of_its_extensions_are_shared(tmp_path: Path) -> None:
    tree = LabTree.of(make_share(tmp_path))
    assert "static/main.0123456789abcdef.js" in tree.files
    assert "labextensions/@polar/map/static/12.cccccccccccccccc.js" in tree.files
    assert tree.entries == {
        "@polar/map": "static/remoteEntry.bbbbbbbbbbbbbbbbbbbb.js",
        "plain": "static/remoteEntry.eeeeeeeeeeeeeeeeeeee.js",
    }


def test_pages_packages_and_source_maps_are_not(tmp_path: Path) -> None:
    names = LabTree.of(make_share(tmp_path)).files
    assert [n for n in names if n.endswith((".map", "index.html", "package.json"))] == []
    assert [n for n in names if "broken" in n] == []


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    share = make_share(tmp_path / "one")
    before = LabTree.of(share).digest
    assert LabTree.of(make_share(tmp_path / "two")).digest == before
    (share / "lab/static/font.woff2").write_bytes(b"another font")
    assert LabTree.of(share).digest != before


def test_without_jupyterlab_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not installed"):
        LabTree.of(tmp_path)
