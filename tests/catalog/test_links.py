"""Links begin with the address that the client used, and names in them are safe."""

from hub.catalog.links import Links

LINKS = Links("https://hub.example.org/services/api/stac/")


def hrefs(links: list[dict[str, str]]) -> dict[str, str]:
    return {link["rel"]: link["href"].removeprefix(LINKS.base) for link in links}


def test_names_are_escaped_but_for_the_colon() -> None:
    found = LINKS.item({"id": "a/b ?#ü", "collection": "pgc:dem", "links": []})
    assert hrefs(found["links"]) == {
        "self": "collections/pgc:dem/items/a%2Fb%20%3F%23%C3%BC",
        "parent": "collections/pgc:dem",
        "collection": "collections/pgc:dem",
        "root": "",
    }


def test_links_of_the_provider_stay_where_they_lead_outside() -> None:
    given = [
        {"rel": "license", "href": "https://example.org/licence"},
        {"rel": "self", "href": "https://example.org/item"},
        {"rel": "about", "href": "javascript:alert(1)"},
        {"rel": "about", "href": "../relative"},
    ]
    found = LINKS.collection({"id": "dem", "links": given})
    assert [link["href"] for link in found["links"] if "example.org/l" in link["href"]] == [given[0]["href"]]
    assert len(found["links"]) == 6


def test_what_follows_is_asked_as_this_was() -> None:
    address = f"{LINKS.base}search?limit=2"
    assert [link["rel"] for link in LINKS.page("search", address, {"limit": "2"}, None, None)] == [
        "root",
        "self",
    ]
    got = LINKS.page("search", address, {"limit": "2"}, None, "t=1")[-1]
    assert (got["method"], got["href"]) == ("GET", f"{LINKS.base}search?limit=2&token=t%3D1")
    posted = LINKS.page("search", address, {}, {"limit": 2, "token": "old"}, "new")[-1]
    assert (posted["method"], posted["body"]) == ("POST", {"limit": 2, "token": "new"})
