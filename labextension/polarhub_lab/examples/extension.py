"""The server extension: lists the examples, shows one, copies one into the user's files."""

import errno
import json
from dataclasses import asdict
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

from polarhub_lab.examples.shelf import Shelf

FOLDER = "examples"  # in the user's files
FULL = {errno.ENOSPC, errno.EDQUOT}


class ExampleHandler(APIHandler):
    """What they have in common."""

    auth_resource = "contents"

    def initialize(self, shelf: Shelf) -> None:
        """Given by the route."""
        self.shelf = shelf

    def found(self, name: str) -> dict[str, Any]:
        """A notebook of the shelf, and of nowhere else."""
        notebook = self.shelf.notebook(name)
        if notebook is None:
            raise web.HTTPError(404, reason="There is no such example.")
        return notebook


class ListHandler(ExampleHandler):
    """GET polarhub/examples"""

    @web.authenticated
    @authorized
    def get(self) -> None:
        """Name, title and description of each."""
        self.finish(json.dumps([asdict(example) for example in self.shelf.examples()]))


class NotebookHandler(ExampleHandler):
    """GET polarhub/examples/NAME"""

    @web.authenticated
    @authorized
    def get(self, name: str) -> None:
        """The notebook, to read."""
        self.finish(json.dumps(self.found(name)))


class CopyHandler(ExampleHandler):
    """POST polarhub/examples/NAME/copy"""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Put a copy into the user's folder `examples`, beside earlier ones; says its path."""
        notebook = self.found(name)
        try:
            path = await self._save(name, notebook)
        except (OSError, web.HTTPError) as error:
            raise _said(error) from None
        self.set_status(201)
        self.finish(json.dumps({"path": path}))

    async def _save(self, name: str, notebook: dict[str, Any]) -> str:
        contents: Any = self.contents_manager
        if not await ensure_async(contents.dir_exists(FOLDER)):
            await ensure_async(contents.save({"type": "directory"}, FOLDER))
        free = await ensure_async(contents.increment_filename(f"{name}.ipynb", FOLDER, insert="-"))
        path = f"{FOLDER}/{free}"
        model = {"type": "notebook", "format": "json", "content": notebook}
        await ensure_async(contents.save(model, path))
        return path


def _said(error: OSError | web.HTTPError) -> web.HTTPError:
    """A failed save in a sentence; Jupyter's contents manager wraps what the disk said."""
    cause = error if isinstance(error, OSError) else error.__cause__
    if not isinstance(cause, OSError):
        return error if isinstance(error, web.HTTPError) else web.HTTPError(500)
    if cause.errno in FULL:
        return web.HTTPError(507, reason="Your home is full: delete something, then copy it again.")
    return web.HTTPError(403, reason="Your folder `examples` cannot be written to: look at its permissions.")


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Called by Jupyter's server when it starts."""
    base = url_path_join(server.web_app.settings["base_url"], "polarhub", "examples")
    given = {"shelf": Shelf.of()}
    name = "([a-z0-9][a-z0-9_-]{0,99})"
    app: Any = server.web_app
    app.add_handlers(
        ".*$",
        [
            (base, ListHandler, given),
            (f"{base}/{name}", NotebookHandler, given),
            (f"{base}/{name}/copy", CopyHandler, given),
        ],
    )
