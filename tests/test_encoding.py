"""Which encoding a browser gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.encoding import choose

BOTH = ("br", "gzip")


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        ("gzip, deflate, br, zstd", BOTH, "br"),  # Chromium and Firefox over https
        ("gzip, deflate", BOTH, "gzip"),  # the same over http
        ("gzip, deflate, br", ("gzip",), "gzip"),
        (None, BOTH, "identity"),
        ("", BOTH, "identity"),
        ("identity", BOTH, "identity"),
        ("br;q=0.5, gzip;q=0.8", BOTH, "gzip"),
        ("br;q=0, gzip", BOTH, "gzip"),
        ("br; Q=0.0", BOTH, "identity"),
        ("*", BOTH, "br"),
        ("*;q=0.1, br;q=0", BOTH, "gzip"),
        ("gzip;q=0.3, identity", BOTH, "identity"),
        ("X-GZIP", BOTH, "gzip"),
        ("br;q=nonsense, gzip;q=0.1", BOTH, "gzip"),
        ("br, gzip", (), "identity"),
    ],
)
def test_the_browsers_wish_is_obeyed(accept: str | None, offered: tuple[str, ...], chosen: str) -> None:
    assert choose(accept, offered) == chosen


@given(st.text())
def test_any_header_gets_an_answer(accept: str) -> None:
    assert choose(accept, BOTH) in {"br", "gzip", "identity"}
