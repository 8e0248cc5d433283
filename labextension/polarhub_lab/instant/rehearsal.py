"""What is done before the fork, so that no child has to: all is imported, and a server was put together once.

The rehearsal starts a server up to the moment before it listens, as nobody, and takes it apart again. What
stays are modules, compiled expressions and parsed code. No loop, thread, descriptor, handler or singleton may
stay: the fork would copy it into every user's server.
"""

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import traitlets.log
from jupyter_server.serverapp import ServerApp
from jupyterhub.singleuser.extension import JupyterHubSingleUser

from polarhub_lab.serving import DoorServerApp, ask_less

NOBODY = {
    "JUPYTERHUB_API_TOKEN": "rehearsal",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api",
    "JUPYTERHUB_BASE_URL": "/",
    "JUPYTERHUB_CLIENT_ID": "rehearsal",
    "JUPYTERHUB_HOST": "",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES": "[]",
    "JUPYTERHUB_OAUTH_CALLBACK_URL": "/user/rehearsal/oauth_callback",
    "JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES": "[]",
    "JUPYTERHUB_OAUTH_SCOPES": "[]",
    "JUPYTERHUB_SERVER_NAME": "",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/rehearsal/",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:1/user/rehearsal/",
    "JUPYTERHUB_USER": "rehearsal",
}
AT_FIRST_USE = ("anyio._backends._asyncio", "zmq.asyncio", "jupyter_client.provisioning.local_provisioner")


class RehearsedServerApp(DoorServerApp):
    """A server that never listens."""

    def _bind_http_server_tcp(self) -> bool:
        return True


def prepare(arguments: Sequence[str]) -> None:
    """Import what a server with these arguments needs, and rehearse its start. Raises RuntimeError."""
    for name in (*_learned(arguments), *AT_FIRST_USE):
        with contextlib.suppress(Exception):  # a server imports it itself, or does without
            importlib.import_module(name)
    with _left_as_found():
        _take_apart(_put_together(arguments))
    gc.collect()


def _put_together(arguments: Sequence[str]) -> ServerApp:
    os.environ.update(NOBODY)
    ask_less()
    JupyterHubSingleUser.serverapp_class = RehearsedServerApp
    try:
        server: ServerApp = JupyterHubSingleUser.initialize_server(argv=["--allow-root", *arguments])
        return server
    finally:
        JupyterHubSingleUser.serverapp_class = ServerApp


def _take_apart(server: ServerApp) -> None:
    loop = server.io_loop

    async def settle() -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await server.extension_manager.stop_all_extensions()  # type: ignore[no-untyped-call]

    loop.run_sync(settle)
    server.session_manager.close()
    loop.close(all_fds=True)
    asyncio.set_event_loop(None)
    for point in server.extension_manager.extension_points.values():
        if point.app is not None:
            type(point.app).clear_instance()
    type(server).clear_instance()
    traitlets.log._logger = None  # type: ignore[attr-defined]


def _learned(arguments: Sequence[str]) -> list[str]:
    """The modules that a start imports, found out in a child that is thrown away."""
    read, write = os.pipe()
    before = set(sys.modules)
    child = os.fork()
    if child == 0:
        try:
            with tempfile.TemporaryDirectory() as home:
                os.environ["HOME"] = home
                _put_together(arguments)
                os.chdir("/")
            os.write(write, "\n".join(m for m in sys.modules if m not in before).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        names = said.read().split()
    os.waitpid(child, 0)
    if not names:
        raise RuntimeError("The rehearsal failed; the lines above say why.")
    return names


@contextlib.contextmanager
def _left_as_found() -> Iterator[None]:
    """Environment, folder, signals, loggers and descriptors are afterwards what they were."""
    environment, folder, descriptors = dict(os.environ), Path.cwd(), _descriptors()
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    loggers = {name: (log.handlers[:], log.propagate, log.level) for name, log in _loggers()}
    os.chdir(Path.home())
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
    for number, handler in signals.items():
        signal.signal(number, handler)
    for name, log in _loggers():
        log.handlers[:], log.propagate, level = loggers.get(name, ([], True, logging.NOTSET))
        log.setLevel(level)
    gc.collect()
    if left := _descriptors() - descriptors:
        raise RuntimeError(f"The rehearsal left open: {sorted(left)}")


def _loggers() -> list[tuple[str, logging.Logger]]:
    known = logging.root.manager.loggerDict.items()
    return [(name, log) for name, log in known if isinstance(log, logging.Logger)]


def _descriptors() -> set[tuple[str, str]]:
    found = set()
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # that of the listing itself
            found.add((path.name, str(path.readlink())))
    return found
