"""The api as a list of its sections."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from hub.api.auth import HubTokens
from hub.api.health import Check, health_router
from hub.errors import PolarhubError, status_of
from hub.settings import Settings

PREFIX = "/services/api"


async def say_error(_: Request, error: Exception) -> JSONResponse:
    """An error of ours as JSON, with the parameter it is about."""
    if not isinstance(error, PolarhubError):
        raise error
    body = {"code": type(error).__name__, "description": error.message, "where": error.where}
    return JSONResponse({k: v for k, v in body.items() if v}, status_of(error))


def create_app(settings: Settings, tokens: HubTokens | None = None) -> FastAPI:
    """The whole api. `tokens` is the hub's token check; tests may bring their own hub."""
    app = FastAPI(title="polarhub", openapi_url=f"{PREFIX}/openapi.json", docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.tokens = tokens or HubTokens()
    app.add_exception_handler(PolarhubError, say_error)
    checks: dict[str, Check] = {}
    app.include_router(health_router(checks), prefix=PREFIX)
    return app
