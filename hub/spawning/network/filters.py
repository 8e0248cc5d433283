"""Rules for packets, as nf_tables takes them; each function gives one expression of a rule."""

import ipaddress
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.spawning.network.netlink import ACK, CREATE, NETFILTER, Netlink, attribute, message

SUBSYSTEM = 10 << 8  # nf_tables below netfilter
NEWTABLE, GETTABLE, DELTABLE, NEWCHAIN, NEWRULE = (SUBSYSTEM | number for number in (0, 1, 2, 3, 6))
BATCH_BEGIN, BATCH_END = 16, 17
INET, IPV4 = 1, 2  # families
PREROUTING, INPUT, FORWARD, POSTROUTING = 0, 1, 2, 4
REGISTER, VERDICT = 1, 0
EQUAL, UNEQUAL = 0, 1
META_IN, META_OUT, META_PROTOCOL, META_TRANSPORT = 6, 7, 15, 16
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
CT_STATE, CT_STATUS = 0, 2
ESTABLISHED, RELATED, DNAT = 2, 4, 1 << 5
TCP, UDP = 6, 17
Expressions = list[bytes]


def _number(value: int) -> bytes:
    return struct.pack("!I", value)  # nf_tables wants numbers in network order


def _expression(name: str, *parts: bytes) -> bytes:
    return attribute(1, [attribute(1, name), attribute(2, list(parts))])


def _load(name: str, key: int) -> bytes:
    return _expression(name, attribute(1, _number(REGISTER)), attribute(2, _number(key)))


def _compare(value: bytes, how: int = EQUAL) -> bytes:
    parts = attribute(1, _number(REGISTER)), attribute(2, _number(how)), attribute(3, [attribute(1, value)])
    return _expression("cmp", *parts)


def _bits(mask: bytes) -> bytes:
    parts = [
        attribute(1, _number(REGISTER)),
        attribute(2, _number(REGISTER)),
        attribute(3, _number(len(mask))),
    ]
    parts += [attribute(4, [attribute(1, mask)]), attribute(5, [attribute(1, bytes(len(mask)))])]
    return _expression("bitwise", *parts)


def _payload(header: int, offset: int, length: int) -> bytes:
    figures = (REGISTER, header, offset, length)
    return _expression("payload", *(attribute(n, _number(v)) for n, v in enumerate(figures, 1)))


def _interface(key: int, prefix: str, how: int) -> Expressions:
    return [_load("meta", key), _compare(prefix.encode(), how)]


def comes_from(prefix: str, how: int = EQUAL) -> Expressions:
    """Over an interface whose name begins so."""
    return _interface(META_IN, prefix, how)


def goes_to(prefix: str, how: int = EQUAL) -> Expressions:
    """Out of an interface whose name begins so."""
    return _interface(META_OUT, prefix, how)


def is_ipv4(how: int = EQUAL) -> Expressions:
    """An IPv4 packet, in a table of both families."""
    return [_load("meta", META_PROTOCOL), _compare(bytes([IPV4]), how)]


def is_from(network: ipaddress.IPv4Network) -> Expressions:
    """From an address of a network."""
    return _in_network(network, 12)


def is_for(network: ipaddress.IPv4Network) -> Expressions:
    """For an address of a network."""
    return _in_network(network, 16)


def _in_network(network: ipaddress.IPv4Network, offset: int) -> Expressions:
    mask = [] if network.prefixlen == 32 else [_bits(network.netmask.packed)]
    return [_payload(NETWORK_HEADER, offset, 4), *mask, _compare(network.network_address.packed)]


def is_for_port(transport: int, port: int) -> Expressions:
    """For a port; transport is TCP or UDP."""
    wanted = [_payload(TRANSPORT_HEADER, 2, 2), _compare(struct.pack("!H", port))]
    return [_load("meta", META_TRANSPORT), _compare(bytes([transport])), *wanted]


def _has(key: int, bits: int) -> Expressions:
    mask = struct.pack("=I", bits)
    return [_load("ct", key), _bits(mask), _compare(bytes(4), UNEQUAL)]


def is_answer() -> Expressions:
    """Of a conversation that was let begin."""
    return _has(CT_STATE, ESTABLISHED | RELATED)


def was_led() -> Expressions:
    """Of a conversation whose target we have changed."""
    return _has(CT_STATUS, DNAT)


def accept() -> Expressions:
    """Let it pass this chain."""
    code = attribute(2, [attribute(1, _number(1))])
    return [_expression("immediate", attribute(1, _number(VERDICT)), attribute(2, [code]))]


def refuse() -> Expressions:
    """Drop it and say so: a connection is refused at once instead of after minutes."""
    return [_expression("reject", attribute(1, _number(2)), attribute(2, bytes([1])))]


def lead_to(address: ipaddress.IPv4Address, port: int) -> Expressions:
    """Send it to another address and port instead."""
    values = [(1, address.packed), (2, struct.pack("!H", port))]
    loads = [
        _expression("immediate", attribute(1, _number(n)), attribute(2, [attribute(1, v)])) for n, v in values
    ]
    parts = [(1, 1), (2, socket.AF_INET), (3, 1), (5, 2)]  # DNAT, family, registers of address and port
    return [*loads, _expression("nat", *(attribute(n, _number(v)) for n, v in parts))]


def masquerade() -> Expressions:
    """Let it seem to come from this machine."""
    return [_expression("masq")]


@dataclass(frozen=True)
class Chain:
    """Rules for all packets that pass one place of the kernel."""

    name: str
    kind: str  # filter or nat
    hook: int
    priority: int
    rules: Sequence[Expressions]


@dataclass(frozen=True)
class Table:
    """Chains that come and go together."""

    name: str
    chains: Sequence[Chain]
    family: int = INET

    def replace(self) -> None:
        """Set it in one step, in place of an earlier one of its name. Raises OSError."""
        _batch([*self._gone(), self._message(NEWTABLE, [], CREATE), *self._contents()])

    def remove(self) -> None:
        """Take it away, whether it is there or not. Raises OSError."""
        _batch(self._gone())

    def exists(self) -> bool:
        """Whether there is a table of this name."""
        with Netlink(NETFILTER) as kernel:
            try:
                kernel.do(self._message(GETTABLE, []))
            except FileNotFoundError:
                return False
        return True

    def _gone(self) -> list[bytes]:
        return [self._message(NEWTABLE, [], CREATE), self._message(DELTABLE, [])]

    def _contents(self) -> Iterable[bytes]:
        for chain in self.chains:
            hook = [attribute(1, _number(chain.hook)), attribute(2, struct.pack("!i", chain.priority))]
            parts = [attribute(3, chain.name), attribute(4, hook), attribute(7, chain.kind)]
            yield self._message(NEWCHAIN, parts, CREATE)
            for rule in chain.rules:
                yield self._message(NEWRULE, [attribute(2, chain.name), attribute(4, rule)], CREATE | 0x800)

    def _message(self, kind: int, parts: list[bytes], flags: int = 0) -> bytes:
        return message(kind, ACK | flags, bytes([self.family, 0, 0, 0]), [attribute(1, self.name), *parts])


def _batch(messages: list[bytes]) -> None:
    edge = bytes([0, 0]) + struct.pack("!H", 10)
    begin, end = message(BATCH_BEGIN, 0, edge), message(BATCH_END, 0, edge)
    with Netlink(NETFILTER) as kernel:
        kernel.do(begin, *messages, end)
