"""The STAC API: the catalog behind stac-fastapi's routes, for people who are signed in."""

from dataclasses import replace
from typing import Any

import attr
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from stac_fastapi.api.app import StacApi
from stac_fastapi.extensions.fields import FieldsConformanceClasses, FieldsExtension
from stac_fastapi.extensions.filter import FilterExtension
from stac_fastapi.extensions.filter.client import AsyncBaseFiltersClient
from stac_fastapi.extensions.pagination import TokenPaginationExtension
from stac_fastapi.extensions.sort import SortExtension
from stac_fastapi.extensions.sort.sort import SortConformanceClasses
from stac_fastapi.types.config import ApiSettings
from stac_fastapi.types.conformance import OAFConformanceClasses, STACConformanceClasses
from stac_fastapi.types.core import AsyncBaseCoreClient
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hub.api.auth import HubTokens, current_user
from hub.api.errors import say_error, say_http_error, say_invalid
from hub.catalog.catalog import Catalog
from hub.catalog.links import GEOJSON, QUERYABLES, SCHEMA, Links, collection_path
from hub.catalog.queryables import of_all, of_collection, queryables
from hub.catalog.question import ITEMS_PARAMETERS, Question, known, read_body, read_query
from hub.catalog.search import Json
from hub.catalog.shown import LINES, Shown
from hub.catalog.stac_parameters import ItemsQuery, SearchBody, SearchQuery
from hub.errors import PolarhubError

TITLE = "polarhub"
DESCRIPTION = "Polar data catalogs, embedded and of others, searched right at the poles and over 180°."

# FastAPI describes itself in OpenAPI 3.1, so the class of OpenAPI 3.0 is not claimed
CONFORMS: list[str] = [*STACConformanceClasses, OAFConformanceClasses.CORE, OAFConformanceClasses.GEOJSON]
SORTS: list[str] = [SortConformanceClasses.ITEM_SEARCH_SORT, SortConformanceClasses.FEATURES_SORT]
SORTS += [name.replace("/v1.1.0/", "/v1.0.0/") for name in SORTS]  # pystac-client looks for it


@attr.s
class Queryables(AsyncBaseFiltersClient):
    """What items can be filtered by."""

    catalog: Catalog = attr.ib(kw_only=True)

    async def get_queryables(self, collection_id: str | None = None, **kwargs: Any) -> Any:
        """Of one collection, or what all embedded ones have in common."""
        request: Request = kwargs["request"]
        if collection_id is None:
            embedded = [c for c in await self.catalog.collections() if "polarhub:source" not in c]
            return queryables(str(request.url), "All collections", of_all(embedded))
        collection = await self.catalog.collection(collection_id)
        title = str(collection.get("title") or collection_id)
        return queryables(str(request.url), title, of_collection(collection))


