"""Environments through the API and through the form: what can be had is given, the rest is refused."""

import pytest

from hub.spawning import capacity
from tests.hubs import RunningHub


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"profile": "huge"}, "There is no environment of this name for you; there are"),
        ({"profile": "staff"}, "There is no environment of this name for you"),
        ({"profile": ["small"]}, "Write the name of one environment"),
        ({"profile": ""}, "There is no environment of this name for you"),
        ({"image": "x"}, "There is no such option: image."),
    ],
)
def test_the_api_refuses(hub: RunningHub, options: dict[str, object], sentence: str) -> None:
    hub.add_user("cyd")
    answer = hub.ask_for_server("cyd", options)
    assert answer.status_code == 400
    assert sentence in answer.json()["message"]
    assert hub.server("cyd") is None


def test_the_api_refuses_what_the_machine_cannot_give(hub: RunningHub) -> None:
    hub.add_user("cyd")
    machine = capacity.size(hub.data)
    answer = hub.ask_for_server("cyd", {"profile": "large"})
    if machine.cpu >= 8 and machine.memory >= 64e9 and machine.disk >= 256e9:
        assert answer.status_code in (201, 202)
        hub.stop_server("cyd")
    else:
        assert answer.status_code == 400
        assert "DE Large is not available here. It takes" in answer.json()["message"]


def test_a_refused_choice_is_not_kept_for_the_next_start(hub: RunningHub) -> None:
    hub.add_user("dora")
    assert hub.ask_for_server("dora", {"profile": "huge"}).status_code == 400
    hub.spawn("dora")
    assert hub.kernel("dora").run("import os; print(os.environ['POLARLAB_PROFILE'])").strip() == "DE Small"
    hub.stop_server("dora")


def test_members_of_a_group_get_what_is_for_them(hub: RunningHub) -> None:
    hub.add_user("eve", groups=("staff",))
    hub.spawn("eve", {"profile": "staff"})
    assert hub.user_get("eve", "polarhub/limits").json()["memory"]["limit"] == 700_000_000
    hub.stop_server("eve")


def test_interactive_has_no_terminal(hub: RunningHub) -> None:
    hub.add_user("finn")
    hub.spawn("finn", {"profile": "interactive"})
    assert hub.user_post("finn", "api/terminals").status_code in (403, 404)
    assert hub.kernel("finn").run("1 + 1") == "2"
    hub.stop_server("finn")
