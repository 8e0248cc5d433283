"""What the hub, and whoever opens the runner's address, sees: that it is there."""

import os
import socket
from urllib.parse import urlsplit

from jupyterhub import __version__
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from polarhub_lab.runner.facts import Facts

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Runner · polarhub</title>
<p>This server runs your notebooks in the background; there is nothing to open here.
<a href="/hub/home">To your own server</a></p></html>"""


class Here(RequestHandler):
    """Says the same to everybody: nothing of the user is told."""

    def get(self) -> None:
        """The page."""
        self.set_header("Content-Security-Policy", "default-src 'none'")
        self.set_header("X-JupyterHub-Version", __version__)
        self.finish(PAGE)


def open_door(facts: Facts) -> HTTPServer:
    """Serve on the socket that the hub has opened, or where it says."""
    server = HTTPServer(Application([(".*", Here)]))
    if facts.door is not None:
        os.environ.pop("POLARLAB_DOOR", None)
        door = socket.socket(fileno=facts.door)
        door.setblocking(False)
        door.set_inheritable(False)
        server.add_socket(door)
    else:
        where = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:0"))
        server.listen(where.port or 0, where.hostname or "127.0.0.1")
    return server
