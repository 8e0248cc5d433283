"""One running api for the tests of a module, and clients whose every answer is held to the standard."""

from collections.abc import Iterator

import httpx
import pytest

from tests.headless.service import Place, place
from tests.headless.standard import check


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The api; ada's hand runs her jobs, ben's wait for ever. It may ask addresses inside."""
    with place(tmp_path_factory.mktemp("ogc"), allow_inside_addresses=True, jobs_wait=5) as running:
        yield running


@pytest.fixture(scope="module")
def ada(here: Place) -> Iterator[httpx.Client]:
    """Somebody whose jobs are run at once."""
    with here.client("ada", event_hooks={"response": [check]}) as client:
        yield client


@pytest.fixture(scope="module")
def ben(here: Place) -> Iterator[httpx.Client]:
    """Somebody whose jobs nobody runs."""
    with here.client("ben", event_hooks={"response": [check]}) as client:
        yield client
