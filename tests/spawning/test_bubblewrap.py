"""Whether boxes can be made here, what is said where not, and the same as an ordinary user."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hub.errors import StartRefused
from hub.machine import ROOT
from hub.settings import Settings
from hub.spawning import bubblewrap, preflight, site
from hub.spawning.box import Bind, Box, outer_options, system_binds
from hub.spawning.network.own import network_warning

ORDINARY = 1000
PRINTS = """
import json, os
from hub.settings import Settings
from hub.spawning import bubblewrap, preflight
print(json.dumps({"uid": os.getuid(), "bwrap": bubblewrap.find(), "said": preflight.check(Settings.load())}))
"""


def test_a_box_can_be_made_here(tmp_path: Path) -> None:
    bwrap = bubblewrap.find()
    assert os.access(bwrap, os.X_OK)
    assert preflight.check(Settings.load({"POLARHUB_DATA": str(tmp_path / "data")})) == _warnings()


def _warnings() -> list[str]:
    both = (site.groups_for(Settings.load({})).warning(), network_warning(Settings.load({})))
    return [warning for warning in both if warning]


def test_the_machines_own_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "bwrap"
    own.write_text("#!/bin/sh\nexit 0\n")
    own.chmod(own.stat().st_mode | stat.S_IXUSR)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    assert bubblewrap.find(path=path) == str(own)
    own.write_text("#!/bin/sh\necho no >&2; exit 1\n")
    assert bubblewrap.find(path=path) != str(own), "it does not work here: the next one is taken"


def test_data_may_not_lie_where_every_box_looks() -> None:
    with pytest.raises(StartRefused, match="every user's sandbox shows: choose another by POLARHUB_DATA"):
        site.refuse_visible(Path(sys.prefix) / "data")


def as_ordinary_user(command: list[str], folder: Path, limit: float) -> subprocess.CompletedProcess[str]:
    """Run as uid 1000 without new privileges, on a machine whose Python and clone that user can read.

    As root, the outer box gives that machine: here they may lie under folders that only root enters.
    """
    environment = {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "POLARHUB_DATA": str(folder / "data"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if os.geteuid() == 0:
        os.chown(folder, ORDINARY, ORDINARY)
        own = ["hub", "tests", "spawner_profiles", "notebooks", "node_modules", "pyproject.toml"]
        seen = [Bind(ROOT / name, ROOT / name) for name in [*own, "jupyterhub_config.py"]]
        box = Box("tester", ORDINARY, (*system_binds(), *seen, Bind(folder, folder, writable=True)), 0)
        drop = ["setpriv", "--reuid", str(ORDINARY), "--regid", str(ORDINARY), "--clear-groups"]
        command = [bubblewrap.find(), *outer_options(box), "--", *drop, "--no-new-privs", "--", *command]
    return subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, timeout=limit, check=False
    )


def test_preflight_as_an_ordinary_user(tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{PRINTS}"
    result = as_ordinary_user([sys.executable, "-c", program], tmp_path, 60)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["uid"] != 0
    for sentence in found["said"]:
        assert "are not held on this machine" in sentence or sentence.endswith(
            "as networks for boxes take root."
        )


@pytest.mark.timeout(240)
def test_a_server_as_an_ordinary_user(tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import tests.spawning.ordinary"
    result = as_ordinary_user([sys.executable, "-c", program], tmp_path, 200)
    assert result.returncode == 0, result.stderr[-4000:]
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["id"].startswith(f"uid={ORDINARY if os.geteuid() == 0 else os.geteuid()}(ada)")
    assert found["processes"] < 10, "a pid namespace of its own"
    assert found["files"] == [], "nothing of the hub's folder"
    assert found["answer"] == "42"
