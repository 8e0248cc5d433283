"""The zygote is replaced when a package changes; servers start the plain way meanwhile."""

import os
from pathlib import Path

import pytest

from tests.hubs import start_hub, wait_for
from tests.spawning.test_forking import FORKED, state

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(os.geteuid() != 0, reason="to fork into boxes takes root"),
]


def test_a_new_package_means_a_new_zygote(tmp_path: Path) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    environment = {"POLARHUB_SERVER_START": "fork", "PYTHONPATH": str(packages)}
    with start_hub(tmp_path / "data", environment) as hub:
        wait_for(lambda: FORKED.findall(hub.log), 60)
        hub.add_user("ada")
        hub.spawn("ada", {"profile": "interactive"})
        assert state(hub, "ada")["server"], "forked"
        (packages / "ice.py").write_text("thickness = 2\n")
        hub.stop_server("ada")
        hub.spawn("ada", {"profile": "interactive"})
        assert not state(hub, "ada")["server"], "started the plain way"
        assert "A package has changed; it is prepared anew." in hub.log
        wait_for(lambda: len(FORKED.findall(hub.log)) == 2, 60)
        hub.stop_server("ada")
        hub.spawn("ada", {"profile": "interactive"})
        assert state(hub, "ada")["server"], "forked again"
