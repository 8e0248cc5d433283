"""Stock JupyterHub from the same packages: the peer that ours is measured beside."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from hub import processes
from hub.machine import ROOT, node_folder
from hub.ports import free_ports

NAME, PASSWORD = "ada", "a password for the bench"
START_LIMIT = 60.0  # seconds

CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.cmd = [{single!r}]
c.Spawner.args = {args!r}
c.JupyterHub.services = [{{"name": "bench", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{"name": "bench", "services": ["bench"],
    "scopes": ["admin:users", "admin:servers", "access:servers"]}}]
"""


@dataclass(frozen=True)
class StockHub:
    """A stock hub that runs."""

    url: str
    client: httpx.Client  # with a token that may start servers
    pid: int

    def spawn(self, name: str) -> float:
        """Seconds from the order to a server that answers."""
        self.client.post(f"/hub/api/users/{name}")
        began = time.monotonic()
        self.client.post(f"/hub/api/users/{name}/server", json={}).raise_for_status()
        while self.client.get(f"/user/{name}/api/status").status_code != 200:
            if time.monotonic() - began > START_LIMIT:
                raise TimeoutError(f"the stock server of {name} did not start")
            time.sleep(0.05)
        return time.monotonic() - began


@contextlib.contextmanager
def start_stock(folder: Path) -> Iterator[StockHub]:
    """JupyterHub with SimpleLocalProcessSpawner, everything else as it comes; ended afterwards."""
    (folder / "homes").mkdir(parents=True)
    ports, token = free_ports(3), os.urandom(16).hex()
    config = folder / "stock_config.py"
    config.write_text(
        CONFIG.format(
            ports=ports,
            folder=folder,
            token=token,
            password=PASSWORD,
            proxy=[str(node_folder() / "node"), str(ROOT / "node_modules/.bin/configurable-http-proxy")],
            single=str(Path(sys.prefix) / "bin" / "jupyterhub-singleuser"),
            args=["--allow-root"] if os.geteuid() == 0 else [],
        )
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("POLARHUB_", "JUPYTER"))}
    with (folder / "hub.log").open("w") as log:
        hub = processes.start(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)], log, environment, folder
        )
    url = f"http://127.0.0.1:{ports[0]}"
    with httpx.Client(
        base_url=url, headers={"Authorization": f"token {token}"}, timeout=60, trust_env=False
    ) as client:
        try:
            _wait_until_up(client)
            yield StockHub(url, client, hub.pid)
        finally:
            processes.stop(hub, 30)


def _wait_until_up(client: httpx.Client) -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/hub/api/").status_code == 200:
                return
        if time.monotonic() > deadline:
            raise TimeoutError("the stock hub did not start")
        time.sleep(0.1)
