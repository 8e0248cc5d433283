"""On a real hub: through its proxy, with its tokens, from a kernel in its box, as the user guide says."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest

from hub.catalog.embedded import state
from hub.settings import ROOT
from tests.catalog.service import STAC, settings_for, with_tiny_index
from tests.hubs import RunningHub, start_hub, wait_for


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    data = tmp_path_factory.mktemp("hub") / "data"
    with_tiny_index(settings_for(data))
    with start_hub(data, {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as running:
        running.add_user("ada")
        wait_for(lambda: running.client.get("/services/api/health").status_code == 200)
        yield running


def test_a_token_of_the_hub_opens_it_and_links_lead_through_the_proxy(hub: RunningHub) -> None:
    headers = {"Authorization": f"token {hub.token_of('ada')}"}
    with httpx.Client(base_url=hub.url, headers=headers, trust_env=False) as client:
        landing = client.get(f"{STAC}/")
        assert landing.status_code == 200, landing.text
        hrefs = [link["href"] for link in landing.json()["links"]]
        assert hrefs and all(href.startswith(f"{hub.url}/services/api/") for href in hrefs)
        for href in hrefs:
            if not href.endswith("/search"):
                assert client.get(href).status_code == 200, href
        page = client.post(f"{STAC}/search", json={"limit": 2, "bbox": [170, 70, -170, 90]}).json()
        following = next(link for link in page["links"] if link["rel"] == "next")
        more = client.request(following["method"], following["href"], json=following["body"]).json()
        assert len(more["features"]) == 2 and more["features"] != page["features"]
    assert httpx.get(f"{hub.url}{STAC}/search", trust_env=False).status_code == 401


@pytest.mark.slow
def test_the_code_of_the_user_guide_runs_in_a_kernel(hub: RunningHub) -> None:
    guide = (ROOT / "docs/user-guide.md").read_text().partition("## Searching from a program")[2]
    [code] = re.findall(r"```python\n(.*?)```", guide, re.S)[:1]
    code = code.replace("arcticdem-mosaics-v4.1-32m", "world").replace('["dem"]', '["data"]')
    hub.spawn("ada", {"profile": "small"})
    said = hub.kernel("ada").run(code.replace("72]", "90]"))
    assert re.findall(r"^world-\d+", said, re.M) == [f"world-{n:03}" for n in (72, 71, 70, 2, 1, 0)], said


def test_the_index_may_come_later(hub: RunningHub) -> None:
    path = state.index_path(settings_for(hub.data))
    away = path.with_suffix(".away")
    headers = {"Authorization": f"token {hub.token_of('ada')}"}
    path.rename(away)
    try:
        answer = httpx.get(f"{hub.url}{STAC}/search", headers=headers, trust_env=False)
        assert answer.status_code == 503 and "try again" in answer.json()["description"]
        assert httpx.get(f"{hub.url}/services/api/health", trust_env=False).status_code == 503
    finally:
        away.rename(path)
    began = time.monotonic()
    wait_for(lambda: httpx.get(f"{hub.url}/services/api/health", trust_env=False).status_code == 200)
    assert time.monotonic() - began < 5
