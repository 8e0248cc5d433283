"""Somebody with a browser, without the browser: cookies, forms, redirects."""

import html
import json
import re
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from hub.login.first_admin import ensure_admin
from hub.settings import Settings

PASSWORD = "walrus orbit teapot"


def first_password(data: Path, **settings: str) -> str:
    """Make the data folder and its administrator, as `python -m hub` does; the one-time password."""
    data.mkdir(parents=True, exist_ok=True)
    password = ensure_admin(Settings.load({"POLARHUB_DATA": str(data), **settings}))
    assert password
    return password


class Visitor:
    """One browser at one hub."""

    def __init__(self, url: str, **headers: str) -> None:
        self.client = httpx.Client(
            base_url=url, follow_redirects=True, trust_env=False, timeout=60, headers=headers
        )
        self.page = httpx.Response(204)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.client.close()

    def open(self, path: str) -> "Visitor":
        """Go to an address."""
        self.page = self.client.get(path)
        return self

    def send(self, **fields: str) -> "Visitor":
        """Fill in the form of this page and send it to where it says."""
        form = re.search(r'<form[^>]*action="([^"]+)"', self.page.text)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.page.text))
        assert form, f"no form on {self.page.url}"
        self.page = self.client.post(html.unescape(form[1]), data={**hidden, **fields})
        return self

    def sign_in(self, name: str, password: str, then: str = "/hub/home") -> "Visitor":
        """From the login page on."""
        return self.open(f"/hub/login?next={then}").send(username=name, password=password)

    def settle(self, name: str, one_time: str, password: str = PASSWORD) -> "Visitor":
        """Everything a new person does: one-time password, password of their own, terms."""
        self.sign_in(name, one_time)
        assert self.heading == "Choose a password", self.page.text
        self.send(new_password=password, new_password_again=password)
        assert self.heading == "Terms of use", self.page.text
        return self.send()

    @property
    def heading(self) -> str:
        """The page's headline."""
        found = re.search(r"<h1[^>]*>([^<]*)", self.page.text)
        return found[1].strip() if found else ""

    @property
    def said(self) -> str:
        """What the page says in its box."""
        return " ".join(
            html.unescape(t).strip() for t in re.findall(r'role="alert"[^>]*>([^<]*)', self.page.text)
        )

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.page.url.path

    @property
    def signed_in(self) -> bool:
        """Whether the hub's home page opens."""
        return self.open("/hub/home").path == "/hub/home"

    def session_end(self) -> dict[str, Any]:
        """What the hub says about this session."""
        answer = self.client.get("/hub/session-end")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def page_token(self, name: str) -> str:
        """The token of the JupyterLab page of a running server."""
        self.open(f"/user/{name}/lab")
        config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', self.page.text, re.S)
        assert config, f"{self.page.status_code} {self.page.url}"
        token: str = json.loads(config[1])["token"]
        return token
