"""The api as a list of its sections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from hub.api.auth import HubTokens
from hub.api.compression import Compression
from hub.api.errors import say_error
from hub.api.forwarded import ForwardedAddress
from hub.api.health import Check, health_router
from hub.api.openapi import describe_mounted
from hub.catalog.catalog import Catalog
from hub.catalog.stac import stac_app
from hub.errors import PolarhubError
from hub.lab_files.routes import lab_router
from hub.settings import Settings

PREFIX = "/services/api"


def create_app(settings: Settings, tokens: HubTokens | None = None) -> FastAPI:
    """The whole api. `tokens` is the hub's token check; tests may bring their own hub."""
    catalog = Catalog(settings)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with catalog.running():
            yield

    described_at = f"{PREFIX}/openapi.json"
    app = FastAPI(title="polarhub", openapi_url=described_at, docs_url=None, redoc_url=None, lifespan=running)
    app.state.settings = settings
    app.state.tokens = tokens or HubTokens()
    app.add_exception_handler(PolarhubError, say_error)
    app.add_middleware(ForwardedAddress)
    app.add_middleware(Compression)
    checks: dict[str, Check] = {"catalog": catalog.problem}
    app.include_router(health_router(checks), prefix=PREFIX)
    app.include_router(lab_router(settings.data), prefix=PREFIX)
    stac = stac_app(catalog, app.state.tokens, described_at)
    app.mount(f"{PREFIX}/stac", stac)
    describe_mounted(app, f"{PREFIX}/stac", stac)
    return app
