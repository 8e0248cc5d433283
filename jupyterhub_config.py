"""The configuration of the hub: a table of contents. What each line means is said in hub/."""

import sys

from jupyterhub.handlers.static import CacheControlStaticFilesHandler

from hub import static_files
from hub.machine import ROOT, node_folder
from hub.ports import Ports
from hub.processes import bound
from hub.settings import Settings

settings = Settings.load()
ports = Ports.of(settings.data)
c = get_config()  # type: ignore[name-defined]  # noqa: F821

# -- where it listens, where it keeps its data
c.JupyterHub.bind_url = f"http://{settings.host}:{settings.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{ports.hub}"
c.JupyterHub.db_url = f"sqlite:///{settings.data}/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(settings.data / "cookie_secret")
c.JupyterHub.template_paths = [str(ROOT / "hub" / "templates")]
c.JupyterHub.template_vars = {"polarhub_css": static_files.address("polarhub.css")}
c.JupyterHub.extra_handlers = [
    (rf"/{static_files.ROUTE}/(.*)", CacheControlStaticFilesHandler, {"path": str(static_files.FOLDER)}),
]
c.ConfigurableHTTPProxy.pid_file = str(settings.data / "proxy.pid")
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{ports.proxy_api}"
c.ConfigurableHTTPProxy.command = bound(
    [str(node_folder() / "node"), str(ROOT / "node_modules" / ".bin" / "configurable-http-proxy")]
)

# -- who logs in

# -- what they can start

# -- services
c.JupyterHub.services = [
    {
        "name": "api",
        "url": f"http://127.0.0.1:{ports.api}",
        "command": bound([sys.executable, "-m", "hub.api"]),
        "environment": settings.environment(),
        "oauth_no_confirm": True,
    },
]

# -- roles: what users, their servers and the services may do