@attr.s
class Core(AsyncBaseCoreClient):
    """The catalog behind the core routes."""

    catalog: Catalog = attr.ib(kw_only=True)
    described_at: str = attr.ib(kw_only=True)

    async def landing_page(self, **kwargs: Any) -> Any:
        """Where everything else is."""
        request: Request = kwargs["request"]
        links = _links(request)
        children = [
            links.to("child", collection_path(c["id"]), title=str(c.get("title") or c["id"]))
            for c in await self.catalog.collections()
        ]
        description = f"{str(request.base_url).rstrip('/')}{self.described_at}"
        return {
            "type": "Catalog",
            "id": "polarhub",
            "title": TITLE,
            "description": DESCRIPTION,
            "stac_version": "1.1.0",
            "conformsTo": self.conformance_classes(),
            "links": [
                links.to("self"),
                links.to("root"),
                links.to("data", "collections"),
                links.to("conformance", "conformance"),
                links.to("search", "search", GEOJSON, method="GET"),
                links.to("search", "search", GEOJSON, method="POST"),
                links.to(QUERYABLES, "queryables", SCHEMA),
                {"rel": "service-desc", "type": "application/json", "href": description},
                *children,
            ],
        }

    async def all_collections(self, **kwargs: Any) -> Any:
        """All of them: there are few, and none needs the network."""
        links = _links(kwargs["request"])
        found = [links.collection(document) for document in await self.catalog.collections()]
        return {
            "collections": found,
            "links": [links.to("self", "collections"), links.to("root")],
            "numberMatched": len(found),
            "numberReturned": len(found),
        }

    async def get_collection(self, collection_id: str, **kwargs: Any) -> Any:
        """One collection."""
        return _links(kwargs["request"]).collection(await self.catalog.collection(collection_id))

    async def get_item(self, item_id: str, collection_id: str, **kwargs: Any) -> Any:
        """One item."""
        return _links(kwargs["request"]).item(await self.catalog.item(collection_id, item_id))

    async def item_collection(self, collection_id: str, **kwargs: Any) -> Any:  # type: ignore[override]
        """The items of one collection."""
        request: Request = kwargs["request"]
        await self.catalog.collection(collection_id)
        question = read_query(request.query_params, ITEMS_PARAMETERS)
        asked = replace(question.search, collections=(collection_id,))
        path = f"{collection_path(collection_id)}/items"
        return await self._answer(request, replace(question, search=asked), path, None)

    async def get_search(self, **kwargs: Any) -> Any:  # type: ignore[override]
        """Items of all collections, asked with GET."""
        request: Request = kwargs["request"]
        return await self._answer(request, read_query(request.query_params), "search", None)

    async def post_search(self, search_request: Any, **kwargs: Any) -> Any:
        """Items of all collections, asked with POST."""
        request: Request = kwargs["request"]
        body: Json = search_request.model_dump(exclude_unset=True)
        known(request.query_params, ())
        return await self._answer(request, read_body(body), "search", body)

    async def _answer(self, request: Request, question: Question, path: str, body: Json | None) -> Response:
        query = dict(request.query_params)
        shown = Shown(_links(request), question, path, str(request.url), query, body)
        events = self.catalog.events(question)
        first = await anext(events)
        if LINES in request.headers.get("accept", ""):
            return StreamingResponse(shown.lines(first, events), media_type=LINES)
        content = await shown.whole(first, events)
        return Response(content, media_type=GEOJSON)


def _links(request: Request) -> Links:
    return Links(f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}/")


class _Api(StacApi):
    def add_health_check(self) -> None:
        """The service has its own, at /services/api/health; stac-fastapi's would be open and say less."""


def stac_app(catalog: Catalog, tokens: HubTokens, described_at: str) -> FastAPI:
    """The STAC API, to be mounted. `described_at` is the path of the openapi.json that describes it."""
    app = FastAPI(dependencies=[Depends(current_user)], title=TITLE, docs_url=None, redoc_url=None)
    app.state.tokens = tokens
    _Api(
        app=app,
        settings=ApiSettings(
            stac_fastapi_title=TITLE,
            stac_fastapi_description=DESCRIPTION,
            stac_fastapi_landing_id="polarhub",
            stac_fastapi_version="1.0.0",
            openapi_url="/openapi.json",
            docs_url="",
            root_path="",
            enable_response_models=False,
            enable_direct_response=False,  # it would drop the sign-in from every route
        ),
        client=Core(catalog=catalog, described_at=described_at, base_conformance_classes=CONFORMS),
        extensions=[
            FieldsExtension(conformance_classes=[*FieldsConformanceClasses][:2]),
            SortExtension(conformance_classes=SORTS),
            FilterExtension(client=Queryables(catalog=catalog)),
            TokenPaginationExtension(),
        ],
        search_get_request_model=SearchQuery,
        search_post_request_model=SearchBody,
        items_get_request_model=ItemsQuery,
        middlewares=[],
    )
    app.add_exception_handler(PolarhubError, say_error)
    app.add_exception_handler(HTTPException, say_http_error)
    app.add_exception_handler(RequestValidationError, say_invalid)
    return app
