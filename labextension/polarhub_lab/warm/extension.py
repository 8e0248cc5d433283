"""In JupyterLab's server: when its page is opened, a zygote for kernels is made ready in the background."""

import atexit

from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.httputil import HTTPServerRequest
from tornado.web import OutputTransform

from polarhub_lab.kernels import BoxProvisioner
from polarhub_lab.warm.kernels import WarmKernels, wanted_here

AFTER = 3.0  # seconds: first the page


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Wait for the page. A server that nobody opens holds no zygote."""
    if not wanted_here():
        return
    kernels = WarmKernels(server.log)
    BoxProvisioner.warm = kernels
    page = url_path_join(server.web_app.settings["base_url"], "lab")
    atexit.register(kernels.close)

    class Opened(OutputTransform):
        """Sees each request; changes nothing."""

        def __init__(self, request: HTTPServerRequest) -> None:
            if request.path == page or request.path.startswith(f"{page}/tree"):
                server.io_loop.call_later(AFTER, kernels.open)

    server.web_app.add_transform(Opened)
