"""Which servers there can be beside a user's own, and what each of them is."""

import pytest

from hub.errors import BadInput
from hub.spawning.names import LAB_MODULE, RUNNER_MODULE, Kind, kind_of, runner_of


def test_a_users_own_server_is_jupyterlab() -> None:
    assert kind_of("") == Kind(LAB_MODULE)


def test_a_runner_is_named_after_its_environment() -> None:
    assert kind_of(runner_of("small")) == Kind(RUNNER_MODULE, "small")


@pytest.mark.parametrize(
    "name", ["course", "runner", "runner-", "runner-Small", "runner-a/b", "xrunner-small"]
)
def test_no_other_server_can_be_made(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        kind_of(name)
    assert refused.value.where == "server"


def test_an_environment_whose_runner_cannot_be_named_is_told() -> None:
    with pytest.raises(BadInput, match="too long"):
        runner_of("a" * 25)
