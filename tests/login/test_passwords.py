"""hub/login/passwords.py: what is refused, and why."""

import pytest

from hub.login.passwords import one_time, weakness

COMMON = {"password", "trustno1", "qwertyuiop", "correcthorse"}


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "too short"),
        ("a" * 73, "too long"),
        ("å" * 40, "too long"),  # 80 bytes: bcrypt would look at the first 72
        ("walrus orbit\0teapot", "too long"),
        ("ababababababab", "repeats"),
        ("password123456", "guessed"),
        ("Qwertyuiop!!2026", "guessed"),
        ("frithjofnansen", "guessed"),
    ],
)
def test_refused(password: str, said: str) -> None:
    assert said in (weakness(password, "frithjof", COMMON.__contains__) or "")


@pytest.mark.parametrize("password", ["walrus orbit teapot", "frithjof met a walrus", "blåhvaler i Tromsø"])
def test_taken(password: str) -> None:
    assert weakness(password, "frithjof", COMMON.__contains__) is None


def test_one_time_passwords_differ_and_would_be_taken() -> None:
    made = {one_time() for _ in range(100)}
    assert len(made) == 100
    assert all(weakness(word, "ada", COMMON.__contains__) is None for word in made)
