"""JSON for programs, HTML for people."""

import pytest

from hub.errors import BadInput
from hub.headless.ogc.wanted import face, quality

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("f", "accept", "wanted"),
    [
        (None, None, "json"),
        (None, "*/*", "json"),
        (None, CHROMIUM, "html"),
        (None, "application/json", "json"),
        (None, "text/html;q=0.5, application/json", "json"),
        (None, "application/json;q=0.2, text/*", "html"),
        ("json", CHROMIUM, "json"),
        ("html", None, "html"),
    ],
)
def test_the_client_chooses(f: str | None, accept: str | None, wanted: str) -> None:
    assert face(f, accept) == wanted


def test_another_face_is_refused() -> None:
    with pytest.raises(BadInput, match="json or html"):
        face("xml", None)


def test_nonsense_in_accept_weighs_nothing() -> None:
    assert quality("text/html;q=many", "text/html") == 0
    assert quality("text/html;q=7", "text/html") == 1
