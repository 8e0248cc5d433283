"""Whose runner is started, and what becomes of jobs whose runner cannot be had; on a real hub."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.headless.job import NewJob
from hub.headless.jobs import Jobs
from hub.headless.limits import JobLimits
from hub.headless.tables import connect
from tests.hubs import RunningHub, start_hub, wait_for
from tests.login.visitors import Visitor, first_password

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub whose runners end a few seconds after their last run."""
    data: Path = tmp_path_factory.mktemp("runners") / "data"
    more = {"POLARHUB_OUTSIDE_CATALOGS": "off", "POLARHUB_RUNNER_IDLE_MINUTES": "0.1"}
    with start_hub(data, more) as running:
        running.add_user("ada")
        yield running


def person(hub: RunningHub, name: str) -> httpx.Client:
    headers = {"Authorization": f"token {hub.token_of(name)}"}
    return httpx.Client(base_url=f"{hub.url}/services/api", headers=headers, timeout=60, trust_env=False)


def status(client: httpx.Client, place: str) -> dict[str, str]:
    answer: dict[str, str] = client.get(place).json()
    return answer


def test_no_server_but_runners_and_ones_own_can_be_made(hub: RunningHub) -> None:
    refused = hub.ask_for_server("ada", {"profile": "interactive"}, "mine")
    assert refused.status_code == 400
    assert "There is one server for you" in refused.json()["message"]
    other = hub.ask_for_server("ada", {"profile": "small"}, "runner-interactive")
    assert other.status_code == 400
    assert "for the environment interactive" in other.json()["message"]


def test_the_home_page_shows_runners_and_offers_no_other_servers(tmp_path: Path) -> None:
    one_time = first_password(tmp_path / "data")
    with start_hub(tmp_path / "data", {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as hub, Visitor(hub.url) as admin:
        admin.settle("admin", one_time)
        assert "In the background" not in admin.open("/hub/home").page.text
        hub.spawn("admin", {"profile": "small"}, "runner-small")
        page = admin.open("/hub/home").page.text
        assert "Runner · small" in page
        assert "Add New Server" not in page


def test_a_runner_starts_for_its_owner_and_ends_when_there_is_nothing_to_run(hub: RunningHub) -> None:
    with person(hub, "ada") as ada:
        asked = {"inputs": {"message": "x"}}
        made = ada.post("/ogc/processes/echo/execution", json=asked, headers={"Prefer": "respond-async"})
        place = made.headers["location"]
        wait_for(lambda: status(ada, place)["status"] == "successful", 90, 0.2)
    assert hub.server("ada", "runner-small")
    assert hub.server("ada") is None, "the person's own server was not needed"
    log = next((hub.data / "logs" / "servers").glob("ada+runner-small*.log"))
    wait_for(lambda: "successful" in log.read_text(), 10)
    wait_for(lambda: hub.server("ada", "runner-small") is None, 60, 0.5)


def test_a_refused_start_fails_the_jobs_with_the_hubs_sentence(hub: RunningHub) -> None:
    jobs = Jobs(connect(f"sqlite:///{hub.data}/headless.sqlite"), JobLimits())
    job = jobs.accept(NewJob(owner="ada", profile="gigantic", path="x.ipynb", inputs={}))
    ended = wait_for(lambda: (now := jobs.get("ada", job.id)).final and now, 30, 0.2)
    assert ended.status == "failed"
    assert ended.message.startswith(
        "The runner could not be started: There is no environment of this name for you"
    )
    nobody = jobs.accept(NewJob(owner="nobody", profile="small", path="x.ipynb", inputs={}))
    gone = wait_for(lambda: (now := jobs.get("nobody", nobody.id)).final and now, 30, 0.2)
    assert gone.message == "The account of this run's owner no longer exists."
    jobs.engine.dispose()
