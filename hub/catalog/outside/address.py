"""Where outside requests may go: web addresses of the world, not the machines beside this one."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

Origin = tuple[str, str, int]
"""scheme, host, port"""

PORTS = {"http": 80, "https": 443}


class InsideAddress(httpcore.ConnectError):
    """A name leads to a machine inside; it was not asked."""


def origin_of(url: str) -> Origin | None:
    """Where a web address leads, or nothing where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname.lower(), port


def joined(base: str, href: str) -> str:
    """`href` seen from `base`; empty where it is no address at all."""
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def next_address(base: str, href: str) -> str | None:
    """`href` seen from `base`, where it stays on the same origin; nothing where it leads elsewhere."""
    url = joined(base, href)
    return url if origin_of(url) is not None and origin_of(url) == origin_of(base) else None


def redirected(base: str, location: str) -> str | None:
    """Where a redirect leads, if to the same host; from http to https is allowed, not back."""
    url = joined(base, location)
    old, new = origin_of(base), origin_of(url)
    if old is None or new is None or old[1] != new[1]:
        return None
    if old == new or (old[0] == "http" and new == ("https", old[1], PORTS["https"])):
        return url
    return None


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the world: not loopback, private, link-local or the like."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if within:
            return is_outside(str(within))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_outside(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


class OutsideNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections after it has looked where a name leads, so that no name can point inside."""

    def __init__(self, allow_inside: bool) -> None:
        self._allow_inside = allow_inside
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of a name that answers."""
        last: Exception = httpcore.ConnectError("the name has no address")
        for address in await self._addresses(host, port, timeout):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def _addresses(self, host: str, port: int, seconds: float | None) -> list[str]:
        try:
            async with asyncio.timeout(seconds):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the name was not found in time") from None
        except OSError:
            raise httpcore.ConnectError("the name was not found") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_inside and not all(map(is_outside, addresses)):
            raise InsideAddress("the name leads to an inside address")
        return addresses

    async def sleep(self, seconds: float) -> None:
        """httpcore waits between its retries with this."""
        await asyncio.sleep(seconds)


def outside_client(allow_inside: bool) -> httpx.AsyncClient:
    """The one client for all catalogs: connections are kept open, redirects are never followed blindly."""
    transport = httpx.AsyncHTTPTransport()
    # httpx has no door for a network backend; its transport only adapts this pool
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=60,
        max_keepalive_connections=30,
        keepalive_expiry=60,
        network_backend=OutsideNetwork(allow_inside),
    )
    return httpx.AsyncClient(
        transport=transport,
        follow_redirects=False,
        timeout=httpx.Timeout(30, connect=5),
        headers={"User-Agent": "polarhub", "Accept-Encoding": "gzip"},
    )
