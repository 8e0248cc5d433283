"""A real JupyterLab server of one user, with the product's extension and its notebooks as the shelf."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from hub.ports import free_ports
from tests.hubs import wait_for
from tests.notebooks.running import NOTEBOOKS

TOKEN = "t"


@dataclass(frozen=True)
class Lab:
    """A Jupyter server of one user."""

    client: httpx.Client
    home: Path
    shelf: Path


@contextmanager
def a_lab(folder: Path, module: str = "jupyter_server", **more: str) -> Iterator[Lab]:
    """The server while it runs; `module` is `jupyterlab` for pages, `more` its environment."""
    home, shelf = folder / "home", folder / "notebooks"
    home.mkdir()
    shutil.copytree(NOTEBOOKS, shelf)
    (folder / "secret.ipynb").write_text('{"cells": []}')
    (shelf / "secret.ipynb").symlink_to(folder / "secret.ipynb")
    (port,) = free_ports(1)
    settings = [f"--ServerApp.port={port}", f"--ServerApp.root_dir={home}", "--ServerApp.port_retries=0"]
    settings += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.open_browser=False", "--allow-root"]
    settings += ["--ServerApp.jpserver_extensions={'polarhub_lab': True, 'jupyterlab': True}"]
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "POLAR_NOTEBOOKS": str(shelf), **more}
    server = subprocess.Popen(
        [sys.executable, "-m", module, *settings],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    headers = {"Authorization": f"token {TOKEN}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:

            def answers() -> bool:
                try:
                    return client.get("/api").status_code == 200
                except httpx.TransportError:
                    return False

            wait_for(answers, 60)
            yield Lab(client, home, shelf)
    finally:
        server.terminate()
        server.wait(20)
