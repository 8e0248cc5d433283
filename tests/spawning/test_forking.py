"""Servers forked from the zygote: nothing of one is in another, and the zygote's own life costs no server."""

import contextlib
import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.hubs import RunningHub, wait_for
from tests.spawning import machine

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.parametrize("hub", ["fork"], indirect=True),
    pytest.mark.skipif(os.geteuid() != 0, reason="to fork into boxes takes root"),
]
LEFT_BY_REHEARSAL = (".ipython", ".local", "share", "jupyter")
FORKED = re.compile(r"forked into their boxes from now on \(process (\d+)\)")


def state(hub: RunningHub, name: str) -> dict[str, int]:
    """What the hub keeps of a running server: `pid` of its box, `server` where it was forked."""
    found = hub.server(name)
    assert found
    kept: dict[str, int] = found["state"]
    return kept


def zygote(hub: RunningHub) -> int:
    """The process that servers are forked from: the child of the bwrap that made its view."""
    (pid,) = machine.tree(int(FORKED.findall(hub.log)[-1])) - {int(FORKED.findall(hub.log)[-1])}
    return pid


def descriptors(pid: int) -> dict[int, str]:
    """What a process has open."""
    found = {}
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found[int(path.name)] = str(path.readlink())
    return found


def holds(pid: int, words: dict[str, bytes]) -> set[str]:
    """Which of the words stand somewhere in the memory of a process."""
    found = set()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            begin, end = (int(number, 16) for number in place.split("-"))
            if "r" in rights and "[v" not in line:
                with contextlib.suppress(OSError, OverflowError):
                    memory.seek(begin)
                    text = memory.read(end - begin)
                    found |= {name for name, word in words.items() if word in text}
    return found


def token(hub: RunningHub, name: str) -> bytes:
    """The token of a user's server."""
    text = hub.terminal(name).run("echo =$JUPYTERHUB_API_TOKEN=")
    return text.split("=")[1].encode()


def test_a_server_has_nothing_of_others(hub: RunningHub) -> None:
    for name in ("uma", "vito"):
        hub.add_user(name)
        hub.spawn(name, {"profile": "small"})
    secrets = {name: token(hub, name) for name in ("uma", "vito")}
    secrets["hub"] = (hub.data / "cookie_secret").read_bytes().strip()
    assert len(secrets["uma"]) == 32
    assert holds(state(hub, "uma")["server"], secrets) == {"uma"}
    assert holds(state(hub, "vito")["server"], secrets) == {"vito"}
    assert holds(zygote(hub), secrets) == set()


def test_a_server_has_no_privilege_and_nothing_open_of_the_zygotes(hub: RunningHub) -> None:
    hub.add_user("wim")
    hub.spawn("wim", {"profile": "small"})
    server = state(hub, "wim")["server"]
    said = dict(line.split(":\t") for line in Path(f"/proc/{server}/status").read_text().splitlines())
    uid = Path(hub.data / "homes" / "wim").stat().st_uid
    assert {said[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert set(said["Uid"].split()) == {str(uid)}
    assert set(said["Gid"].split()) == {str(uid)}
    assert said["Groups"].strip() == ""
    assert said["NoNewPrivs"] == "1"
    own = set(descriptors(zygote(hub)).values()) - {"/dev/null"}
    assert not own & set(descriptors(server).values())
    kinds = ("user", "mnt", "pid", "ipc", "uts", "cgroup")
    box = state(hub, "wim")["pid"]
    assert [Path(f"/proc/{server}/ns/{k}").readlink() for k in kinds] == [
        Path(f"/proc/{box}/ns/{k}").readlink() for k in kinds
    ]


def test_the_zygote_sees_no_home_and_nothing_of_the_hub(hub: RunningHub) -> None:
    view = Path(f"/proc/{zygote(hub)}/root")
    assert (view / "usr" / "bin").is_dir()
    assert {p.name for p in (view / "home").rglob("*")} <= {"jovyan", *LEFT_BY_REHEARSAL}
    assert not (view / hub.data.relative_to("/")).exists()
    assert len(list(Path(f"/proc/{zygote(hub)}/task").iterdir())) == 1
    environment = Path(f"/proc/{zygote(hub)}/environ").read_text()
    assert "JUPYTERHUB" not in environment
    assert "A_SECRET" not in environment


def test_what_modules_took_from_home_at_import_is_the_users_own(hub: RunningHub) -> None:
    hub.add_user("xara")
    hub.spawn("xara", {"profile": "small"})
    theme = "lab/api/settings/@jupyterlab/apputils-extension:themes"
    answer = hub.client.put(f"/user/xara/{theme}", json={"raw": '{"theme": "JupyterLab Dark"}'})
    assert answer.status_code == 204, answer.text
    kept = hub.data / "homes" / "xara" / ".jupyter" / "lab" / "user-settings"
    assert "JupyterLab Dark" in "".join(p.read_text() for p in kept.rglob("themes*"))


def test_without_a_zygote_servers_go_on_and_start_until_it_is_back(hub: RunningHub) -> None:
    hub.add_user("yrsa")
    hub.spawn("yrsa", {"profile": "small"})
    before = len(FORKED.findall(hub.log))
    os.kill(zygote(hub), signal.SIGKILL)
    hub.add_user("zoe")
    hub.spawn("zoe", {"profile": "small"})
    assert state(hub, "zoe")["server"] is None
    assert hub.kernel("zoe").run("6 * 7") == "42"
    assert hub.user_get("yrsa", "api/status").status_code == 200
    wait_for(lambda: len(FORKED.findall(hub.log)) > before, 60)
    hub.stop_server("zoe")
    hub.spawn("zoe", {"profile": "small"})
    assert state(hub, "zoe")["server"]
    hub.stop_server("zoe")


def test_starts_and_stops_leave_nothing(hub: RunningHub) -> None:
    hub.add_user("abel")

    def left() -> tuple[int, int, int]:
        mounts = len(Path(f"/proc/{zygote(hub)}/mounts").read_text().splitlines())
        return len(descriptors(zygote(hub))), len(descriptors(hub.process.pid)), mounts

    def once() -> None:
        hub.spawn("abel", {"profile": "small"})
        hub.stop_server("abel")

    once()
    before = left()
    for _ in range(10):
        once()
    time.sleep(1)
    after = left()
    assert after[0] == before[0]
    assert after[1] <= before[1] + 2  # the hub's own connections come and go
    assert after[2] == before[2]
    zombies = [pid for pid in machine.tree(hub.process.pid) if _is_zombie(pid)]
    assert zombies == []


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
