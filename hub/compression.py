"""What the hub answers is compressed, for those behind a slow link."""

from typing import Any

from tornado.web import GZipContentEncoding


class CompressedData(GZipContentEncoding):
    """Compresses data, scripts and styles, not pages.

    A page holds the token against forged requests beside text from the address: were it compressed, its
    length would tell whoever chooses the address and watches the line about the token (BREACH).
    """

    CONTENT_TYPES = GZipContentEncoding.CONTENT_TYPES | {"image/x-icon", "image/vnd.microsoft.icon"}

    def _compressible_type(self, ctype: str) -> bool:
        return ctype != "text/html" and super()._compressible_type(ctype)


def compressed() -> dict[str, Any]:
    """For c.JupyterHub.tornado_settings."""
    return {"transforms": [CompressedData]}
