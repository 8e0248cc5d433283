"""The landing page, what it conforms to, and the description of the API."""

from fastapi import APIRouter
from fastapi.responses import Response

from hub.headless.ogc import documents, names
from hub.headless.ogc.asked import Asked
from hub.headless.ogc.openapi import openapi
from hub.headless.ogc.saying import VARY, Compact, said, shown
from hub.headless.signing import shown as shown_key

READ = ["GET", "HEAD"]
about = APIRouter()


@about.api_route("/", methods=READ)
async def landing(asking: Asked) -> Response:
    """Where everything else is."""
    asking.plain()
    return said(asking, documents.landing(asking.links), "landing.html")


@about.api_route("/conformance", methods=READ)
async def conformance(asking: Asked) -> Response:
    """The classes of the standard that hold here."""
    asking.plain()
    return said(asking, {"conformsTo": names.CONFORMS}, "conformance.html")


@about.api_route("/api", methods=READ)
async def api(asking: Asked) -> Response:
    """The description of this API in OpenAPI 3.0."""
    asking.plain()
    document = openapi(asking.links.base)
    if asking.face == "html":
        return shown(asking, "api.html", document=document)
    return Compact(document, headers=VARY, media_type=names.OPENAPI)


@about.api_route("/callback-key", methods=READ)
async def callback_key(asking: Asked) -> Response:
    """What the user's call-backs are signed with; it is a secret."""
    asking.plain()
    document = {"key": shown_key(asking.headless.callbacks.key_of(asking.user.name))}
    answer = said(asking, document, "key.html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
