"""A small server that answers /hub/api/user as JupyterHub does: the real HubAuth checks tokens with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from jupyterhub.services.auth import HubAuth

from hub.api.auth import SCOPE, HubTokens


def person(name: str, *scopes: str, groups: tuple[str, ...] = (), admin: bool = False) -> dict[str, Any]:
    """Somebody as the hub describes them."""
    return {"kind": "user", "name": name, "admin": admin, "groups": list(groups), "scopes": list(scopes)}


PEOPLE = {"token-ada": person("ada", SCOPE), "token-elsewhere": person("elsa", "read:users!user=elsa")}


@contextmanager
def fake_hub(people: dict[str, dict[str, Any]] = PEOPLE) -> Iterator[str]:
    """The address of its API, `http://127.0.0.1:PORT/hub/api`, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, _, token = self.headers.get("Authorization", "").partition(" ")
            found = people.get(token) if self.path == "/hub/api/user" else None
            body = json.dumps(found or {"status": 403, "message": "Forbidden"}).encode()
            self.send_response(200 if found else 403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hub/api"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def tokens_of(api_url: str) -> HubTokens:
    """The product's own token check, pointed at that hub."""
    return HubTokens(HubAuth(api_url=api_url, api_token="service", cache_max_age=60))
