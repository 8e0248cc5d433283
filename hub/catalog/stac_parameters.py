"""The parameters of a STAC search as openapi.json describes them; hub.catalog.question checks them."""

from typing import Annotated, Any

import attr
from fastapi import Query
from pydantic import BaseModel, ConfigDict
from stac_fastapi.api.models import CollectionUri
from stac_fastapi.types.search import APIRequest


def _get(description: str) -> Any:
    return Query(description=description)


@attr.s
class _Narrowed:
    """What both ways of asking share; read and checked by hub.catalog.question."""

    bbox: Annotated[str | None, _get("west,south,east,north; west > east crosses 180°")] = attr.ib(
        default=None
    )
    datetime: Annotated[str | None, _get("a time, or start/end, either of them ..")] = attr.ib(default=None)
    limit: Annotated[str | None, _get("most items on a page, 1 to 1000")] = attr.ib(default=None)
    filter_expr: Annotated[str | None, Query(alias="filter", description="CQL2")] = attr.ib(default=None)
    filter_lang: Annotated[str | None, Query(alias="filter-lang")] = attr.ib(default=None)
    filter_crs: Annotated[str | None, Query(alias="filter-crs")] = attr.ib(default=None)
    sortby: Annotated[str | None, _get("fields, those with a - descending")] = attr.ib(default=None)
    fields: Annotated[str | None, _get("fields, those with a - left out")] = attr.ib(default=None)
    token: Annotated[str | None, _get("from the `next` link")] = attr.ib(default=None)


@attr.s
class ItemsQuery(CollectionUri, _Narrowed):
    """Parameters of GET /collections/{id}/items."""


@attr.s
class SearchQuery(APIRequest, _Narrowed):
    """Parameters of GET /search."""

    collections: Annotated[str | None, _get("names with commas between")] = attr.ib(default=None)
    ids: Annotated[str | None, _get("names with commas between")] = attr.ib(default=None)
    intersects: Annotated[str | None, _get("a GeoJSON geometry")] = attr.ib(default=None)


class SearchBody(BaseModel):
    """Body of POST /search. The types are for readers; hub.catalog.question checks, in plain sentences."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "properties": {
                "collections": {"type": "array", "items": {"type": "string"}},
                "ids": {"type": "array", "items": {"type": "string"}},
                "bbox": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
                "intersects": {"type": "object", "description": "a GeoJSON geometry"},
                "datetime": {"type": "string", "description": "a time, or start/end, either of them .."},
                "limit": {"type": "integer", "minimum": 1, "default": 10},
                "filter": {"type": "object", "description": "CQL2 JSON"},
                "filter-lang": {"type": "string", "enum": ["cql2-json", "cql2-text"]},
                "filter-crs": {"type": "string"},
                "sortby": {"type": "array", "items": {"type": "object"}},
                "fields": {"type": "object"},
                "token": {"type": "string", "description": "from the `next` link"},
            }
        },
    )
