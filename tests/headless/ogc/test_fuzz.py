"""Odd questions get no server errors, and answers as the API describes itself; `bench fuzz` asks far more."""

import pytest

from bench.fuzz import fuzz


@pytest.mark.slow
def test_odd_questions_get_answers_as_described() -> None:
    status, said = fuzz(60, limit=110)
    assert status == 0, said[-6000:]
    assert said.count("No issues found") == 2, said[-2000:]
