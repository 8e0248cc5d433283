"""One real hub for all tests of this folder, with an environment small enough to run into its limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs import RunningHub, start_hub, wait_for

# What nobody but the hub may ever see: it is in the environment that the hub is started with.
HUB_SECRET = "the-hubs-own-secret-5b1f"

TINY = """
from dataclasses import replace
from hub.profiles import Profile
figures = {"cpu": 0.5, "memory": "700 MB", "disk": "1 GB"}
tiny = Profile(slug="tiny", title="DE Tiny", description="for tests", **figures)
staff = tiny.model_copy(update={"slug": "staff", "groups": frozenset({"staff"})})
site = replace(site := c.LocalSpawner.site, profiles=(*site.profiles, tiny, staff))
c.LocalSpawner.site = site
offer = Offer(site.profiles, site.machine, site.homes.folder, c.LocalSpawner.meter, site.groups.warning())
c.Spawner.options_form = offer.form
c.Spawner.options_from_form = offer.from_form
c.Spawner.apply_user_options = offer.apply
c.Spawner.poll_interval = 1
"""


@pytest.fixture(scope="session", params=["exec", "fork"])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub whose users are the test's own; profiles `tiny` and `staff` beside the shipped ones.

    Every test that asks for it runs for both ways to start a server.
    """
    data: Path = tmp_path_factory.mktemp("spawning") / "data"
    environment = {"A_SECRET": HUB_SECRET, "POLARHUB_SERVER_START": request.param}
    with start_hub(data, environment, "from hub.spawning.offer import Offer\n" + TINY) as running:
        if request.param == "fork":
            wait_for(lambda: "Servers are forked into their boxes" in running.log, 60)
        yield running


# What does not depend on how a server is started is tried one way alone: that saves two minutes.
ONE_START = ("test_limits", "test_profiles_offered", "test_seccomp")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the second way where it adds nothing."""
    items[:] = [item for item in items if not (item.path.stem in ONE_START and "[fork" in item.name)]
