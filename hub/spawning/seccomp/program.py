"""The filter of system calls as the kernel takes it: a small program, made from the table beside it.

What stands in syscalls.csv is allowed, as Docker's default profile allows it to containers without
capabilities; what does not is refused. Left out of that profile on purpose: io_uring, as Docker has it now.
"""

import csv
import errno
import os
import struct
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

TABLE = Path(__file__).parent / "syscalls.csv"
ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}  # linux/audit.h
LOAD, AND = 0x20, 0x54  # the 32 bits at an offset; a mask over them
EQUAL, GREATER, AT_LEAST, RETURN = 0x15, 0x25, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
ALLOW, REFUSE = 0x7FFF_0000, 0x0005_0000
NEW_NAMESPACES = 0x7E02_0000  # the flags of clone that make one
VSOCK = 40  # a family of sockets that reaches the machine below a virtual one
PERSONALITIES = (0, 0x8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF)  # Linux, 32 bits, older kernels' names, asking
Program = list[bytes]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _answer(number: int) -> bytes:
    return _step(RETURN, REFUSE | number if number else ALLOW)


def numbers(machine: str) -> dict[str, int]:
    """The allowed system calls of a machine: name -> number."""
    with TABLE.open() as table:
        return {row["name"]: int(row[machine]) for row in csv.DictReader(table) if row[machine]}


def _ranges(values: Iterable[int]) -> list[tuple[int, int]]:
    ordered = sorted(values)
    ends = [a for a, b in pairwise(ordered) if b != a + 1]
    starts = [b for a, b in pairwise(ordered) if b != a + 1]
    return list(zip([ordered[0], *starts], [*ends, ordered[-1]], strict=True))


def _only(number: int, what: Program) -> Program:
    """Steps for one system call, which end with an answer."""
    return [_step(EQUAL, number, 0, len(what)), *what]


def _first_argument(allowed: Iterable[int]) -> Program:
    steps = [_step(LOAD, FIRST_ARGUMENT)]
    for value in allowed:
        steps += [_step(EQUAL, value, 0, 1), _answer(0)]
    return [*steps, _answer(errno.EPERM)]


def program(machine: str | None = None) -> bytes | None:
    """The filter for this kind of machine, as bwrap and prctl take it; nothing where there is no table."""
    machine = machine or os.uname().machine
    if machine not in ARCHITECTURES:
        return None
    known = numbers(machine)
    clone = [_step(LOAD, FIRST_ARGUMENT), _step(AND, NEW_NAMESPACES), _step(EQUAL, 0, 0, 1)]
    no_vsock = [_step(LOAD, FIRST_ARGUMENT), _step(EQUAL, VSOCK, 0, 1), _answer(errno.EPERM), _answer(0)]
    steps = [
        *(_step(LOAD, ARCHITECTURE), _step(EQUAL, ARCHITECTURES[machine], 1, 0), _answer(errno.EPERM)),
        _step(LOAD, NUMBER),
        *_only(
            known.pop("clone3"), [_answer(errno.ENOSYS)]
        ),  # its flags lie in memory: the C library uses clone
        *_only(known.pop("clone"), [*clone, _answer(0), _answer(errno.EPERM)]),
        *_only(known.pop("socket"), no_vsock),
        *_only(known.pop("personality"), _first_argument(PERSONALITIES)),
    ]
    for first, last in _ranges(known.values()):
        steps += [_step(AT_LEAST, first, 1, 0), _answer(errno.EPERM)]
        steps += [_step(GREATER, last, 1, 0), _answer(0)]
    # newer than the table: a program that asks whether it is there takes the older way
    return b"".join([*steps, _answer(errno.ENOSYS)])
