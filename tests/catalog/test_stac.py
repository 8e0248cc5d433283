"""The STAC API as a client meets it: really served, signed in, at the poles and over 180°."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pystac_client
import pytest

from tests.catalog.service import ADA, STAC, client_of, service, settings_for, with_tiny_index
from tests.fakes.proxy import passing_on
from tests.fakes.serving import served

Json = dict[str, Any]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with service(with_tiny_index(settings_for(tmp_path_factory.mktemp("data")))) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with client_of(address) as found:
        yield found


def ids(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {feature["id"] for feature in answer.json()["features"]}


def test_every_route_wants_a_signed_in_user(address: str) -> None:
    document = httpx.get(f"{address}/services/api/openapi.json").json()
    asked = 0
    for path, methods in document["paths"].items():
        if not path.startswith(STAC):
            continue
        url = address + path.format(collection_id="world", item_id="world-000")
        for method in methods:
            asked += 1
            for headers in (
                {},
                {"Authorization": "token nonsense"},
                {"Authorization": "token token-elsewhere"},
            ):
                answer = httpx.request(method, url, headers=headers)
                assert answer.status_code in (401, 403), (method, path, answer.status_code)
                assert answer.json()["code"] == "SignInNeeded"
    assert asked >= 9


def test_health_and_the_description_are_open_and_complete(address: str) -> None:
    assert httpx.get(f"{address}/services/api/health").json() == {
        "ready": True,
        "checks": {"catalog": "ready", "runs": "ready"},
    }
    paths = httpx.get(f"{address}/services/api/openapi.json").json()["paths"]
    for path in ("/", "/search", "/collections/{collection_id}/items", "/queryables", "/conformance"):
        assert STAC + path in paths
    assert "/services/api/health" in paths
    search = paths[f"{STAC}/search"]
    assert {"bbox", "filter", "sortby"} <= {p["name"] for p in search["get"]["parameters"]}
    assert not any("_mgmt" in path for path in paths)


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ("178,79.5,-178,80.5", {"world-000"}),
        ("-180,89,180,90", {"world-072"}),
        ("178,79.5,-100,-178,80.5,9000", {"world-000"}),
        ("-1,79,1,81", {"world-036"}),
        ("-180,-90,180,-60", set()),
    ],
)
def test_boxes_at_the_pole_and_over_180(client: httpx.Client, bbox: str, expected: set[str]) -> None:
    assert ids(client.get("/search", params={"bbox": bbox})) == expected
    assert ids(client.post("/search", json={"bbox": [float(x) for x in bbox.split(",")]})) == expected


def test_a_point_at_the_pole(client: httpx.Client) -> None:
    pole = {"type": "Point", "coordinates": [42, 90]}
    assert ids(client.post("/search", json={"intersects": pole})) == {"world-072"}
    assert ids(client.get("/search", params={"intersects": json.dumps(pole)})) == {"world-072"}


def test_dates_ids_collections_filters_and_order(client: httpx.Client) -> None:
    assert ids(client.get("/search", params={"ids": "world-001,tropics-002"})) == {"world-001", "tropics-002"}
    assert ids(client.get("/search", params={"datetime": "2020-01-02T00:00:00Z"})) == {
        "world-001",
        "tropics-001",
    }
    answer = client.get(
        "/search", params={"collections": "world", "filter": "gsd = 20 AND id < 'world-010'", "sortby": "+id"}
    )
    assert [f["id"] for f in answer.json()["features"]] == ["world-001", "world-004", "world-007"]
    body = {
        "filter": {"op": "=", "args": [{"property": "gsd"}, 30]},
        "collections": ["tropics"],
        "limit": 100,
    }
    assert len(ids(client.post("/search", json=body))) == 4


def test_newest_first_and_counted_where_that_is_cheap(client: httpx.Client) -> None:
    answer = client.get("/search", params={"limit": 3, "collections": "world"}).json()
    times = [f["properties"]["datetime"] for f in answer["features"]]
    assert times == sorted(times, reverse=True)
    assert answer["numberReturned"] == 3
    [report] = answer["polarhub:sources"]
    assert report["state"] == "ok" and report["returned"] == 3
    whole = client.get("/search", params={"limit": 100, "collections": "world"}).json()
    assert whole["numberReturned"] == whole["numberMatched"] == 73


def test_paging_by_get_and_by_post(client: httpx.Client) -> None:
    for first in (
        client.get("/search", params={"limit": 20, "bbox": "-180,60,180,90"}),
        client.post("/search", json={"limit": 20, "bbox": [-180, 60, 180, 90]}),
        client.get("/collections/world/items", params={"limit": 20}),
    ):
        seen: list[str] = []
        answer = first.json()
        while True:
            seen += [f["id"] for f in answer["features"]]
            following = [link for link in answer["links"] if link["rel"] == "next"]
            if not following:
                break
            link = following[0]
            answer = client.request(link["method"], link["href"], json=link.get("body")).json()
        assert len(seen) == len(set(seen)) == 73


def test_items_and_collections_have_their_links(client: httpx.Client, address: str) -> None:
    found = client.get("/collections/world/items/world-000").json()
    links = {link["rel"]: link["href"] for link in found["links"]}
    assert links["self"] == f"{address}{STAC}/collections/world/items/world-000"
    assert links["collection"] == links["parent"] == f"{address}{STAC}/collections/world"
    assert links["license"] == "https://example.org/licence"
    assert client.get(links["self"]).json() == found
    about = client.get("/collections/world").json()
    for link in about["links"]:
        assert client.get(link["href"]).status_code == 200, link


def test_fields(client: httpx.Client) -> None:
    params = {"limit": 1, "fields": "id,properties.gsd,-geometry"}
    [feature] = client.get("/search", params=params).json()["features"]
    assert feature.keys() == {"id", "collection", "properties"} and feature["properties"].keys() == {"gsd"}


def test_queryables(client: httpx.Client, address: str) -> None:
    answer = client.get("/collections/world/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["properties"]["gsd"] == {"type": "number", "enum": [10, 20, 30]}
    assert answer.json()["$id"] == f"{address}{STAC}/collections/world/queryables"
    assert "gsd" in client.get("/queryables").json()["properties"]


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("/search?bbox=1,2,3", 400, "bbox"),
        ("/search?limit=0", 400, "limit"),
        ("/search?datetime=yesterday", 400, "datetime"),
        ("/search?cloud=10", 400, "cloud"),
        ("/search?collections=nothing", 400, "collections"),
        ("/search?token=nonsense", 400, "token"),
        ("/search?filter=gsd%20<", 400, "filter"),
        ("/search?intersects=%7B%7D", 400, "intersects"),
        ("/collections/world/items?ids=a", 400, "ids"),
        ("/collections/nothing", 404, None),
        ("/collections/nothing/items", 404, None),
        ("/collections/nothing/queryables", 404, None),
        ("/collections/world/items/nothing", 404, None),
        ("/nothing", 404, None),
    ],
)
def test_errors_say_what_and_where(client: httpx.Client, path: str, status: int, where: str | None) -> None:
    answer = client.get(path)
    said = answer.json()
    assert answer.status_code == status, answer.text
    assert said.get("where") == where
    assert said["code"] and said["description"].endswith(".")


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', '{"limit": "a"}', '{"bbox": [1e999, 0, 1, 1]}', "null", ""]
)
def test_a_body_that_cannot_be_read_is_400(client: httpx.Client, body: str) -> None:
    answer = client.post("/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "BadInput"


def test_lines_come_one_by_one_and_end(client: httpx.Client) -> None:
    headers = {"Accept": "application/x-ndjson"}
    with client.stream(
        "POST", "/search", json={"limit": 5, "collections": ["world"]}, headers=headers
    ) as answer:
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        lines = [json.loads(line) for line in answer.iter_lines()]
    assert [next(iter(line)) for line in lines] == ["asked", "source", *["feature"] * 5, "end"]
    end = lines[-1]["end"]
    following = client.post("/search", json={"limit": 5, "collections": ["world"], "token": end["next"]})
    assert len(ids(following)) == 5
    assert not ids(following) & {line["feature"]["id"] for line in lines if "feature" in line}
    bad = client.post("/search", json={"bbox": [1]}, headers=headers)
    assert bad.status_code == 400 and bad.json()["where"] == "bbox"


def test_pystac_client_finds_its_way(address: str) -> None:
    catalog = pystac_client.Client.open(f"{address}{STAC}/", headers=ADA)
    assert {c.id for c in catalog.get_collections()} == {"world", "tropics"}
    search = catalog.search(bbox=[170, 70, -170, 90], sortby="-datetime", filter="gsd < 30", limit=2)
    found = [i.id for i in search.items()]
    assert found == ["world-072", "world-070", "world-001", "world-000"]


def test_links_are_those_of_the_proxy_in_front(address: str) -> None:
    """A proxy that forwards as configurable-http-proxy does, behind one that ends TLS."""

    headers = {
        "host": "hub.example.org",
        "x-forwarded-proto": "https,http",
        "x-forwarded-port": "443,80",
        "x-forwarded-host": "hub.example.org",
    }
    with served(passing_on(address, headers)) as front:
        answer = httpx.get(f"{front}{STAC}/search?limit=1", headers=ADA).json()
        landing = httpx.get(f"{front}{STAC}/", headers=ADA).json()
    hrefs = [link["href"] for link in answer["links"] + answer["features"][0]["links"] + landing["links"]]
    ours = [href for href in hrefs if "/services/" in href]
    assert len(ours) > 10 and all(href.startswith("https://hub.example.org/services/api/") for href in ours)


def test_without_an_index_it_says_so(tmp_path: Path) -> None:
    with service(settings_for(tmp_path)) as address, client_of(address) as client:
        health = httpx.get(f"{address}/services/api/health")
        assert health.status_code == 503 and health.json()["checks"]["catalog"] == "not built yet"
        for path in ("/", "/collections", "/search", "/collections/world"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.json()["description"] == "The catalog is not built yet; try again in a minute."
        # and as soon as it is there, it is used
        with_tiny_index(settings_for(tmp_path))
        assert client.get("/collections/world").status_code == 200


def test_an_index_that_is_replaced_is_opened_anew(tmp_path: Path) -> None:
    settings = with_tiny_index(settings_for(tmp_path / "one"))
    other = with_tiny_index(settings_for(tmp_path / "two"))
    from hub.catalog.embedded import state
    from tests.catalog.service import collection, fill

    fill(state.index_path(other), [collection("new")], [])
    with service(settings) as address, client_of(address) as client:
        assert client.get("/collections/new").status_code == 404
        state.index_path(other).replace(state.index_path(settings))
        assert client.get("/collections/new").status_code == 200
