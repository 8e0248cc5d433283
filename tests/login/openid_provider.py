"""npm's oidc-provider, a certified OpenID Connect provider, on a free port of the loopback."""

import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import httpx

from hub.machine import ROOT, node_folder
from hub.ports import free_ports
from tests.login.visitors import Visitor

FOLDER = ROOT / "tests" / "oidc"
SECRET = "shared between provider and hub only"


@dataclass
class OpenIdProvider:
    """A provider that knows some people; any password is right for them."""

    issuer: str
    input: IO[str]

    def change(self, people: dict[str, dict[str, Any]]) -> None:
        """From now on these are the people, and what is claimed about them."""
        print(json.dumps(people), file=self.input, flush=True)


@contextlib.contextmanager
def start_provider(hub_port: int, people: dict[str, dict[str, Any]]) -> Iterator[OpenIdProvider]:
    """Run it for one hub; it ends afterwards."""
    setup = {
        "port": free_ports(1)[0],
        "clientId": "polarhub",
        "clientSecret": SECRET,
        "redirectUri": f"http://127.0.0.1:{hub_port}/hub/oauth_callback",
        "people": people,
    }
    process = subprocess.Popen(
        [node_folder() / "node", "provider.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        print(json.dumps(setup), file=process.stdin, flush=True)
        yield OpenIdProvider(process.stdout.readline().strip(), process.stdin)
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def sign_in_with_provider(visitor: Visitor, login: str) -> Visitor:
    """From the hub's login page through the provider's own pages and back."""
    visitor.open("/hub/login?next=/hub/home")
    link = re.search(r'href="(/hub/oauth_login[^"]*)"', visitor.page.text)
    assert link, visitor.page.text
    visitor.open(link[1].replace("&amp;", "&"))
    for fields in ({"prompt": "login", "login": login, "password": "any"}, {"prompt": "consent"}):
        if "/interaction/" in str(visitor.page.url):
            form = re.search(r'action="([^"]+)"', visitor.page.text)
            assert form
            visitor.page = visitor.client.post(httpx.URL(str(visitor.page.url)).join(form[1]), data=fields)
    return visitor
