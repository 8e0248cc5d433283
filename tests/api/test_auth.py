"""Who asks: the hub says, and what it says is a sentence and a status."""

import pytest

from hub.api.auth import SCOPE
from hub.errors import SignInNeeded, Unavailable
from hub.ports import free_ports
from tests.fakes.hub import PEOPLE, fake_hub, person, tokens_of


async def test_a_token_that_opens_the_service_is_somebody() -> None:
    people = {"t": person("ada", SCOPE, groups=("glaciers",), admin=True)}
    with fake_hub(people) as hub:
        user = await tokens_of(hub).user_of("t")
    assert (user.name, user.groups, user.admin) == ("ada", frozenset({"glaciers"}), True)
    assert SCOPE in user.scopes


@pytest.mark.parametrize("token", ["unknown", "token-elsewhere"])
async def test_any_other_token_has_to_sign_in(token: str) -> None:
    with fake_hub(PEOPLE) as hub, pytest.raises(SignInNeeded):
        await tokens_of(hub).user_of(token)


async def test_a_hub_that_is_away_is_said() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        await tokens_of(f"http://127.0.0.1:{free_ports(1)[0]}/hub/api").user_of("t")
