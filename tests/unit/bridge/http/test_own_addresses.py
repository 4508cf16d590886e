from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from pathlib import Path

import pytest

from camstrm.bridge.http import own_addresses as own_addresses_module
from camstrm.bridge.http.own_addresses import own_addresses

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ioctl")


def add_interfaces(root: Path, *names: str) -> None:
    for number, name in enumerate(names):
        folder = root / "sys/class/net" / name
        folder.mkdir(parents=True)
        (folder / "ifindex").write_text(f"{number}\n")


def test_every_address_can_be_listened_on_and_none_is_of_this_machine_only() -> None:
    for text in own_addresses(ipv6=True):
        address = ipaddress.ip_address(text)
        assert not any((address.is_loopback, address.is_link_local, address.is_unspecified))
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.bind((text, 0))


def test_interfaces_to_containers_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = {
        "lo": "127.0.0.1",
        "eth0": "192.168.1.5",
        "docker0": "172.17.0.1",
        "br-12ab": "172.18.0.1",
        "br0": "10.0.0.7",
        "eth1": "169.254.3.4",
    }
    add_interfaces(tmp_path, *addresses)
    monkeypatch.setattr(
        own_addresses_module, "_ipv4", lambda name: [ipaddress.IPv4Address(addresses[name])]
    )
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/if_inet6").write_text(
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "fd000000000000000000000000000002 04 40 00 80     eth0\n"
        "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"
        "fd000000000000000000000000000003 05 40 00 80  docker0\n"
    )
    assert own_addresses(root=tmp_path) == ["192.168.1.5", "10.0.0.7"]
    assert own_addresses(ipv6=True, root=tmp_path) == ["192.168.1.5", "10.0.0.7", "fd00::2"]


def test_an_interface_that_is_gone_has_no_address(tmp_path: Path) -> None:
    add_interfaces(tmp_path, "gone0")
    assert own_addresses(root=tmp_path) == []


def test_the_interfaces_are_those_of_this_machine_without_a_netlink_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in the systemd unit, which allows AF_UNIX, AF_INET and AF_INET6 only."""
    wanted = {name for _, name in socket.if_nameindex()}

    def refused() -> None:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "if_nameindex", refused)
    assert set(own_addresses_module._interfaces(Path("/"))) == wanted
    own_addresses(ipv6=True)
