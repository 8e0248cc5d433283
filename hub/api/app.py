"""The api as a list of its sections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from hub.api.auth import HubTokens
from hub.api.below import Below
from hub.api.compression import Compression
from hub.api.errors import say_error, say_invalid
from hub.api.forwarded import ForwardedAddress
from hub.api.health import Check, health_router
from hub.api.openapi import describe_mounted
from hub.api.sign_in import Door, sign_in_router
from hub.catalog.catalog import Catalog
from hub.catalog.stac import stac_app
from hub.errors import PolarhubError
from hub.headless.batches_routes import batches_router
from hub.headless.ogc.app import ogc_app
from hub.headless.plain_routes import plain_router
from hub.headless.preview_routes import preview_router
from hub.headless.publish_routes import publish_router
from hub.headless.runner_routes import runner_router
from hub.headless.schedules_routes import schedules_router
from hub.headless.service import Headless
from hub.headless.starting_loops import start_found
from hub.headless.triggers_routes import triggers_router
from hub.headless.usage_routes import usage_router
from hub.lab_files.routes import lab_router
from hub.settings import Settings

PREFIX = "/services/api"


def create_app(settings: Settings, tokens: HubTokens | None = None) -> FastAPI:
    """The whole api. `tokens` is the hub's token check; tests may bring their own hub."""
    catalog = Catalog(settings)
    headless = Headless(settings)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        async with catalog.running(), headless.running(start_found(catalog)):
            yield

    described_at = f"{PREFIX}/openapi.json"
    app = FastAPI(title="polarhub", openapi_url=described_at, docs_url=None, redoc_url=None, lifespan=running)
    app.state.settings = settings
    app.state.tokens = tokens or HubTokens()
    app.state.headless = headless
    app.add_exception_handler(PolarhubError, say_error)
    app.add_exception_handler(RequestValidationError, say_invalid)
    app.add_middleware(ForwardedAddress)
    app.add_middleware(Compression)
    checks: dict[str, Check] = {"catalog": catalog.problem, "runs": headless.problem}
    app.include_router(health_router(checks, {"processors": headless.note}), prefix=PREFIX)
    app.include_router(lab_router(settings.data), prefix=PREFIX)
    app.include_router(sign_in_router(Door()), prefix=PREFIX)
    for router in (
        plain_router,
        preview_router,
        publish_router,
        runner_router,
        schedules_router,
        usage_router,
    ):
        app.include_router(router(headless), prefix=PREFIX)
    for with_catalog in (batches_router, triggers_router):
        app.include_router(with_catalog(headless, catalog), prefix=PREFIX)
    stac = stac_app(catalog, app.state.tokens, described_at)
    app.mount(f"{PREFIX}/stac", stac)
    describe_mounted(app, f"{PREFIX}/stac", stac)
    ogc = ogc_app(headless, app.state.tokens)
    app.router.routes.append(Below(f"{PREFIX}/ogc", ogc))
    describe_mounted(app, f"{PREFIX}/ogc", ogc)
    return app
