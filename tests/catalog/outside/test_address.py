"""Outside requests go to the world: not to machines inside, not where an answer would like to send them."""

import pytest

from hub.catalog.outside.address import is_outside, next_address, outside_client, redirected
from hub.catalog.outside.fetch import fetch_json
from hub.catalog.outside.state import Trouble
from tests.catalog.outside.liars import liars
from tests.fakes.serving import served

BASE = "https://stac.example.org/v1/search"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1",
        "ff02::1", "::",
    ],
)  # fmt: skip
def test_inside_addresses(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_outside_addresses(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("?token=2", f"{BASE}?token=2"),
        ("https://stac.example.org:443/v1/search?page=2", "https://stac.example.org:443/v1/search?page=2"),
        ("https://evil.example.com/v1/search", None),
        ("//evil.example.com/search", None),
        ("http://stac.example.org/v1/search", None),
        ("https://stac.example.org:8443/v1/search", None),
        ("https://u:p@stac.example.org/v1/search", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
    ],
)
def test_next_links_stay_at_home(href: str, url: str | None) -> None:
    assert next_address(BASE, href) == url


@pytest.mark.parametrize(
    ("base", "location", "followed"),
    [
        ("http://a.org/x", "https://a.org/x/", True),
        ("http://a.org:80/x", "/y", True),
        ("https://a.org/x", "http://a.org/x", False),
        ("https://a.org/x", "https://b.org/x", False),
        ("http://a.org/x", "http://a.org:8081/x", False),
    ],
)
def test_redirects_stay_on_the_host(base: str, location: str, followed: bool) -> None:
    assert (redirected(base, location) is not None) is followed


async def test_a_name_that_leads_inside_is_not_asked() -> None:
    with served(liars()) as server:
        port = server.rsplit(":", 1)[1]
        async with outside_client(allow_inside=False) as client:
            for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0"):
                with pytest.raises(Trouble, match="inside address") as caught:
                    await fetch_json(client, f"http://{host}:{port}/good")
                assert caught.value.state == "unreachable"
        async with outside_client(allow_inside=True) as client:
            assert (await fetch_json(client, f"{server}/good"))["type"] == "FeatureCollection"
