"""A real hub counts what a real busy loop uses, once, and refuses a server when the month is spent."""

from pathlib import Path
from typing import Any

import pytest

from tests.hubs import RunningHub, start_hub, wait_for

BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"
SLACK = 0.1  # of what the loop takes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def usage(hub: RunningHub, token: str) -> dict[str, Any]:
    answer = hub.client.get("/services/api/runs/usage", headers={"Authorization": f"token {token}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def test_what_a_server_uses_is_counted_once_and_refused_when_it_is_all(tmp_path: Path) -> None:
    plans = tmp_path / "plans.yaml"
    plans.write_text("tiny:\n  title: Tiny\n  hours: 0.0025\nlarge:\n  title: Large\n  hours: 10\n")  # 9 s
    environment = {"POLARHUB_PLAN": "tiny", "POLARHUB_PLANS": str(plans)}
    with start_hub(tmp_path / "data", environment, "c.Spawner.poll_interval = 1") as hub:
        hub.add_user("ada")
        token = hub.token_of("ada")
        hub.spawn("ada", {"profile": "small"})
        before = wait_for(lambda: usage(hub, token)["interactive_seconds"])
        hub.kernel("ada").run(BUSY.format(3))
        used = wait_for(lambda: (u := usage(hub, token)["interactive_seconds"]) - before > 3 - SLACK and u)
        assert used - before < 6

        hub.kill()  # servers stay
        hub.start()
        hub.kernel("ada").run(BUSY.format(2))
        again = wait_for(lambda: (u := usage(hub, token)["interactive_seconds"]) - used > 2 - SLACK and u)
        assert again - used < 6  # not all of it for a second time
        assert usage(hub, token)["run_seconds"] == 0

        hub.kernel("ada").run(BUSY.format(5))
        wait_for(lambda: usage(hub, token)["spent"])
        hub.stop_server("ada")
        answer = hub.ask_for_server("ada", {"profile": "small"})
        assert answer.status_code == 403
        assert "used up" in answer.json()["message"]

        hub.add_user("ada", groups=("plan-large",))  # an administrator gives a larger plan
        hub.spawn("ada", {"profile": "small"})
        assert hub.kernel("ada").run("6 * 7") == "42"
