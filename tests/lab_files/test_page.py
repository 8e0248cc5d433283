"""JupyterLab's page, as a user's server renders it."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from hub.lab_files.page import scripts, server_arguments
from hub.lab_files.store import LabFiles, prepare
from hub.lab_files.tree import LabTree
from tests.lab_files.share import make_share

MAP = {"name": "@polar/map", "load": "static/remoteEntry.bbbbbbbbbbbbbbbbbbbb.js"}
STOCK = "{% block favicon %}<link rel=icon>{% endblock %}<script src={{ page_config.fullStaticUrl }}/main.js>"


@pytest.fixture
def build(tmp_path: Path) -> LabFiles:
    share = make_share(tmp_path / "share")
    (share / "lab/static/index.html").write_text(STOCK)
    return prepare(tmp_path / "data", LabTree.of(share))


def render(build: LabFiles, *extensions: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The page twice, as its configuration is kept between two visits."""
    config: dict[str, Any] = {"federated_extensions": list(extensions), "disabledExtensions": []}
    config |= {"fullStaticUrl": "/user/ada/static/lab", "fullLabextensionsUrl": "/user/ada/lab/extensions"}
    page = Environment(loader=FileSystemLoader([build.templates]), autoescape=True).get_template("index.html")
    for _ in range(2):
        text = page.render(page_config=config, base_url="/user/ada/")
    return text, config


def test_files_are_asked_for_at_the_shared_address(build: LabFiles) -> None:
    text, config = render(build, MAP)
    assert config["fullStaticUrl"] == f"{build.address}/static"
    assert config["fullLabextensionsUrl"] == f"{build.address}/labextensions"
    assert f'href="{build.address}/static/main.0123456789abcdef.js?v=0123456789abcdef"' in text
    assert f'<script defer src="{build.address}/start.js">' in text
    assert f"<script src={build.address}/static/main.js>" in text


def test_an_extension_from_somebodys_home_comes_from_their_server(build: LabFiles) -> None:
    for own in ({"name": "mine", "load": "static/x.js"}, {**MAP, "load": "static/another.js"}):
        _, config = render(build, MAP, own)
        assert config["fullLabextensionsUrl"] == "/user/ada/lab/extensions"
        assert config["fullStaticUrl"] == f"{build.address}/static"


def test_nobody_is_asked_about_news_from_elsewhere(build: LabFiles) -> None:
    assert render(build, MAP)[1]["disabledExtensions"] == ["@jupyterlab/apputils-extension:announcements"]


def test_scripts_carry_the_names_that_they_fetch() -> None:
    made = scripts(["static/main.js?v=1"])
    assert '["start.js", "static/main.js?v=1"]' in made["prefetch.js"]
    assert '"lab/api/settings"' in made["start.js"]
    assert "NEEDED" not in made["start.js"] + made["prefetch.js"]


def test_a_server_is_told_where_its_page_is() -> None:
    assert "--LabApp.templates_dir=/srv/polarhub/lab" in server_arguments(Path("/srv/polarhub/lab"))
