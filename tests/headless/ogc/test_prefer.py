"""What the header `Prefer` may say."""

import pytest

from hub.headless.ogc.prefer import Prefer


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ([], Prefer()),
        (["respond-async"], Prefer(True)),
        (["Respond-Async , wait=10"], Prefer(True, 10)),
        (["wait=5; x=y", "respond-async"], Prefer(True, 5)),
        (['wait="7"'], Prefer(False, 7)),
        (["wait=1", "wait=2"], Prefer(False, 1)),
        (["wait=soon, handling=lenient"], Prefer()),
        (["wait=-1"], Prefer()),
        ([",;=,,"], Prefer()),
    ],
)
def test_it_is_read_as_rfc_7240_says(headers: list[str], wanted: Prefer) -> None:
    assert Prefer.read(headers) == wanted


def test_how_long_an_answer_is_held_back() -> None:
    assert Prefer().seconds(60) == 60
    assert Prefer(True).seconds(60) == 0
    assert Prefer(True, 10).seconds(60) == 10
    assert Prefer(False, 600).seconds(60) == 60


def test_what_was_honoured_is_told() -> None:
    assert Prefer().applied() is None
    assert Prefer(True, 3).applied() == "respond-async, wait=3"
