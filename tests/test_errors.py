"""The tree of errors and its statuses."""

import pytest

from hub import errors
from hub.errors import BadFile, NotFound, PolarhubError, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadFile("an unknown field", where="x.yaml: colour"), 400),
        (NotFound("there is no such item"), 404),
        (PolarhubError("something else"), 500),
    ],
)
def test_the_nearest_class_in_the_table_decides(error: PolarhubError, status: int) -> None:
    assert status_of(error) == status


def test_an_error_says_where_before_what() -> None:
    assert str(BadFile("an unknown field", where="x.yaml: colour")) == "x.yaml: colour: an unknown field"


def test_the_drawn_tree_names_every_class() -> None:
    drawn = errors.__doc__ or ""
    classes = [name for name, kind in vars(errors).items() if isinstance(kind, type)]
    assert [name for name in classes if f" {name}" not in drawn] == []
