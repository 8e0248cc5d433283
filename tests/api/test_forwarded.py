"""Links begin with the address that the client used, whatever proxies stand in front."""

import pytest

from hub.api.forwarded import client_address


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"host": "127.0.0.1:8123"}, "http://127.0.0.1:8123"),
        # configurable-http-proxy alone, as it really sends them
        (
            {
                "host": "127.0.0.1:8123",
                "x-forwarded-proto": "http",
                "x-forwarded-port": "8123",
                "x-forwarded-host": "127.0.0.1:8123",
            },
            "http://127.0.0.1:8123",
        ),
        # TLS ends in front of it: each proxy appends its own word
        (
            {
                "host": "hub.example.org",
                "x-forwarded-proto": "https,http",
                "x-forwarded-port": "443,80",
                "x-forwarded-host": "hub.example.org",
            },
            "https://hub.example.org",
        ),
        # TLS ends in front and says nothing of its port: the proxy behind guesses 80
        (
            {"host": "hub.example.org", "x-forwarded-proto": "https,http", "x-forwarded-port": "80"},
            "https://hub.example.org",
        ),
        # a proxy that cuts the port off the host
        (
            {"host": "hub.example.org", "x-forwarded-proto": "https", "x-forwarded-port": "8443"},
            "https://hub.example.org:8443",
        ),
        ({"host": "[::1]:8000"}, "http://[::1]:8000"),
        ({"host": "inner:1", "x-forwarded-host": "outer.example.org:8443"}, "http://outer.example.org:8443"),
    ],
)
def test_the_first_word_of_each_header_counts(headers: dict[str, str], address: str) -> None:
    scheme, host = client_address("http", [(k.encode(), v.encode()) for k, v in headers.items()])
    assert f"{scheme}://{host}" == address


@pytest.mark.parametrize("host", ["evil.org/path", "a b", "x\r\ny", '"><script>', "user@host"])
def test_what_is_no_host_is_left_out(host: str) -> None:
    assert client_address("http", [(b"host", host.encode())])[1] is None


def test_only_web_schemes_are_believed() -> None:
    assert client_address("http", [(b"x-forwarded-proto", b"javascript")])[0] == "http"
