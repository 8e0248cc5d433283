"""Talks to the kernel about interfaces and packet filters, with nothing but a socket (rtnetlink, nf_tables).

A message is a header, a fixed part that its kind asks for, and attributes: length, number, value, padded to
four bytes. An attribute may hold attributes. See linux/netlink.h.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

ROUTE, NETFILTER = 0, 12  # protocols
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
CREATE, EXCLUSIVE, APPEND = 0x400, 0x200, 0x800
ERROR, DONE = 2, 3  # kinds of answers
NESTED = 0x8000
HEADER = struct.Struct("=IHHII")  # length, kind, flags, sequence, port
LIMIT = 10.0  # seconds for an answer
CLONE_NEWNET = 0x4000_0000

libc = ctypes.CDLL(None, use_errno=True)
Value = bytes | str | int | list[bytes]


def attribute(number: int, value: Value) -> bytes:
    """One attribute: a text ends with a zero, a number has 32 bits, a list holds attributes."""
    if isinstance(value, list):
        number, data = number | NESTED, b"".join(value)
    elif isinstance(value, str):
        data = value.encode() + b"\0"
    elif isinstance(value, int):
        data = struct.pack("=I", value)
    else:
        data = value
    length = len(data) + 4
    return struct.pack("=HH", length, number) + data + b"\0" * (-length % 4)


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and value of each attribute."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number & ~NESTED, data[4:length]
        data = data[(length + 3) & ~3 :]


def message(kind: int, flags: int, fixed: bytes, parts: Iterable[bytes] = ()) -> bytes:
    """A whole message."""
    body = fixed + b"\0" * (-len(fixed) % 4) + b"".join(parts)
    return HEADER.pack(HEADER.size + len(body), kind, REQUEST | flags, 0, 0) + body


class Netlink:
    """A conversation with the kernel in one network namespace: the one it was opened in."""

    def __init__(self, protocol: int) -> None:
        """Raises OSError where the kernel does not know the protocol."""
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        self._socket.bind((0, 0))
        self._socket.settimeout(LIMIT)

    def __enter__(self) -> "Netlink":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def do(self, *messages: bytes) -> None:
        """Send them together and wait until each that asked for it was acknowledged. Raises OSError."""
        self._socket.send(b"".join(messages))
        waiting = sum(bool(HEADER.unpack_from(m)[2] & ACK) for m in messages)
        while waiting > 0:
            for kind, body in self._received():
                if kind == ERROR:
                    number = -struct.unpack_from("=i", body)[0]
                    if number:
                        raise OSError(number, os.strerror(number))
                    waiting -= 1

    def dump(self, kind: int, fixed: bytes) -> list[bytes]:
        """The bodies of all that there is of a kind. Raises OSError."""
        self._socket.send(message(kind, DUMP, fixed))
        found: list[bytes] = []
        while True:
            for got, body in self._received():
                if got == DONE:
                    return found
                if got == ERROR:
                    number = -struct.unpack_from("=i", body)[0]
                    raise OSError(number, os.strerror(number))
                found.append(body)

    def _received(self) -> Iterator[tuple[int, bytes]]:
        data = self._socket.recv(1 << 18)
        while len(data) >= HEADER.size:
            length, kind, *_ = HEADER.unpack_from(data)
            yield kind, data[HEADER.size : length]
            data = data[(length + 3) & ~3 :]


@contextmanager
def inside(namespace: int) -> Iterator[None]:
    """This thread is in another network namespace (an open descriptor of it) until the end."""
    with open("/proc/thread-self/ns/net", "rb") as own:  # noqa: PTH123 - a namespace, not a file
        _enter(namespace)
        try:
            yield
        finally:
            _enter(own.fileno())


def fresh_namespace() -> int:
    """An open descriptor of a new network namespace, which ends with its last one. Raises OSError."""
    with open("/proc/thread-self/ns/net", "rb") as own:  # noqa: PTH123 - a namespace, not a file
        _checked(libc.unshare(CLONE_NEWNET))
        try:
            return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            _enter(own.fileno())


def _enter(descriptor: int) -> None:
    _checked(libc.setns(descriptor, CLONE_NEWNET))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
