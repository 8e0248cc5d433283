"""The description of the API names what is there, in OpenAPI 3.0."""

import re
from typing import Any

import httpx
from fastapi.routing import APIRoute
from jsonschema import Draft4Validator

from hub.headless.ogc.app import ROUTERS
from hub.headless.ogc.openapi import openapi
from hub.headless.ogc.routes_about import READ

UNSAID = {("POST", "/jobs/{jobID}/dismiss")}  # the button of the page


def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Method and path of all that is described."""
    return {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }


def test_every_route_is_described_and_nothing_else() -> None:
    names = {"process_id": "processID", "job_id": "jobID", "output": "outputID", "path:path": "path"}
    there = {
        (method, re.sub(r"{([^}]+)}", lambda m: "{" + names[m[1]] + "}", route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
        if method != "HEAD"
    }
    assert there - UNSAID == operations(openapi("http://x"))
    assert READ == ["GET", "HEAD"]


def test_its_schemas_are_schemas_and_every_reference_leads_somewhere() -> None:
    document = openapi("http://x")
    known = document["components"]["schemas"]
    for schema in known.values():
        Draft4Validator.check_schema(schema)  # what OpenAPI 3.0's keywords mean

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [found for one in part.values() for found in references(one)]
        return [found for one in part for found in references(one)] if isinstance(part, list) else []

    found = set(references(document))
    assert found and {one.removeprefix("#/components/schemas/") for one in found} <= set(known)


def test_it_is_served_as_openapi_and_as_a_page(ada: httpx.Client) -> None:
    document = ada.get("/api")
    assert document.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert document.json()["openapi"].startswith("3.0.")
    assert document.json()["servers"] == [{"url": str(ada.base_url).rstrip("/")}]
    page = ada.get("/api", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html") and "/jobs/{jobID}" in page.text
    whole = httpx.get(f"{str(ada.base_url).removesuffix('/ogc/')}/openapi.json", trust_env=False).json()
    assert "/services/api/ogc/processes" in whole["paths"], "the one description of the service has it too"
