"""A static catalog is read once, within limits and on its own host, and is then searched like any other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles

from hub.catalog.index import Index
from hub.catalog.outside.address import outside_client
from hub.catalog.outside.crawl import Crawl, Limits
from hub.catalog.outside.crawled import crawled_path
from hub.catalog.outside.source import Source
from hub.catalog.search import Search
from hub.errors import Unavailable
from tests.catalog.outside.liars import item
from tests.catalog.service import client_of, collection, service, settings_for, with_tiny_index
from tests.fakes.serving import served

Json = dict[str, Any]


def link(rel: str, href: str) -> Json:
    return {"rel": rel, "href": href, "type": "application/json"}


def write_catalog(folder: Path) -> None:
    """Files as Copernicus Marine lays them out: catalog, products, datasets; and some that lead astray."""
    products = [f"PRODUCT_{n}" for n in range(3)]
    (folder / "catalog.stac.json").write_text(
        json.dumps(
            {
                "type": "Catalog",
                "id": "marine",
                "links": [
                    *(link("child", f"{name}/product.stac.json") for name in products),
                    link("child", "catalog.stac.json"),
                    link("child", "http://169.254.169.254/latest"),
                    link("child", "file:///etc/passwd"),
                    link("child", "broken.json"),
                    link("item", "orphan.json"),
                ],
            }
        )
    )
    (folder / "broken.json").write_text("<html>")
    (folder / "orphan.json").write_text(json.dumps(item("orphan")))
    for number, name in enumerate(products):
        own = folder / name
        own.mkdir()
        datasets = [f"dataset_{n}" for n in range(5)]
        (own / "product.stac.json").write_text(
            json.dumps(
                {
                    **collection(name),
                    "title": f"Product {number}",
                    "links": [link("item", f"{d}/dataset.stac.json") for d in datasets]
                    + [link("root", "../..")],
                }
            )
        )
        for n, dataset in enumerate(datasets):
            (own / dataset).mkdir()
            data = {"data": {"href": "../data.zarr", "type": "application/vnd+zarr"}}
            made = item(f"{name}-{dataset}", lon=n * 10, lat=80, collection=None, assets=data)
            (own / dataset / "dataset.stac.json").write_text(json.dumps(made))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("static")
    write_catalog(folder)
    app = Starlette()
    app.mount("/", StaticFiles(directory=folder))
    with served(app) as address:
        yield address


def marine(server: str, document: str = "catalog.stac.json") -> Source:
    return Source.model_validate(
        {
            "id": "marine",
            "title": "Marine",
            "description": "A static catalog for tests.",
            "address": f"{server}/{document}",
            "kind": "static",
            "licence": "other",
            "access": "Nobody needs anything.",
        }
    )


async def crawl(server: str, path: Path, **limits: Any) -> tuple[bool, Crawl]:
    async with outside_client(allow_inside=True) as client:
        crawling = Crawl(marine(server), path, client, Limits(**limits))
        return await crawling.run(), crawling


async def test_all_of_it_is_read_and_nothing_else(server: str, tmp_path: Path) -> None:
    path = tmp_path / "crawled" / "marine.sqlite"
    whole, crawling = await crawl(server, path)
    assert whole
    assert (crawling.progress.collections, crawling.progress.items) == (3, 15)
    assert sorted(crawling.progress.failed) == ["lies in no collection.", "sent something that is not JSON."]
    assert not any("169.254" in url or "passwd" in url for url in crawling.progress.seen)
    index = Index.open(path, readonly=True)
    assert [c["id"] for c in index.collections()] == [f"marine:PRODUCT_{n}" for n in range(3)]
    found = index.item("marine:PRODUCT_1", "PRODUCT_1-dataset_2")
    assert found["assets"]["data"]["href"] == f"{server}/PRODUCT_1/data.zarr"
    assert found["polarhub:source"] == "marine"
    assert len(index.search(Search(bbox=(-1, 79, 1, 81), limit=100)).items) == 3
    index.close()
    assert {p.name for p in path.parent.iterdir()} <= {
        "marine.sqlite",
        "marine.sqlite-wal",
        "marine.sqlite-shm",
    }


async def test_a_crawl_that_was_stopped_goes_on(server: str, tmp_path: Path) -> None:
    path = tmp_path / "marine.sqlite"
    runs = 1
    while not (await crawl(server, path, documents=4))[0]:
        assert not path.exists()
        runs += 1
        assert runs < 20
    assert runs >= 5
    index = Index.open(path, readonly=True)
    assert len(index.search(Search(limit=100)).items) == 15
    index.close()


async def test_depth_and_time_have_limits(server: str, tmp_path: Path) -> None:
    whole, crawling = await crawl(server, tmp_path / "a.sqlite", depth=1)
    assert whole and crawling.progress.collections == 3 and crawling.progress.items == 0
    assert not (await crawl(server, tmp_path / "b.sqlite", seconds=0))[0]


async def test_a_catalog_that_is_down_leaves_the_index_as_it_was(server: str, tmp_path: Path) -> None:
    path = tmp_path / "marine.sqlite"
    await crawl(server, path)
    before = path.stat().st_ino
    async with outside_client(allow_inside=True) as client:
        with pytest.raises(Unavailable, match="1 of 1 documents could not be read"):
            await Crawl(marine(server, "nothing.json"), path, client, Limits()).run()
    assert path.stat().st_ino == before


async def test_what_was_crawled_is_searched_and_listed(server: str, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    described = marine(server).model_dump_json(
        include={"id", "title", "description", "address", "kind", "licence", "access"}
    )
    (lists / "marine.yaml").write_text(described)
    settings = with_tiny_index(settings_for(tmp_path / "data", outside_catalogs=str(lists)))
    with service(settings) as address, client_of(address) as client:
        assert "marine:PRODUCT_0" not in {c["id"] for c in client.get("/collections").json()["collections"]}
        await crawl(server, crawled_path(settings, "marine"))
        assert "marine:PRODUCT_0" in {c["id"] for c in client.get("/collections").json()["collections"]}
        body = {"bbox": [-1, 79, 1, 81], "limit": 50}
        answer = client.post("/search", json=body).json()
        assert {r["id"]: r["state"] for r in answer["polarhub:sources"]} == {"polarhub": "ok", "marine": "ok"}
        assert {f["collection"] for f in answer["features"]} == {
            "world",
            *(f"marine:PRODUCT_{n}" for n in range(3)),
        }
        named = client.post("/search", json={"collections": ["marine:PRODUCT_2"]}).json()
        assert len(named["features"]) == 5
        item_link = next(n["href"] for n in named["features"][0]["links"] if n["rel"] == "self")
        assert client.get(item_link).json()["collection"] == "marine:PRODUCT_2"
