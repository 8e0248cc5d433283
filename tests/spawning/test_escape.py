"""Two users on one machine: bob tries, from his own server, to reach ada and the hub."""

import base64
import json
import os
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from hub.machine import ROOT
from hub.ports import Ports
from hub.spawning.box import HOME
from tests.hubs import RunningHub
from tests.spawning import machine
from tests.spawning.conftest import HUB_SECRET

pytestmark = pytest.mark.timeout(300)  # two servers, and every address of the machine
ADAS_SECRET = "adas-unpublished-result-81d2"
DOOR = "print(urlsplit(os.environ['JUPYTERHUB_SERVICE_URL']).port)"
MACHINES = [
    *(
        "/etc/shadow",
        "/etc/gshadow",
        "/etc/ssh",
        "/etc/pip.conf",
        "/etc/npmrc",
        "/root/.ssh",
        "/root/.bash_history",
    ),
    *("/var/log", "/var/lib", "/sys", "/boot", "/mnt", "/media"),
]
PATHS = [
    *("/", "/hub/home", "/hub/api/users", "/api/routes", "/metrics", "/api/contents/secret.txt"),
    *("/user/ada/api/contents/secret.txt", "/user/ada/api/kernels", "/user/ada/files/secret.txt"),
]


@dataclass
class Result:
    """What bob reached, and what there is."""

    reached: dict[str, Any]
    secrets: dict[str, str]
    ada: set[int]
    hub: set[int]
    door: int  # the port of ada's server


@pytest.fixture(scope="module", params=["kernel", "terminal"])
def attack(request: pytest.FixtureRequest, hub: RunningHub) -> Result:
    """Everything tried once, from a kernel and from a terminal."""
    for name in ("ada", "bob"):
        hub.add_user(name)
        if hub.server(name) is None:
            hub.spawn(name, {"profile": "small"})
    (hub.data / "homes" / "ada" / "secret.txt").write_text(ADAS_SECRET)
    adas_kernel = hub.kernel("ada")
    adas_kernel.run(f"secret = {ADAS_SECRET!r}")
    adas_token = adas_kernel.run("import os; print(os.environ['JUPYTERHUB_API_TOKEN'], end='')")
    ada, bob = in_box(hub, "ada"), in_box(hub, "bob")
    reached = try_everything(hub, request.param, ada)
    secrets = {
        "ada's file": ADAS_SECRET,
        "ada's token": adas_token,
        "the hub's environment": HUB_SECRET,
        "the tester's token": hub.token,
        "the cookie secret": (hub.data / "cookie_secret").read_text().strip(),
    }
    door = int(adas_kernel.run("from urllib.parse import urlsplit; " + DOOR))
    return Result(reached, secrets, ada, machine.tree(hub.process.pid) - ada - bob, door)


def in_box(hub: RunningHub, name: str) -> set[int]:
    """The processes of a user's server."""
    found = hub.server(name)
    assert found
    return machine.tree(found["state"]["pid"])


def addresses(data: Path) -> list[tuple[str, int]]:
    """All that listens on this machine, at its own address, at that of its card, and at the box's gateway."""
    listening = machine.listening()
    hosts = {gateway(data), machine.own_address()} - {None}
    return sorted({*listening, *((host, port) for host in hosts if host for _, port in listening)})


def gateway(data: Path) -> str | None:
    """Where a box finds its hub; nothing where boxes share the machine's network."""
    kept = data / "network.json"
    return str(ip_network(json.loads(kept.read_text())["boxes"])[1]) if kept.exists() else None


def try_everything(hub: RunningHub, way: str, ada: set[int]) -> dict[str, Any]:
    """Run attack.py in bob's box."""
    data = hub.data
    plan = {
        "read": [str(path) for path in (data, data / "homes" / "ada", data / "homes" / "ada" / "secret.txt")]
        + [str(data / name) for name in ("hub.sqlite", "cookie_secret", "ports.json", "logs", "homes")]
        + [str(path) for path in (hub.config, ROOT / "hub", ROOT / "jupyterhub_config.py", ROOT / "var")]
        + MACHINES,
        "write": ["/usr", "/usr/bin", "/etc", "/etc/passwd", "/", "/dev", "/opt/polarhub"]
        + ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"]
        + ["/run/polarhub/limits/memory", "/run/polarhub/limits/memory/memory.limit_in_bytes"]
        + [str(path) for path in (ROOT / ".venv", ROOT / "labextension", Path(os.__file__).parent)],
        "pids": sorted(pid for pid in ada | machine.tree(hub.process.pid) if pid > 300),
        "addresses": addresses(data),
        "paths": PATHS,
        "sockets": machine.unix_sockets(),
    }
    script = base64.b64encode((Path(__file__).parent / "attack.py").read_bytes()).decode()
    given = base64.b64encode(json.dumps(plan).encode()).decode()
    kernel = hub.kernel("bob")
    write = f"import base64, pathlib; home = pathlib.Path({str(HOME)!r})\n" + "".join(
        f"(home / {name!r}).write_bytes(base64.b64decode({text!r}))\n"
        for name, text in (("attack.py", script), ("plan.json", given))
    )
    assert kernel.run(write).strip().isdigit()
    if way == "kernel":
        kernel.run(
            "import subprocess, sys\n"
            "with open(home / 'plan.json') as plan, open(home / 'found.json', 'w') as out:\n"
            "    subprocess.run([sys.executable, 'attack.py'], cwd=home, stdin=plan, stdout=out, check=True)",
            limit=110,
        )
    else:
        hub.terminal("bob").run("python attack.py < plan.json > found.json", limit=110)
    found: dict[str, Any] = json.loads((hub.data / "homes" / "bob" / "found.json").read_text())
    return found


