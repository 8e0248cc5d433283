"""A network for each box: its hub and the outside are reached, nothing else of the machine, no other box."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from hub.errors import BadSetting, StartRefused
from hub.ports import Ports
from hub.settings import Settings
from hub.spawning.network import links, own
from hub.spawning.network.netlink import fresh_namespace, inside
from hub.spawning.network.rules import resolvers
from tests.hubs import RunningHub, start_hub, wait_for
from tests.spawning import machine
from tests.spawning.test_escape import gateway

pytestmark = pytest.mark.timeout(240)
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="networks for boxes take root")
TRY = """
import socket
def tried(host, port):
    with socket.socket() as probe:
        probe.settimeout(5)
        try:
            probe.connect((host, port))
            return "reached"
        except OSError as error:
            return type(error).__name__
"""
LISTEN = """
import socket, threading
door = socket.create_server(("0.0.0.0", 0))
own = socket.socket(socket.AF_UNIX); own.bind("\\0adas-own"); own.listen()
print(door.getsockname()[1])
"""
ADDRESS = """
import fcntl, socket, struct
with socket.socket() as probe:
    print(socket.inet_ntoa(fcntl.ioctl(probe, 0x8915, struct.pack("256s", b"eth0"))[20:24]))
"""


@pytest.fixture(scope="module")
def both(hub: RunningHub) -> RunningHub:
    """ada and bob have servers."""
    for name in ("ada", "bob"):
        hub.add_user(name)
        if hub.server(name) is None:
            hub.spawn(name, {"profile": "small"})
    return hub


@contextmanager
def listening(host: str) -> Iterator[int]:
    """A port of this machine that somebody listens on."""
    with socket.create_server((host, 0)) as door:
        yield door.getsockname()[1]


@NEEDS_ROOT
def test_nothing_of_the_machine_but_its_hub_is_reached(both: RunningHub) -> None:
    kernel, there = both.kernel("bob"), gateway(both.data)
    assert there
    kernel.run(TRY)
    ports = Ports.of(both.data)
    for port in (both.port, ports.hub, ports.api):
        assert kernel.run(f"tried({there!r}, {port})") == "'reached'"
    with listening("127.0.0.1") as loopback, listening("0.0.0.0") as everywhere:
        hosts = ["127.0.0.1", there, machine.own_address() or there]
        for port in (loopback, everywhere, ports.proxy_api):
            for host in hosts:
                assert kernel.run(f"tried({host!r}, {port})") == "'ConnectionRefusedError'", (host, port)


@NEEDS_ROOT
def test_no_other_box_is_reached(both: RunningHub) -> None:
    adas, bobs = both.kernel("ada"), both.kernel("bob")
    port = int(adas.run(LISTEN))
    address = adas.run(ADDRESS).strip()
    assert bobs.run(ADDRESS).strip() != address
    adas.run(TRY)
    assert adas.run(f"tried({address!r}, {port})") == "'reached'", "her own does"
    bobs.run(TRY)
    for host in (address, "127.0.0.1", gateway(both.data)):
        assert bobs.run(f"tried({host!r}, {port})") != "'reached'"
    connect = "import socket; socket.socket(socket.AF_UNIX).connect('\\0adas-own')"
    assert "ConnectionRefusedError" in bobs.run(connect)
    assert adas.run(connect) == ""


@NEEDS_ROOT
def test_networks_inside_are_closed_and_the_outside_is_open(both: RunningHub) -> None:
    """A network behind this machine: a namespace with a private and a public address."""
    kernel = both.kernel("bob")
    kernel.run(TRY)
    namespace = fresh_namespace()
    try:
        with inside(namespace):
            door = socket.create_server(("0.0.0.0", 0))
        with door:
            port = door.getsockname()[1]
            outside, private = links.Address("198.51.100.9"), links.Address("172.29.77.9")
            links.connect("outside", links.Address("198.51.100.8"), outside, namespace)
            assert kernel.run(f"tried({str(outside)!r}, {port})") == "'reached'"
            assert kernel.run(f"tried({str(private)!r}, {port})") == "'ConnectionRefusedError'"
            assert kernel.run(f"tried('169.254.169.254', {port})") == "'ConnectionRefusedError'"
    finally:
        os.close(namespace)


@NEEDS_ROOT
def test_a_network_goes_with_its_server(hub: RunningHub) -> None:
    hub.add_user("nina")
    before = set(links.names())
    hub.spawn("nina", {"profile": "small"})
    (made,) = set(links.names()) - before
    assert made.startswith("ph-")
    hub.stop_server("nina")
    wait_for(lambda: made not in links.names(), 10)


@NEEDS_ROOT
def test_rules_go_with_the_hub_and_outlive_one_that_was_killed(tmp_path: Path) -> None:
    with start_hub(tmp_path / "data", {"POLARHUB_NETWORK": "own"}) as hub:
        hub.add_user("ole")
        hub.spawn("ole", {"profile": "interactive"})
        kernel = hub.kernel("ole")
        hub.kill()
        hub.start()
        again = hub.kernel_of("ole", kernel.id)
        again.run(TRY)
        assert again.run(f"tried({gateway(hub.data)!r}, {Ports.of(hub.data).hub})") == "'reached'"
        networks = own._designed(Settings.load({"POLARHUB_DATA": str(hub.data)}), {})
        assert networks.rules.table().exists()
    assert not networks.rules.table().exists()


def test_what_cannot_be_had_is_said() -> None:
    if os.geteuid() == 0:
        settings = Settings.load({"POLARHUB_HOST": "::1"})
        assert own.network_warning(settings) == (
            "Servers share this machine's network: each can connect to whatever listens on its loopback, "
            "as polarhub listens on an IPv6 address."
        )
        with pytest.raises(StartRefused, match="POLARHUB_NETWORK=own cannot be had: polarhub listens"):
            own.network_warning(Settings.load({"POLARHUB_HOST": "::1", "POLARHUB_NETWORK": "own"}))
    else:
        assert "take root" in str(own.network_warning(Settings.load({})))


def test_allowed_networks_are_read() -> None:
    assert own.allowed_networks("192.168.7.0/24, 10.1.2.3/32") == [
        ip_network("192.168.7.0/24"),
        ip_network("10.1.2.3/32"),
    ]
    with pytest.raises(BadSetting, match=r"POLARHUB_NETWORK_ALLOW.*192\.168\.7\.0/24"):
        own.allowed_networks("192.168.7.1/24")


def test_name_servers_are_read() -> None:
    text = "# comment\nsearch x\nnameserver 127.0.0.53\nnameserver fe80::1%eth0\nnameserver 10.0.0.2\n"
    assert [str(one) for one in resolvers(text)] == ["127.0.0.53", "10.0.0.2"]
