"""A notebook is shown as it ran, and nothing that a user wrote runs in the reader's browser."""

import re

import nbformat
import pytest

from hub.headless.ogc.problems import Problem
from hub.headless.ogc.reading import notebook_page

NASTY = (
    "<script>steal()</script><b onclick='steal()'>bold</b><a href='javascript:steal()'>x</a>"
    "<iframe src='/'></iframe>"
)


def shown(*cells: nbformat.NotebookNode) -> str:
    """The body of the page of these cells."""
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    return notebook_page(nbformat.writes(notebook).encode()).partition("<body>")[2]


def output(data: dict[str, str]) -> nbformat.NotebookNode:
    """A cell that shows this."""
    return nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data=data)])


def test_text_pictures_and_tables_are_there() -> None:
    page = shown(
        nbformat.v4.new_markdown_cell("# Ice\n\n*little* of it"),
        output({"image/png": "iVBORw0KGgo="}),
        output({"text/html": "<table><tbody><tr><td>7</td></tr></tbody></table>"}),
        nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="<b>5 < 6</b>")]),
    )
    assert re.search("<h1[^>]*>Ice", page) and "<em>little</em>" in page
    assert "data:image/png;base64,iVBORw0KGgo=" in page and "<td>7</td>" in page
    assert "&lt;b&gt;5 &lt; 6&lt;/b&gt;" in page


@pytest.mark.parametrize(
    "cell",
    [
        nbformat.v4.new_markdown_cell(NASTY),
        nbformat.v4.new_raw_cell(NASTY, metadata={"raw_mimetype": "text/html"}),
        output({"text/html": NASTY}),
        output({"text/markdown": NASTY}),
        output({"application/javascript": "steal()"}),
        output({"text/html": f"<svg><desc>{NASTY}</desc></svg>"}),
    ],
    ids=["markdown", "raw", "html", "markdown output", "javascript", "svg"],
)
def test_nothing_of_it_runs(cell: nbformat.NotebookNode) -> None:
    page = shown(cell).lower()
    for word in ("<script", "onclick=", 'href="javascript', "href='javascript", "<iframe", "<svg"):
        assert word not in page, word


def test_what_is_no_notebook_is_said() -> None:
    for raw in (b"", b"[]", b'{"nbformat": 9}', b"\xff", b'{"nbformat": 4, "cells": [7], "metadata": {}}'):
        with pytest.raises(Problem, match="cannot be shown"):
            notebook_page(raw)