def test_nothing_of_others_can_be_read(attack: Result) -> None:
    text = json.dumps(attack.reached)
    assert [name for name, secret in attack.secrets.items() if secret in text] == []
    files = {path for path in attack.reached["read"] if not path.startswith("/proc/")}
    assert files == set()


def test_nothing_but_the_home_and_tmp_can_be_written(attack: Result) -> None:
    assert attack.reached["written"] == []


def test_no_process_outside_is_seen_or_signalled(attack: Result) -> None:
    assert max(attack.reached["pids"]) < 300, "a pid namespace of its own begins at 1"
    assert attack.reached["signalled"] == []
    assert "jupyterhub_config" not in attack.reached["proc"]


def test_no_privilege_is_left(attack: Result) -> None:
    found = attack.reached["privileges"]
    assert found.pop("capabilities") == [0, 0, 0, 0, 0]
    assert found.pop("no_new_privs") == "1"
    uids = set(found.pop("uids"))
    assert len(uids) == 1
    assert "0" not in uids
    assert {name: result for name, result in found.items() if result == 0} == {}


def test_every_process_of_a_box_is_filtered(attack: Result, hub: RunningHub) -> None:
    for pid in in_box(hub, "bob"):
        assert "Seccomp:\t2\n" in Path(f"/proc/{pid}/status").read_text()


def test_no_process_of_a_box_is_root(attack: Result, hub: RunningHub) -> None:
    for pid in in_box(hub, "bob"):
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_every_listening_address_keeps_its_secrets(attack: Result, hub: RunningHub) -> None:
    ports = Ports.of(hub.data)
    answers = attack.reached["answers"]
    asked = {answer["port"] for answer in answers}
    ours = {hub.port, ports.hub, ports.proxy_api, attack.door}
    if gateway(hub.data):
        assert asked == {hub.port, ports.hub, ports.api}, "nothing else of the machine answers"
    else:
        assert ours <= asked, "all of ours were tried"
    # ipykernel takes what its own forked children print at a port of its own: it tells nobody anything,
    # and drops whatever does not begin with 16 random bytes that only they know
    silent = {port for _, port in machine.listening(machine.socket_inodes(attack.ada))} - {attack.door}
    assert silent & asked == set()
    private = ("/api/routes", "/hub/api/users", "/user/ada/", "/hub/home", "/api/contents", "/metrics")
    let_in = [
        (answer["port"], answer["path"], answer["own"])
        for answer in answers
        if answer["port"] in ours and answer["path"].startswith(private) and answer["status"] == 200
    ]
    assert let_in == []


def test_no_unix_socket_of_others_answers(attack: Result) -> None:
    # ada's abstract sockets are in her own network, where she has one; the machine's list has none of hers
    others = machine.unix_sockets(machine.socket_inodes(attack.ada | attack.hub))
    assert not [name for name in others if name.startswith("@")], "abstract sockets are open to every box"
    reached = [name for name in attack.reached["connected"] if name in others]
    assert reached == []


def test_no_kernel_listens_on_tcp(attack: Result, hub: RunningHub) -> None:
    kernel = hub.kernel("bob")
    kernel.run("from ipykernel import get_connection_info")
    assert '"transport": "ipc"' in kernel.run("print(get_connection_info())")


@pytest.mark.parametrize("whose", ["own", "none"])
def test_bobs_token_opens_nothing_of_adas_through_the_proxy(
    hub: RunningHub, attack: Result, whose: str
) -> None:
    headers = {"Authorization": f"token {hub.token_of('bob')}"} if whose == "own" else {"Authorization": ""}
    for path in ("api/contents/secret.txt", "api/kernels", "polarhub/limits", "files/secret.txt"):
        answer = hub.user_get("ada", path, headers=headers)
        assert answer.status_code in (302, 401, 403, 404)
        assert ADAS_SECRET not in answer.text
