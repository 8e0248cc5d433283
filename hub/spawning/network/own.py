"""The networks of the boxes of one hub: made at its start, one more with each box, gone with it."""

import atexit
import hashlib
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tornado.log import app_log as log

from hub.errors import BadSetting, StartRefused
from hub.ports import Ports
from hub.ready import address
from hub.settings import Settings
from hub.spawning.network import links
from hub.spawning.network.filters import UDP
from hub.spawning.network.links import Address, Network
from hub.spawning.network.netlink import fresh_namespace, inside
from hub.spawning.network.rules import EVERY_BOX, GUARD, Door, Rules, proxies, resolvers

RANGE = Network("10.128.0.0/9")  # hubs take parts of it, each for some thousand boxes
PART = 20
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
RESOLV = Path("/etc/resolv.conf")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
ATTEMPTS = 100
PATIENCE = 2.0  # seconds
SHARED = "Servers share this machine's network: each can connect to whatever listens on its loopback"


@dataclass
class BoxNetworks:
    """Connects boxes, and says what they find where."""

    rules: Rules
    resolv: str | None = None  # what /etc/resolv.conf says in a box, where it must say something else
    _numbers: "itertools.cycle[int]" = field(
        default_factory=lambda: itertools.cycle(range(1, 1 << (32 - PART) - 1))
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Set the rules, in place of those of an earlier hub with this data folder. Raises OSError."""
        self.rules.table().replace()
        if FORWARDING.read_text().strip() != "1":
            GUARD.replace()  # this machine passed nothing on so far: it still does not, but for boxes
            FORWARDING.write_text("1")
        atexit.register(self.close)

    def close(self) -> None:
        """Take the rules away, unless boxes live on that need them."""
        deadline = time.monotonic() + PATIENCE
        while any(name.startswith(self.rules.prefix) for name in links.names()):
            if time.monotonic() > deadline:
                return
            time.sleep(0.05)  # the kernel takes interfaces of boxes that have just ended away in its own time
        self.rules.table().remove()

    @contextmanager
    def another(self) -> Iterator[None]:
        """What this thread starts meanwhile is in a new network, which goes with the last of it.

        Raises OSError where none can be made.
        """
        namespace = fresh_namespace()
        try:
            self._connect(namespace)
            with inside(namespace):
                yield
        finally:
            os.close(namespace)

    def _connect(self, namespace: int) -> None:
        for _ in range(ATTEMPTS):
            with self._lock:
                number = next(self._numbers)
            try:
                own = self.rules.boxes[number + 1]
                links.connect(f"{self.rules.prefix}{number}", self.rules.gateway, own, namespace)
            except FileExistsError:  # a box of an earlier hub has it
                continue
            return
        raise OSError("no address is free for another box")

    def as_seen_inside(self, environment: Mapping[str, str]) -> dict[str, str]:
        """An environment whose addresses of this hub are those that a box reaches."""
        seen = dict(environment)
        for door in self.rules.doors:
            here, there = f"//{door.address}:{door.port}", f"//{self.rules.gateway}:{door.port}"
            seen = {name: _moved(value, here, there) for name, value in seen.items()}
        return seen


def _moved(value: str, here: str, there: str) -> str:
    return value.replace(f"{here}/", f"{there}/") if f"{here}/" in f"{value}/" else value


def networks_for(settings: Settings, environment: Mapping[str, str]) -> BoxNetworks | None:
    """Networks for the boxes of this hub, open; nothing where they share this machine's, which is logged.

    Raises BadSetting, StartRefused where the setting asks for what cannot be had.
    """
    if settings.network == "shared" or (warning := network_warning(settings)) is not None:
        if settings.network != "shared":
            log.warning(warning)
        return None
    networks = _designed(settings, environment)
    networks.open()
    return networks


def network_warning(settings: Settings) -> str | None:
    """A sentence for the start where boxes must share this machine's network, though not told to.

    Raises StartRefused where the setting says that they must not.
    """
    if settings.network == "shared" or (reason := why_not(settings)) is None:
        return None
    if settings.network == "own":
        raise StartRefused(f"POLARHUB_NETWORK=own cannot be had: {reason}.")
    return f"{SHARED}, as {reason}."


def why_not(settings: Settings) -> str | None:
    """Why no box can have a network of its own here, as part of a sentence; nothing where it can."""
    if os.geteuid() != 0:
        return "networks for boxes take root"
    if ":" in settings.host:
        return "polarhub listens on an IPv6 address"
    try:
        _try()
    except OSError as error:
        return f"this machine does not let networks for them be made ({error.strerror or error})"
    return None


def _try() -> None:
    """Make rules and a pair of interfaces, and take both away. Raises OSError."""
    name, gateway = f"try-{os.getpid()}", Address("10.128.0.1")
    rules = Rules(
        f"polarhub-{name}",
        name,
        Network("10.128.0.0/30"),
        gateway,
        frozenset({Door(Address("127.0.0.1"), 1)}),
    )
    try:
        rules.table().replace()
        namespace = fresh_namespace()
        try:
            links.connect(name[:15], gateway, Address("10.128.0.2"), namespace)
        finally:
            os.close(namespace)
        if not os.access(FORWARDING, os.W_OK):
            raise PermissionError(13, f"{FORWARDING} is read-only")
    finally:
        rules.table().remove()


def _designed(settings: Settings, environment: Mapping[str, str]) -> BoxNetworks:
    mark = hashlib.sha256(str(settings.data).encode()).hexdigest()
    boxes = _free_part(settings.data, int(mark[:8], 16))
    listens = urlsplit(address(settings))
    ports = Ports.of(settings.data)
    loopback = Address("127.0.0.1")
    doors = {
        Door(loopback, ports.hub),
        Door(loopback, ports.api),
        Door(_numeric(listens.hostname), settings.port),
    }
    allowed = list(allowed_networks(settings.network_allow))
    for proxy, port in proxies(environment, PROXIES):
        if proxy.is_loopback:
            doors.add(Door(proxy, port))
        else:
            allowed.append(Network(proxy))
    named, resolv = resolvers(RESOLV.read_text() if RESOLV.exists() else ""), None
    if local := [one for one in named if one.is_loopback]:
        doors |= {Door(local[0], 53), Door(local[0], 53, UDP)}
        resolv = f"nameserver {boxes[1]}\n"
    rules = Rules(
        name=f"polarhub-{mark[:12]}",
        prefix=f"{EVERY_BOX}{mark[:4]}-",
        boxes=boxes,
        gateway=boxes[1],
        doors=frozenset(doors),
        resolvers=frozenset(one for one in named if not one.is_loopback),
        allowed=tuple(allowed),
    )
    return BoxNetworks(rules, resolv)


def _numeric(host: str | None) -> Address:
    try:
        return Address(host or "127.0.0.1")
    except ValueError:
        return Address("127.0.0.1")  # a name of this machine


def allowed_networks(text: str) -> Sequence[Network]:
    """Networks separated by commas. Raises BadSetting."""
    try:
        return [Network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise BadSetting(
            f"{error}; write networks such as 192.168.7.0/24", where="POLARHUB_NETWORK_ALLOW"
        ) from None


def _free_part(data: Path, first: int) -> Network:
    """A part of the range that nothing on this machine uses; the same one at each start while it can be."""
    kept, parts = data / "network.json", 1 << (PART - RANGE.prefixlen)
    used = [n for n in links.known_networks() if n.overlaps(RANGE) and n.prefixlen > RANGE.prefixlen]
    try:
        own = Network(json.loads(kept.read_text())["boxes"])
    except (OSError, ValueError, KeyError):
        own = None
    if own is not None and own.subnet_of(RANGE):
        return own  # boxes that outlived an earlier hub have addresses of it
    step = 1 << (32 - PART)
    for number in range(parts):
        part = Network((int(RANGE.network_address) + (first + number) % parts * step, PART))
        if not any(part.overlaps(one) for one in used):
            kept.write_text(json.dumps({"boxes": str(part)}))
            return part
    raise StartRefused(f"Every part of {RANGE} is in use on this machine: set POLARHUB_NETWORK=shared.")
