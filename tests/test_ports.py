"""Ports are kept between runs, and given up where somebody else has them."""

import socket
from pathlib import Path

from hub.ports import Ports, free_ports, is_free


def test_the_ports_of_a_folder_stay(tmp_path: Path) -> None:
    first = Ports.settle(tmp_path)
    assert Ports.settle(tmp_path) == first == Ports.of(tmp_path)


def test_a_port_that_somebody_else_has_is_given_up(tmp_path: Path) -> None:
    first = Ports.settle(tmp_path)
    with socket.create_server(("127.0.0.1", first.hub)):
        assert not is_free("127.0.0.1", first.hub)
        assert Ports.settle(tmp_path) != first


def test_an_unreadable_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("{")
    assert Ports.of(tmp_path) == Ports.of(tmp_path)


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(20))) == 20
