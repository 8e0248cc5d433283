"""Which packets of boxes go where: the hub's doors and the outside, nothing else of this machine."""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.spawning.network.filters import (
    FORWARD,
    INPUT,
    POSTROUTING,
    PREROUTING,
    TCP,
    UDP,
    UNEQUAL,
    Chain,
    Expressions,
    Table,
    accept,
    comes_from,
    goes_to,
    is_answer,
    is_for,
    is_for_port,
    is_from,
    is_ipv4,
    lead_to,
    masquerade,
    refuse,
    was_led,
)
from hub.spawning.network.links import Address, Network

EVERY_BOX = "ph-"  # how the interfaces of all hubs of this machine begin
# What is not the internet: networks inside, cloud metadata, other boxes, groups and what is reserved.
PRIVATE = [
    Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
    )
]
GUARD = Table(
    "polarhub-guard",
    [
        Chain(
            "forward",
            "filter",
            FORWARD,
            -5,
            [[*comes_from(EVERY_BOX, UNEQUAL), *goes_to(EVERY_BOX, UNEQUAL), *refuse()]],
        )
    ],
)


@dataclass(frozen=True)
class Door:
    """A port of this machine that boxes reach at their gateway."""

    address: Address
    port: int
    transport: int = TCP


@dataclass(frozen=True)
class Rules:
    """What holds for the boxes of one hub."""

    name: str
    prefix: str  # how the names of its interfaces begin
    boxes: Network
    gateway: Address
    doors: frozenset[Door]
    resolvers: frozenset[Address] = frozenset()
    allowed: tuple[Network, ...] = ()

    def table(self) -> Table:
        """The rules as the kernel takes them."""
        box, there = comes_from(self.prefix), goes_to(self.prefix)
        led = [
            [*box, *is_ipv4(), *is_for(Network(self.gateway)), *self._to(d), *lead_to(d.address, d.port)]
            for d in self._doors()
        ]
        out = [[*is_ipv4(), *is_from(self.boxes), *goes_to(self.prefix, UNEQUAL), *masquerade()]]
        to_us: list[Expressions] = [
            [*box, *is_ipv4(), *self._to(d), *was_led(), *accept()] for d in self._doors()
        ]
        to_us += [[*box, *is_ipv4(), *is_for(network), *accept()] for network in self.allowed]
        to_us += [[*box, *refuse()]]
        through = [
            [*there, *is_answer(), *accept()],
            [*there, *refuse()],
            [*box, *is_ipv4(UNEQUAL), *refuse()],
        ]
        through += [[*box, *is_for(network), *accept()] for network in self.allowed]
        for resolver in sorted(self.resolvers):
            through += [
                [*box, *is_for(Network(resolver)), *is_for_port(kind, 53), *accept()] for kind in (TCP, UDP)
            ]
        through += [[*box, *is_for(network), *refuse()] for network in PRIVATE]
        chains = [
            Chain("doors", "nat", PREROUTING, -100, led),
            Chain("out", "nat", POSTROUTING, 100, out),
            Chain("to-us", "filter", INPUT, -5, to_us),
            Chain("through", "filter", FORWARD, -5, through),
        ]
        return Table(self.name, chains)

    def _doors(self) -> list[Door]:
        return sorted(self.doors, key=lambda door: (door.transport, door.port))

    @staticmethod
    def _to(door: Door) -> Expressions:
        return is_for_port(door.transport, door.port)


def resolvers(text: str) -> list[Address]:
    """The name servers in a resolv.conf that have IPv4 addresses."""
    lines = [line.split() for line in text.splitlines()]
    return [
        Address(line[1])
        for line in lines
        if line[:1] == ["nameserver"] and len(line) > 1 and ":" not in line[1]
    ]


def proxies(environment: Mapping[str, str], names: Iterable[str]) -> list[tuple[Address, int]]:
    """Address and port of the proxies that the way out goes through."""
    from urllib.parse import urlsplit

    found = []
    for name in names:
        parts = urlsplit(environment.get(name, ""))
        if parts.hostname:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            try:
                found.append((Address(socket.gethostbyname(parts.hostname)), port))
            except OSError:
                continue
    return found
