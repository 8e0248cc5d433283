"""What the tests of headless runs share: a PostgreSQL that runs."""

from collections.abc import Iterator

import pytest

from tests.postgres import start_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an empty database, as POLARHUB_DATABASE takes it."""
    with start_postgres() as url:
        yield url
