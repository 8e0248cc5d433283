"""The OGC API as an app of its own, to be mounted: its errors are the standard's, whatever goes wrong."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hub.api.auth import HubTokens
from hub.errors import PolarhubError
from hub.headless.ogc.openapi import openapi
from hub.headless.ogc.routes_about import about
from hub.headless.ogc.routes_jobs import jobs
from hub.headless.ogc.routes_processes import processes
from hub.headless.ogc.routes_provenance import provenance
from hub.headless.ogc.routes_results import results
from hub.headless.ogc.routes_transactions import transactions
from hub.headless.ogc.saying import say_broken, say_http_problem, say_invalid_problem, say_problem
from hub.headless.service import Headless

ROUTERS = (about, processes, transactions, jobs, provenance, results)


def ogc_app(headless: Headless, tokens: HubTokens) -> FastAPI:
    """The API over these runs."""
    app = FastAPI(title="OGC API Processes", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.headless, app.state.tokens = headless, tokens
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(PolarhubError, say_problem)
    app.add_exception_handler(HTTPException, say_http_problem)
    app.add_exception_handler(RequestValidationError, say_invalid_problem)
    app.add_exception_handler(Exception, say_broken)
    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way; ours is OpenAPI 3.0
    return app


def described() -> dict[str, Any]:
    """For the service's one description of all."""
    return openapi("/services/api/ogc")
