"""A server's life: it ends whole, outlives its hub, is found again, and starts with a full home."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.settings import Settings
from hub.spawning import cgroups
from hub.spawning.site import groups_for
from tests.hubs import RunningHub, start_hub, wait_for
from tests.spawning import machine

pytestmark = pytest.mark.timeout(240)


def box_of(hub: RunningHub, name: str) -> int:
    found = hub.server(name)
    assert found
    pid: int = found["state"]["pid"]
    return pid


def groups_of(hub: RunningHub) -> list[Path]:
    """The control groups that this hub's servers have now."""
    parents = groups_for(Settings.load({"POLARHUB_DATA": str(hub.data)})).parents.values()
    return [folder for parent in parents for folder in parent.glob("*/")]


def test_stop_leaves_nothing(hub: RunningHub) -> None:
    hub.add_user("hana")
    hub.spawn("hana", {"profile": "tiny"})
    hub.kernel("hana").run("import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)")
    hub.terminal("hana").run("(setsid nohup sleep 1000 > /dev/null 2>&1 &)")
    pids = machine.tree(box_of(hub, "hana"))
    assert len(pids) >= 5
    assert not cgroups.find("polarhub-tests").held or any(g.name == "hana" for g in groups_of(hub))
    began = time.monotonic()
    hub.stop_server("hana")
    assert time.monotonic() - began < 10
    wait_for(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], 5)
    assert not [group for group in groups_of(hub) if group.name == "hana"]


def test_a_server_that_was_killed_is_noticed_and_starts_again(hub: RunningHub) -> None:
    hub.add_user("ivo")
    hub.spawn("ivo", {"profile": "tiny"})
    hub.kernel("ivo")
    pids = machine.tree(box_of(hub, "ivo"))
    os.kill(box_of(hub, "ivo"), signal.SIGKILL)
    wait_for(lambda: hub.server("ivo") is None, 30)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    hub.spawn("ivo", {"profile": "tiny"})
    hub.stop_server("ivo")


def test_a_server_that_is_stopped_early_is_gone(hub: RunningHub) -> None:
    hub.add_user("jan")
    assert hub.ask_for_server("jan", {"profile": "tiny"}).status_code in (201, 202)
    wait_for(lambda: hub.api("DELETE", "users/jan/server").status_code in (202, 204), 60)
    wait_for(lambda: hub.server("jan") is None, 60)
    assert not [group for group in groups_of(hub) if group.name == "jan"]


def test_named_servers_share_a_home_and_nothing_else(tmp_path: Path) -> None:
    courses = "from hub.spawning import names; names.KINDS['course'] = lambda _: names.Kind(names.LAB_MODULE)"
    with start_hub(tmp_path / "data", extra_config=courses) as hub:
        hub.add_user("ada")
        hub.spawn("ada", {"profile": "interactive"})
        hub.spawn("ada", {"profile": "interactive"}, "course")
        hub.kernel("ada").run("open('note', 'w').write('x')")
        kernel = hub.kernel("ada", "course")
        assert kernel.run("print(open('note').read())").strip() == "x"
        assert kernel.run("import os; len([p for p in os.listdir('/proc') if p.isdigit()]) < 6") == "True"
        assert box_of(hub, "ada") != hub.api("GET", "users/ada").json()["servers"]["course"]["state"]["pid"]


def test_servers_outlive_a_killed_hub_and_are_found_again(tmp_path: Path) -> None:
    with start_hub(tmp_path / "data") as hub:
        hub.add_user("kim")
        hub.spawn("kim", {"profile": "interactive"})
        kernel = hub.kernel("kim")
        kernel.run("answer = 42")
        box = box_of(hub, "kim")
        pids = machine.tree(box)
        hub.kill()
        assert Path(f"/proc/{box}").exists()
        hub.start()
        assert box_of(hub, "kim") == box
        assert hub.kernel_of("kim", kernel.id).run("answer") == "42"
        hub.stop_server("kim")
        wait_for(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], 5)
        assert groups_of(hub) == []


@pytest.fixture
def full_home(hub: RunningHub) -> Iterator[str]:
    """lea, whose home is a file system of its own without room for a single byte."""
    hub.add_user("lea")
    hub.spawn("lea", {"profile": "tiny"})  # makes the home
    hub.stop_server("lea")
    home = hub.data / "homes" / "lea"
    uid = home.stat().st_uid
    options = f"size=256k,uid={uid},gid={uid},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(home)], check=True, timeout=10)
    try:
        with pytest.raises(OSError, match="No space left"):
            (home / "fill").write_bytes(b"x" * 1_000_000)
        yield "lea"
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True, timeout=10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small home")
def test_a_server_starts_in_a_full_home_and_says_so(hub: RunningHub, full_home: str) -> None:
    hub.spawn(full_home, {"profile": "tiny"})
    told = wait_for(lambda: hub.user_get(full_home, "polarhub/limits").json()["messages"])
    assert told[0]["kind"] == "error"
    assert told[0]["text"].startswith("The disk of your home is full")
    assert hub.user_get(full_home, "lab").status_code == 200
    assert hub.kernel(full_home).run("6 * 7") == "42"
    assert "jovyan" in hub.terminal(full_home).run("rm -f fill; pwd")
    assert hub.kernel(full_home).run("open('note', 'w').write('x')") == "1"
    hub.stop_server(full_home)
