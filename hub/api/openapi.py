"""One openapi.json for the whole service: the routes of a mounted app stand in it too."""

from typing import Any

from fastapi import FastAPI


def describe_mounted(app: FastAPI, path: str, mounted: FastAPI) -> None:
    """Adds what `mounted`, at `path`, can do to the description that `app` serves."""
    own = app.openapi

    def both() -> dict[str, Any]:
        if app.openapi_schema is None or path not in app.openapi_schema.get("x-mounted", ()):
            document = own()
            inner = mounted.openapi()
            document["paths"] |= {path + at: what for at, what in inner["paths"].items()}
            for kind, parts in inner.get("components", {}).items():
                document.setdefault("components", {}).setdefault(kind, {}).update(parts)
            document["x-mounted"] = [*document.get("x-mounted", ()), path]
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = both  # type: ignore[method-assign]  # FastAPI's documented way to extend it
