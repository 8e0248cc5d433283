"""Runs an ASGI app on a free port in a thread of this process, and ends it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn


@contextmanager
def served(app: Any) -> Iterator[str]:
    """`http://127.0.0.1:PORT` while the app answers there."""
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, server_header=False)
    server = uvicorn.Server(config)
    # asyncio turns Nagle's wait of 40 ms off only where the protocol is named
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            for _ in range(200):
                if server.started:
                    break
                thread.join(0.05)
            assert server.started, "the server did not start within 10 s"
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive(), "the server did not end within 10 s"
