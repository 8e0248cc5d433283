"""Examples in a user's JupyterLab: seen read-only, copied into the home, and nothing else is handed out."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from polarhub_lab.examples.shelf import Shelf

from tests.notebooks.labs import Lab, a_lab
from tests.notebooks.running import NOTEBOOKS


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server with the examples."""
    with a_lab(tmp_path_factory.mktemp("lab")) as found:
        yield found


def test_the_shelf_lists_title_and_description(lab: Lab) -> None:
    found = lab.client.get("/polarhub/examples").json()
    assert [example["name"] for example in found] == ["arcticdem-glacier", "sea-ice-1978", "ssmis-gridding"]
    assert found[1]["title"] == "Sea ice in November 1978"
    assert all(example["description"] for example in found)


def test_an_example_is_read_as_it_lies_on_the_shelf(lab: Lab) -> None:
    shown = lab.client.get("/polarhub/examples/sea-ice-1978").json()
    assert shown == json.loads((NOTEBOOKS / "sea-ice-1978.ipynb").read_text())


def test_a_copy_lies_in_the_home_and_never_over_an_earlier_one(lab: Lab) -> None:
    first = lab.client.post("/polarhub/examples/ssmis-gridding/copy")
    assert (first.status_code, first.json()) == (201, {"path": "examples/ssmis-gridding.ipynb"})
    mine = lab.home / "examples" / "ssmis-gridding.ipynb"
    changed = mine.read_text().replace("# Grid an SSMIS", "# My own")
    mine.write_text(changed)
    second = lab.client.post("/polarhub/examples/ssmis-gridding/copy").json()
    assert second == {"path": "examples/ssmis-gridding-1.ipynb"}
    assert mine.read_text() == changed
    copied = json.loads((lab.home / second["path"]).read_text())
    assert copied["cells"] == json.loads((NOTEBOOKS / "ssmis-gridding.ipynb").read_text())["cells"]


@pytest.mark.parametrize("name", ["secret", "nothing", "..%2Fsecret", ".hidden", "sea-ice-1978.ipynb"])
def test_nothing_else_is_shown_or_copied(name: str, lab: Lab) -> None:
    assert lab.client.get(f"/polarhub/examples/{name}").status_code == 404
    assert lab.client.post(f"/polarhub/examples/{name}/copy").status_code == 404


def test_nobody_reads_or_copies_without_a_token(lab: Lab) -> None:
    url = str(lab.client.base_url)
    for ask, path in ((httpx.get, ""), (httpx.get, "/sea-ice-1978"), (httpx.post, "/sea-ice-1978/copy")):
        assert ask(f"{url}/polarhub/examples{path}", trust_env=False).status_code == 403


def test_where_a_copy_cannot_lie_one_sentence_says_so(lab: Lab) -> None:
    shutil.rmtree(lab.home / "examples", ignore_errors=True)
    (lab.home / "examples").write_text("a file of the user")
    try:
        answer = lab.client.post("/polarhub/examples/sea-ice-1978/copy")
        assert answer.status_code in (400, 403, 409)
        assert "examples" in json.dumps(answer.json())
        assert (lab.home / "examples").read_text() == "a file of the user"
    finally:
        (lab.home / "examples").unlink()


def test_a_broken_notebook_on_the_shelf_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "odd.ipynb").write_text('{"cells": 1}')
    (tmp_path / "plain.ipynb").write_text('{"cells": [], "metadata": {"polarhub": 3}}')
    assert [example.title for example in Shelf(tmp_path).examples()] == ["plain"]
    assert Shelf(tmp_path / "gone").examples() == []
