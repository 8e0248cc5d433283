"""Pairs of virtual interfaces, their addresses and routes (rtnetlink)."""

import ipaddress
import socket
import struct
from pathlib import Path

from hub.spawning.network.netlink import (
    ACK,
    CREATE,
    EXCLUSIVE,
    ROUTE,
    Netlink,
    attribute,
    attributes,
    inside,
    message,
)

NEWLINK, DELLINK, GETLINK, NEWADDR, GETADDR, NEWROUTE, GETROUTE = 16, 17, 18, 20, 22, 24, 26
UP = 1
LOOPBACK = 1  # its index, everywhere
IFNAME, LINKINFO, NET_NS_FD = 3, 18, 28
INFO_KIND, INFO_DATA, VETH_PEER = 1, 2, 1
LINK = struct.Struct("=BxHiII")  # family, kind of device, index, flags, which of them change
ADDRESS = struct.Struct("=BBBBI")  # family, prefix, flags, scope, index
ROUTES = struct.Struct("=BBBBBBBBI")  # family, two prefixes, tos, table, protocol, scope, kind, flags
MAIN, STATIC, UNIVERSE, LINK_SCOPE, UNICAST = 254, 4, 0, 253, 1
NEW = ACK | CREATE | EXCLUSIVE

Address = ipaddress.IPv4Address
Network = ipaddress.IPv4Network


def connect(outside: str, gateway: Address, own: Address, namespace: int) -> None:
    """Give a network namespace an interface, `eth0` with the address `own`, whose neighbour is `gateway`.

    `outside` names the other end, here. Raises OSError, with nothing left.
    """
    with Netlink(ROUTE) as here:
        inner = [attribute(IFNAME, "eth0"), attribute(NET_NS_FD, namespace)]
        peer = attribute(VETH_PEER, LINK.pack(0, 0, 0, 0, 0) + b"".join(inner))
        info = [attribute(INFO_KIND, "veth"), attribute(INFO_DATA, [peer])]
        here.do(
            message(
                NEWLINK,
                NEW,
                LINK.pack(0, 0, 0, 0, 0),
                [attribute(IFNAME, outside), attribute(LINKINFO, info)],
            )
        )
        try:
            _settings(outside)
            index = socket.if_nametoindex(outside)
            here.do(_address(index, gateway), _up(index))
            with inside(namespace):
                there = Netlink(ROUTE)
                inner_index = socket.if_nametoindex("eth0")
            with there:
                there.do(_up(LOOPBACK), _address(inner_index, own), _up(inner_index))
                there.do(_route(inner_index, gateway), _route(inner_index, None, gateway))
            here.do(_route(index, own))
        except OSError:
            here.do(message(DELLINK, ACK, LINK.pack(0, 0, 0, 0, 0), [attribute(IFNAME, outside)]))
            raise


def _settings(name: str) -> None:
    """Packets of the box are passed on; it may be led to our loopback by a rule; it speaks no IPv6."""
    for family, setting, value in (
        ("ipv6", "disable_ipv6", "1"),
        ("ipv4", "forwarding", "1"),
        ("ipv4", "route_localnet", "1"),
    ):
        path = Path(f"/proc/sys/net/{family}/conf/{name}/{setting}")
        if path.exists() or family == "ipv4":
            path.write_text(value)


def _up(index: int) -> bytes:
    return message(NEWLINK, ACK, LINK.pack(0, 0, index, UP, UP))


def _address(index: int, address: Address) -> bytes:
    parts = [attribute(1, address.packed), attribute(2, address.packed)]
    return message(NEWADDR, NEW, ADDRESS.pack(socket.AF_INET, 32, 0, 0, index), parts)


def _route(index: int, target: Address | None, via: Address | None = None) -> bytes:
    scope, prefix = (UNIVERSE, 0) if via else (LINK_SCOPE, 32)
    fixed = ROUTES.pack(socket.AF_INET, prefix, 0, 0, MAIN, STATIC, scope, UNICAST, 0)
    parts = [attribute(4, index)]
    parts += [attribute(1, target.packed)] if target else []
    parts += [attribute(5, via.packed)] if via else []
    return message(NEWROUTE, NEW, fixed, parts)


def names() -> list[str]:
    """The interfaces of this machine."""
    return [name for _, name in socket.if_nameindex()]


def known_networks() -> list[Network]:
    """Addresses and routes of this machine, save the default ones: networks that are in use already."""
    found = []
    with Netlink(ROUTE) as here:
        for body in here.dump(GETROUTE, ROUTES.pack(socket.AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)):
            prefix = body[1]
            target = dict(attributes(body[ROUTES.size :])).get(1)
            if target and prefix:
                found.append(Network((target, prefix), strict=False))
        for body in here.dump(GETADDR, ADDRESS.pack(socket.AF_INET, 0, 0, 0, 0)):
            local = dict(attributes(body[ADDRESS.size :])).get(2)
            if local:
                found.append(Network((local, body[1]), strict=False))
    return found
