"""Settings: what is read, what is refused, what is never shown."""

from pathlib import Path

import pytest

from hub.errors import BadSetting
from hub.settings import ROOT, Settings


def test_defaults_are_those_that_the_readme_names() -> None:
    settings = Settings.load({})
    assert (settings.host, settings.port, settings.admin) == ("127.0.0.1", 8000, "admin")
    assert settings.data == ROOT / "var"
    assert settings.admin_password is None


def test_an_empty_variable_is_an_unset_one() -> None:
    assert Settings.load({"POLARHUB_PORT": ""}).port == 8000


def test_a_relative_data_folder_lies_in_the_clone_and_an_absolute_one_stays(tmp_path: Path) -> None:
    assert Settings.load({"POLARHUB_DATA": "elsewhere"}).data == ROOT / "elsewhere"
    assert Settings.load({"POLARHUB_DATA": str(tmp_path)}).data == tmp_path


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("POLARHUB_PORT", "eight thousand", "integer"),
        ("POLARHUB_PORT", "70000", "65535"),
        ("POLARHUB_ADMIN", "Not A Name", "pattern"),
        ("POLARHUB_ADMIN_PASSWORD", "short", "12"),
        ("POLARHUB_PROT", "8000", "there is no such setting"),
    ],
)
def test_a_bad_setting_is_named_with_what_it_may_be(name: str, value: str, says: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.load({name: value})
    assert refused.value.where == name
    assert says in refused.value.message


def test_a_refused_password_is_not_repeated_in_the_message() -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.load({"POLARHUB_ADMIN_PASSWORD": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_secrets_are_neither_shown_nor_passed_on() -> None:
    settings = Settings.load({"POLARHUB_ADMIN_PASSWORD": "a very long password", "POLARHUB_PORT": "8123"})
    assert "a very long password" not in repr(settings)
    passed_on = settings.environment()
    assert passed_on["POLARHUB_PORT"] == "8123"
    assert "POLARHUB_ADMIN_PASSWORD" not in passed_on


def test_what_is_passed_on_reads_back_as_the_same_settings() -> None:
    settings = Settings.load({"POLARHUB_PORT": "8123", "POLARHUB_HOST": "::1"})
    assert Settings.load(settings.environment()) == settings
