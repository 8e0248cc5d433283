"""A real hub for tests: the product's own jupyterhub_config.py, the real proxy, a data folder, free ports.

    with start_hub(tmp_path / "data") as hub:
        hub.add_user("ada")
        hub.spawn("ada", {"profile": "small"})
        assert hub.kernel("ada").run("6 * 7") == "42"
        assert "jovyan" in hub.terminal("ada").run("pwd")

The test asks with the token of a service that may do everything (`hub.token`);
`hub.token_of(name)` is a person's.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import websocket

from hub import processes
from hub.login.records import Records
from hub.login.terms import Terms
from hub.machine import ROOT
from hub.ports import Ports, free_ports
from hub.settings import Settings

TERMS = ROOT / "hub" / "login" / "terms.md"
START_LIMIT, SPAWN_LIMIT, ANSWER_LIMIT = 60.0, 60.0, 60.0  # seconds
T = TypeVar("T")

CONFIG = """
load_subconfig({product!r})
c.JupyterHub.services = [*c.JupyterHub.services, {{"name": "tester", "api_token": {token!r}}}]
roles = c.JupyterHub.get("load_roles", [])
c.JupyterHub.load_roles = [*(roles if isinstance(roles, list) else []), {{
    "name": "tester", "services": ["tester"], "scopes": ["admin:users", "admin:servers", "admin:groups",
    "admin:server_state", "tokens", "access:servers", "access:services", "read:hub", "shutdown", "proxy"]}}]
{extra}
"""


def wait_for(what: Callable[[], T], limit: float = 20.0, pause: float = 0.05) -> T:
    """The first true answer. Raises TimeoutError after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not (answer := what()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {limit} s: {what}")
        time.sleep(pause)
    return answer


def _next(opened: websocket.WebSocket, deadline: float) -> Any:
    """The next message. Raises TimeoutError at the deadline, though pings come all the time."""
    while time.monotonic() < deadline:
        opened.settimeout(min(5.0, max(deadline - time.monotonic(), 0.01)))
        with contextlib.suppress(websocket.WebSocketTimeoutException):
            return json.loads(opened.recv())
    raise TimeoutError("no answer in time")


@dataclass
class Kernel:
    """A kernel of a user's server, over its websocket."""

    socket: websocket.WebSocket
    id: str

    def run(self, code: str, limit: float = ANSWER_LIMIT) -> str:
        """What the code prints and returns; an error's last line. Raises on silence."""
        number = uuid.uuid4().hex
        header = {
            "msg_id": number,
            "msg_type": "execute_request",
            "username": "",
            "session": "t",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "channel": "shell",
            "content": content,
        }
        self.socket.send(json.dumps(message))
        said, deadline = "", time.monotonic() + limit
        while True:
            answer = _next(self.socket, deadline)
            kind, content = answer["msg_type"], answer["content"]
            if kind == "status" and content["execution_state"] in ("restarting", "dead"):
                raise KernelDied(said)
            if answer["parent_header"].get("msg_id") != number:
                continue
            if kind == "stream":
                said += content["text"]
            elif kind == "execute_result":
                said += content["data"]["text/plain"]
            elif kind == "error":
                said += f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                return said


class KernelDied(Exception):
    """The kernel ended while it ran our code."""


@dataclass
class Terminal:
    """A terminal of a user's server."""

    socket: websocket.WebSocket

    def run(self, command: str, limit: float = ANSWER_LIMIT) -> str:
        """What a command line prints, without colours and prompts. Raises on silence."""
        mark = uuid.uuid4().hex
        line = f"echo {mark[:9]}''{mark[9:]}; {command}; echo {mark[9:]}''{mark[:9]}\n"
        self.socket.send(json.dumps(["stdin", line]))
        said, end, deadline = "", mark[9:] + mark[:9], time.monotonic() + limit
        while end not in said:
            kind, *content = _next(self.socket, deadline)
            said += content[0] if kind == "stdout" else ""
        said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\r", "", said)
        return said.split(mark + "\n", 1)[-1].split(end, 1)[0]


@dataclass
class RunningHub:
    """A hub that answers at `url`, and what a test does with it."""

    data: Path
    port: int
    token: str
    config: Path
    environment: dict[str, str]
    log_path: Path
    process: subprocess.Popen[str] = field(init=False)
    client: httpx.Client = field(init=False)
    sockets: list[websocket.WebSocket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where people find it, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All that the hub said so far."""
        return self.log_path.read_text()

    # -- the hub itself
    def start(self) -> None:
        """Start it and wait until it answers through its proxy."""
        command = [sys.executable, "-m", "jupyterhub", "-f", str(self.config)]
        with self.log_path.open("a") as log:
            self.process = processes.start(command, log, self.environment, ROOT)
        self.client = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"token {self.token}"},
            timeout=ANSWER_LIMIT,
            trust_env=False,
        )

        def up() -> bool:
            assert self.process.poll() is None, f"the hub ended:\n{self.log[-4000:]}"
            with contextlib.suppress(httpx.TransportError):
                return self.client.get("/hub/api/info").status_code == 200
            return False

        wait_for(up, START_LIMIT)

    def stop(self) -> None:
        """End it as Ctrl-C does, and wait: users' servers end with it."""
        self._hang_up()
        processes.stop(self.process, 30)

    def kill(self) -> None:
        """SIGKILL, as the machine does when memory runs out: servers stay."""
        self._hang_up()
        self.process.kill()
        self.process.wait(10)
        wait_for(lambda: not _listens(self.port))  # the proxy ends with it

    def _hang_up(self) -> None:
        self.client.close()
        while self.sockets:
            self.sockets.pop().shutdown()  # type: ignore[no-untyped-call]

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask JupyterHub's API as the tester."""
        return self.client.request(method, f"/hub/api/{path}", **options)

    # -- people
    def add_user(self, name: str, *, admin: bool = False, groups: tuple[str, ...] = ()) -> None:
        """Make a user who accepted the terms of use, with its groups."""
        assert self.api("POST", f"users/{name}", json={"admin": admin}).status_code in (201, 409)
        records = Records(Settings.load(self.environment).database_url("login"))
        records.accept(name, Terms.read(Path(self.environment.get("POLARHUB_TERMS", TERMS))).version)
        records.close()
        for group in groups:
            self.api("POST", f"groups/{group}")
            assert self.api("POST", f"groups/{group}/users", json={"users": [name]}).status_code == 200

    def token_of(self, name: str) -> str:
        """A new token of a user, with all that the user may."""
        answer = self.api("POST", f"users/{name}/tokens", json={"note": "test"})
        assert answer.status_code == 201, answer.text
        token: str = answer.json()["token"]
        return token

    # -- servers
    def spawn(self, name: str, options: Mapping[str, Any] | None = None, server: str = "") -> None:
        """Start a user's server and wait until it answers through the proxy."""
        answer = self.ask_for_server(name, options, server)
        assert answer.status_code in (201, 202), f"{answer.status_code} {answer.text}"

        def ready() -> bool:
            found = self.server(name, server)
            assert found is not None, f"the start failed:\n{self.log[-4000:]}\n{self.log_of(name)[-2000:]}"
            return bool(found["ready"]) and self.user_get(name, "api/status", server).status_code == 200

        wait_for(ready, SPAWN_LIMIT)

    def ask_for_server(
        self, name: str, options: Mapping[str, Any] | None = None, server: str = ""
    ) -> httpx.Response:
        """The hub's answer to a request for a server."""
        path = f"users/{name}/servers/{server}" if server else f"users/{name}/server"
        return self.api("POST", path, json=dict(options or {}))

    def server(self, name: str, server: str = "") -> dict[str, Any] | None:
        """A running or starting server, as the hub describes it."""
        servers = self.api("GET", f"users/{name}").json()["servers"]
        found: dict[str, Any] | None = servers.get(server)
        return found if found and not found["stopped"] else None

    def stop_server(self, name: str, server: str = "") -> None:
        """Stop a user's server and wait until it is gone."""
        path = f"users/{name}/servers/{server}" if server else f"users/{name}/server"
        assert self.api("DELETE", path).status_code in (202, 204)
        wait_for(lambda: self.server(name, server) is None)

    def log_of(self, name: str) -> str:
        """What a user's server wrote to its log."""
        return "".join(p.read_text() for p in sorted((self.data / "logs" / "servers").glob(f"{name}*.log")))

    def user_get(self, name: str, path: str, server: str = "", **options: Any) -> httpx.Response:
        """GET from a user's server, through the proxy."""
        return self.client.get(self._path(name, path, server), **options)

    def user_post(self, name: str, path: str, server: str = "", **options: Any) -> httpx.Response:
        """POST to a user's server, through the proxy."""
        return self.client.post(self._path(name, path, server), **options)

    def kernel(self, name: str, server: str = "") -> Kernel:
        """A new kernel of a user's server."""
        answer = self.user_post(name, "api/kernels", server, json={"name": "python3"})
        assert answer.status_code == 201, answer.text
        return self.kernel_of(name, answer.json()["id"], server)

    def kernel_of(self, name: str, number: str, server: str = "") -> Kernel:
        """A kernel that runs already."""
        return Kernel(self._socket(name, f"api/kernels/{number}/channels?session_id=t", server), number)

    def terminal(self, name: str, server: str = "") -> Terminal:
        """A new terminal of a user's server."""
        answer = self.user_post(name, "api/terminals", server)
        assert answer.status_code == 200, answer.text
        return Terminal(self._socket(name, f"terminals/websocket/{answer.json()['name']}", server))

    def _path(self, name: str, path: str, server: str) -> str:
        return "/".join(["/user", name, *([server] if server else []), path])

    def _socket(self, name: str, path: str, server: str) -> websocket.WebSocket:
        opened = websocket.create_connection(
            f"ws://127.0.0.1:{self.port}{self._path(name, path, server)}",
            header=[f"Authorization: token {self.token}"],
            timeout=ANSWER_LIMIT,
            http_no_proxy=["127.0.0.1"],
        )
        self.sockets.append(opened)
        return opened


def _listens(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=5, trust_env=False).status_code > 0
    except httpx.TransportError:
        return False


def left_behind(hub: RunningHub) -> list[int]:
    """Processes that still carry the address of this hub in their environment."""
    # whichever address it is seen at
    mark = re.compile(rf"JUPYTERHUB_API_URL=http://[\d.]+:{Ports.of(hub.data).hub}/".encode())
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.search(path.read_bytes()) and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
    return found


@contextlib.contextmanager
def start_hub(
    data: Path, environment: Mapping[str, str] | None = None, extra_config: str = ""
) -> Iterator[RunningHub]:
    """A hub that keeps its data in `data`; `extra_config` is Python that may set more of `c`.

    It is ended afterwards with all it started; what it left behind is ended too, and fails the test.
    """
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o711)
    port = int((environment or {}).get("POLARHUB_PORT") or free_ports(1)[0])
    token = uuid.uuid4().hex
    config = data.parent / f"{data.name}-jupyterhub_config.py"
    product = str(ROOT / "jupyterhub_config.py")
    config.write_text(CONFIG.format(product=product, token=token, extra=extra_config))
    own = {"POLARHUB_DATA": str(data), "POLARHUB_PORT": str(port)}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("POLARHUB_", "JUPYTER"))}
    hub = RunningHub(
        data, port, token, config, {**kept, **own, **(environment or {})}, data.parent / f"{data.name}.log"
    )
    try:
        hub.start()
        yield hub
    finally:
        hub.stop()
        left = left_behind(hub)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert not left, f"the hub left processes behind: {left}\n{hub.log[-2000:]}"
