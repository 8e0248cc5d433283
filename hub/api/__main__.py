"""`python -m hub.api`: how the hub starts this service."""

import os
from urllib.parse import urlsplit

import uvicorn

from hub.api.app import create_app
from hub.settings import Settings


def main() -> None:
    """Serve where the hub says."""
    where = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    uvicorn.run(
        create_app(Settings.load()),
        host=where.hostname or "127.0.0.1",
        port=where.port or 0,
        log_level="warning",
        server_header=False,
        forwarded_allow_ips="127.0.0.1",
    )


if __name__ == "__main__":
    main()
