"""Runs inside a user's box and tries to get out; prints what it reached as JSON. Standard library only.

The test passes what to try as JSON on standard input: paths, pids, TCP addresses, unix sockets, requests.
"""

import ctypes
import http.client
import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUSER, NEWPID = 0x20000, 0x10000000, 0x20000000
PERF_EVENT = (1).to_bytes(4, sys.byteorder) + (112).to_bytes(4, sys.byteorder) + bytes(104)
CALLS = {
    "x86_64": {"clone": 56, "keyctl": 250, "bpf": 321, "perf": 298, "userfaultfd": 323},
    "aarch64": {"clone": 220, "keyctl": 219, "bpf": 280, "perf": 241, "userfaultfd": 282},
}[os.uname().machine]
LIMIT = 3  # seconds for a connection


def pids() -> list[int]:
    """All processes that are seen."""
    return sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def readable(paths: list[str]) -> dict[str, str]:
    """What can be listed or read, directly or through the root of any process."""
    found = {}
    roots = ["", *(f"/proc/{pid}/root" for pid in pids())]
    for path in (root + p for p in paths for root in roots):
        try:
            found[path] = (
                str(list(Path(path).iterdir()))
                if Path(path).is_dir()
                else Path(path).read_text(errors="replace")
            )
        except OSError:
            continue
    return found


def everything_readable_in_proc() -> str:
    """Environments and command lines of all processes that are seen."""
    text = []
    for pid in pids():
        for name in ("environ", "cmdline"):
            try:
                text.append(Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace"))
            except OSError:
                continue
    return "\n".join(text)


def writable(paths: list[str]) -> list[str]:
    """Where something can be written."""
    found = []
    for path in paths:
        try:
            target = Path(path) / "made-by-attack" if Path(path).is_dir() else Path(path)
            with target.open("a") as file:
                file.write("x")
            found.append(path)
        except OSError:
            continue
    return found


def privileges() -> dict[str, Any]:
    """What the kernel lets us do: each call's result, 0 where it was allowed."""
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line
    )
    return {
        "uids": status["Uid"].split(),
        "capabilities": [int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")],
        "no_new_privs": status["NoNewPrivs"].strip(),
        "unshare user": LIBC.unshare(NEWUSER),
        "unshare mounts": LIBC.unshare(NEWNS),
        "unshare both": LIBC.unshare(NEWUSER | NEWNS | NEWPID),
        "mount": LIBC.mount(b"none", b"/tmp", b"tmpfs", 0, None),
        "umount": LIBC.umount2(b"/proc", 2),
        "chroot": LIBC.chroot(b"/tmp"),
        "setuid": LIBC.setuid(0),
        "setgid": LIBC.setgid(0),
        "mknod": LIBC.mknod(b"/tmp/disk", 0o60644, os.makedev(8, 0)),
        "reboot": LIBC.reboot(0),
        "namespace by clone": LIBC.syscall(CALLS["clone"], NEWUSER | 17, None, None, None, None),
        "namespace by clone3": LIBC.syscall(435, bytes(88), 88),
        # these give a number where they are allowed
        "keyctl": min(LIBC.syscall(CALLS["keyctl"], 0, -3, 0), 0),
        "bpf": min(LIBC.syscall(CALLS["bpf"], 5, bytes(128), 128), 0),
        "perf_event_open": min(LIBC.syscall(CALLS["perf"], PERF_EVENT, 0, -1, -1, 0), 0),
        "userfaultfd": min(LIBC.syscall(CALLS["userfaultfd"], 1), 0),
        "io_uring": min(LIBC.syscall(425, 8, bytes(120)), 0),
    }


def signalled(numbers: list[int]) -> list[int]:
    """Processes, by their pid outside of the box, that we could signal and that are not in our own box."""
    found = []
    for pid in numbers:
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        found.append(pid)
    return found


def ask(host: str, port: int, path: str, token: str) -> dict[str, Any]:
    """One request. Raises OSError or HTTPException where nobody answers it."""
    connection = http.client.HTTPConnection(host, port, timeout=LIMIT)
    try:
        connection.request("GET", path, headers={"Authorization": f"token {token}"} if token else {})
        answer = connection.getresponse()
        body = answer.read(200_000).decode(errors="replace")
    finally:
        connection.close()
    return {"port": port, "path": path, "own": bool(token), "status": answer.status, "body": body}


def ask_all(address: list[Any], paths: list[str], token: str) -> list[dict[str, Any]]:
    """What one address says; whoever is silent once is not asked again."""
    found = []
    for path in paths:
        for mine in ("", token):
            try:
                found.append(ask(address[0], address[1], path, mine))
            except TimeoutError:
                return found
            except (OSError, http.client.HTTPException):
                continue
    return found


def answers(addresses: list[list[Any]], paths: list[str], token: str) -> list[dict[str, Any]]:
    """What every address says to every path, without and with our own token."""
    with ThreadPoolExecutor(16) as pool:
        found = pool.map(lambda address: ask_all(address, paths, token), addresses)
        return [answer for several in found for answer in several]


def connected(sockets: list[str]) -> list[str]:
    """Unix sockets that let us connect; an abstract one begins with @."""
    found = []
    for name in sockets:
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_UNIX, kind) as probe:
                probe.settimeout(LIMIT)
                try:
                    probe.connect("\0" + name[1:] if name.startswith("@") else name)
                    found.append(name)
                except OSError:
                    continue
    return found


def main() -> None:
    """Try everything."""
    plan = json.load(sys.stdin)
    own = os.environ["JUPYTERHUB_API_TOKEN"]
    json.dump(
        {
            "read": readable(plan["read"]),
            "written": writable(plan["write"]),
            "proc": everything_readable_in_proc(),
            "pids": pids(),
            "signalled": signalled(plan["pids"]),
            "answers": answers(plan["addresses"], plan["paths"], own),
            "connected": connected(plan["sockets"]),
            "privileges": privileges(),
            "sockets seen": Path("/proc/net/unix").read_text(),
        },
        sys.stdout,
    )


main()
