"""What there is on this machine, seen from outside of every box: processes, listening sockets."""

import contextlib
import ipaddress
import re
import socket
from pathlib import Path

LISTENING = "0A"


def parents() -> dict[int, int]:
    """pid -> pid of its parent, for every process."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    return found


def tree(pid: int) -> set[int]:
    """A process and everything below it."""
    above = parents()
    found, more = {pid}, {pid}
    while more:
        more = {child for child, parent in above.items() if parent in more} - found
        found |= more
    return found


def of_uid(uid: int) -> set[int]:
    """Processes of a user."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if path.stat().st_uid == uid:
                found.add(int(path.name))
    return found


def socket_inodes(pids: set[int]) -> set[str]:
    """The sockets that processes hold."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for path in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if match := re.fullmatch(r"socket:\[(\d+)\]", str(path.readlink())):
                        found.add(match[1])
    return found


def _address(text: str) -> tuple[str, int]:
    host, port = text.split(":")
    words = [bytes.fromhex(host[i : i + 8])[::-1] for i in range(0, len(host), 8)]
    address = str(ipaddress.ip_address(b"".join(words)))
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address), int(port, 16)


def listening(inodes: set[str] | None = None) -> list[tuple[str, int]]:
    """TCP addresses that somebody listens on; with `inodes`, only those of these sockets."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and (inodes is None or fields[9] in inodes):
                found.add(_address(fields[1]))
    return sorted(found)


def own_address() -> str | None:
    """The address of this machine's card that faces outside."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.255", 9))  # sends nothing
        except OSError:
            return None
        return str(probe.getsockname()[0])


def unix_sockets(inodes: set[str] | None = None) -> list[str]:
    """Unix sockets with a name; with `inodes`, only these."""
    found = set()
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split(maxsplit=7)
        if len(fields) == 8 and (inodes is None or fields[6] in inodes):
            found.add(fields[7])
    return sorted(found)
