"""The loopback ports between hub, proxy and servers: chosen once and kept, so that a hub is found again."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that are free now, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


@dataclass(frozen=True)
class Ports:
    """Where the parts of one hub meet, on 127.0.0.1."""

    hub: int
    proxy_api: int
    api: int

    @classmethod
    def of(cls, data: Path) -> "Ports":
        """The ports of the hub that keeps its data here; chosen anew where they are unknown."""
        try:
            return cls(**json.loads((data / "ports.json").read_text()))
        except (OSError, ValueError, TypeError):
            return cls.choose(data)

    @classmethod
    def choose(cls, data: Path) -> "Ports":
        """Choose free ports and keep them."""
        ports = cls(*free_ports(3))
        data.mkdir(parents=True, exist_ok=True)
        (data / "ports.json").write_text(json.dumps(asdict(ports)))
        return ports

    @classmethod
    def settle(cls, data: Path) -> "Ports":
        """The kept ports where they are free, else new ones: for a start when no hub is running."""
        ports = cls.of(data)
        return ports if all(is_free("127.0.0.1", p) for p in asdict(ports).values()) else cls.choose(data)
