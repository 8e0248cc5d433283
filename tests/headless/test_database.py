"""All of polarhub's own tables in one PostgreSQL: accounts, servers, sign-ins, runs."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from hub.errors import BadSetting
from hub.login.first_admin import ensure_admin
from hub.settings import Settings
from tests.hubs import start_hub, wait_for
from tests.postgres import PASSWORD


def test_a_database_of_another_kind_is_refused_without_showing_it() -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.load({"POLARHUB_DATABASE": "mysql://ada:tundra-secret@db/hub"})
    assert refused.value.where == "POLARHUB_DATABASE"
    assert "postgresql://" in refused.value.message
    assert "tundra-secret" not in str(refused.value)


def test_the_password_goes_only_to_the_service_that_needs_it(postgres: str) -> None:
    settings = Settings.load({"POLARHUB_DATABASE": postgres})
    assert "POLARHUB_DATABASE" not in settings.environment()
    assert Settings.load(settings.environment("database")) == settings
    assert PASSWORD not in repr(settings)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_hub_keeps_everything_there_and_finds_it_again(postgres: str, tmp_path: Path) -> None:
    environment = {"POLARHUB_DATABASE": postgres, "POLARHUB_DATA": str(tmp_path / "data")}
    (tmp_path / "data").mkdir()
    assert ensure_admin(Settings.load(environment))
    with start_hub(tmp_path / "data", environment) as hub:
        hub.add_user("ada")
        token = hub.token_of("ada")
        mine = {"Authorization": f"token {token}"}

        def runs() -> int:
            return hub.client.get("/services/api/runs/usage", headers=mine).status_code

        wait_for(lambda: runs() == 200)
        hub.stop()
        hub.start()
        assert hub.client.get("/hub/api/user", headers=mine).json()["name"] == "ada"
        wait_for(lambda: runs() == 200)
        assert PASSWORD.split()[-1] not in hub.log
    engine = create_engine(Settings.load(environment).database_url("hub"))
    tables = set(inspect(engine).get_table_names())
    engine.dispose()
    assert {"users", "users_info", "terms_accepted", "jobs", "versions"} <= tables
    assert list((tmp_path / "data").glob("*.sqlite")) == []
