"""Links of STAC documents, from the address that the client used."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from hub.catalog.search import Json

JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


def _in_path(name: str) -> str:
    return quote(name, safe=":")


def collection_path(name: str) -> str:
    """Where a collection is, seen from the landing page."""
    return f"collections/{_in_path(name)}"


@dataclass(frozen=True)
class Links:
    """Links below `base`, the address of the landing page, with a slash at its end."""

    base: str

    def to(self, rel: str, path: str = "", kind: str = JSON, **more: str) -> Json:
        """One link; `path` is seen from the landing page."""
        return {"rel": rel, "type": kind, "href": f"{self.base}{path}", **more}

    def collection(self, document: Json) -> Json:
        """The collection with its links; those that its provider gave stay, where they lead outside."""
        own = collection_path(document["id"])
        links = [
            self.to("self", own),
            self.to("parent"),
            self.to("root"),
            self.to("items", f"{own}/items", GEOJSON),
            self.to(QUERYABLES, f"{own}/queryables", SCHEMA, title="What items can be filtered by"),
        ]
        return {**document, "links": links + _provided(document)}

    def item(self, document: Json) -> Json:
        """The item with its links; those that its provider gave stay, where they lead outside."""
        own = collection_path(document["collection"])
        links = [
            self.to("self", f"{own}/items/{_in_path(document['id'])}", GEOJSON),
            self.to("parent", own),
            self.to("collection", own),
            self.to("root"),
        ]
        return {**document, "links": links + _provided(document)}

    def page(self, path: str, address: str, query: Json, body: Json | None, token: str | None) -> list[Json]:
        """The links of a list of items at `path`, asked as `address`: itself, and what follows."""
        links = [self.to("root"), {"rel": "self", "type": GEOJSON, "href": address}]
        if token is None:
            return links
        if body is None:
            asked = urlencode({**query, "token": token})
            return [*links, {**self.to("next", f"{path}?{asked}", GEOJSON), "method": "GET"}]
        whole = {**body, "token": token}
        return [*links, {**self.to("next", path, GEOJSON), "method": "POST", "merge": False, "body": whole}]


INFERRED = frozenset(
    {"self", "root", "parent", "collection", "items", "item", "child", "next", "prev", QUERYABLES}
)


def _provided(document: Json) -> list[Json]:
    return [
        link
        for link in document.get("links") or []
        if link.get("rel") not in INFERRED and str(link.get("href")).startswith(("https://", "http://"))
    ]
