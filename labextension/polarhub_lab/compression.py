"""Compresses what a user's server answers, for those behind a slow link."""

from jupyter_server.serverapp import ServerApp
from tornado.web import GZipContentEncoding


class CompressedData(GZipContentEncoding):
    """Compresses data, not pages.

    JupyterLab's page holds the user's token beside the path that was asked for: were it compressed, its
    length would tell whoever chooses the path and watches the line about the token (BREACH).
    """

    CONTENT_TYPES = GZipContentEncoding.CONTENT_TYPES | {"image/x-icon", "image/vnd.microsoft.icon"}

    def _compressible_type(self, ctype: str) -> bool:
        return ctype != "text/html" and super()._compressible_type(ctype)


def _load_jupyter_server_extension(server: ServerApp) -> None:
    server.web_app.add_transform(CompressedData)
    server.web_app.settings["websocket_compression_options"] = {}  # on, as tornado does it: outputs of cells


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "polarhub_lab.compression"}]
