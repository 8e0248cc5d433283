"""hub/login/addresses.py: who writes X-Forwarded-For, and whom to believe."""

import pytest

from hub.login.addresses import client_address


@pytest.mark.parametrize(
    ("header", "trusted", "found"),
    [
        (None, 0, "127.0.0.1"),
        ("192.0.2.7", 0, "192.0.2.7"),
        ("10.9.8.7, 192.0.2.7", 0, "192.0.2.7"),  # the client made up the first one
        ("10.9.8.7, 192.0.2.7, 10.0.0.1", 1, "192.0.2.7"),
        ("192.0.2.7", 3, "192.0.2.7"),
        ("nonsense", 0, "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", 0, "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::9", 0, "2001:0db8:0001:0002::/64"),
    ],
)
def test_the_address_that_reached_us(header: str | None, trusted: int, found: str) -> None:
    assert client_address(header, "127.0.0.1", trusted) == found
