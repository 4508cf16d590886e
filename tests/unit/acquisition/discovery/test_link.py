from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from camstrm.acquisition.discovery.link import link_facts
from camstrm.acquisition.discovery.route import interface_of
from camstrm.profiles import LinkFacts
from tests.fakes.gentl import node_map as fake
from tests.fakes.gentl.node_map import FakeNode, FakeNodeMap

HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


def hexadecimal(address: str) -> str:
    return f"{int.from_bytes(ipaddress.IPv4Address(address).packed, 'little'):08X}"


def make_root(root: Path, *routes: tuple[str, str, str], **files: str) -> Path:
    lines = "".join(
        f"{name}\t{hexadecimal(network)}\t00000000\t0001\t0\t0\t100\t{hexadecimal(mask)}\t0\t0\t0\n"
        for name, network, mask in routes
    )
    (root / "proc/net").mkdir(parents=True)
    (root / "proc/net/route").write_text(HEADER + lines)
    for name, text in files.items():
        interface, _, what = name.partition("_")
        folder = root / "sys/class/net" / interface
        folder.mkdir(parents=True, exist_ok=True)
        (folder / what).write_text(text)
    return root


def number(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def camera(address: str) -> FakeNodeMap:
    return FakeNodeMap(GevCurrentIPAddress=FakeNode(fake.INTEGER, number(address)))


ROUTES = (
    ("eth0", "0.0.0.0", "0.0.0.0"),
    ("eth1", "192.168.0.0", "255.255.0.0"),
    ("eth2", "192.168.7.0", "255.255.255.0"),
)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.168.7.20", "eth2"),
        ("192.168.8.20", "eth1"),
        ("10.0.0.1", None),
        ("7.168.192.1", None),
    ],
)
def test_the_closest_network_leads_to_the_camera_and_the_default_route_never(
    tmp_path: Path, address: str, name: str | None
) -> None:
    assert interface_of(number(address), make_root(tmp_path, *ROUTES)) == name


def test_mtu_and_speed_of_that_interface(tmp_path: Path) -> None:
    root = make_root(tmp_path, *ROUTES, eth2_mtu="9000\n", eth2_speed="1000\n")
    assert link_facts(camera("192.168.7.20"), 2, root) == LinkFacts(9000, 125e6, 2)


@pytest.mark.parametrize("speed", ["-1\n", "\n", "unknown\n"])
def test_a_speed_that_is_not_known_is_0(tmp_path: Path, speed: str) -> None:
    root = make_root(tmp_path, *ROUTES, eth2_mtu="1500\n", eth2_speed=speed)
    assert link_facts(camera("192.168.7.20"), 1, root) == LinkFacts(1500, 0.0, 1)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert link_facts(camera("192.168.7.20"), 3, tmp_path) == LinkFacts(cameras=3)
    root = make_root(tmp_path, *ROUTES)
    assert link_facts(camera("192.168.7.20"), 3, root) == LinkFacts(cameras=3)
    assert link_facts(camera("10.1.1.1"), 3, root) == LinkFacts(cameras=3)


def test_a_camera_without_an_address_has_no_network_link(tmp_path: Path) -> None:
    root = make_root(tmp_path, *ROUTES, eth2_mtu="9000")
    assert link_facts(FakeNodeMap(), 2, root) == LinkFacts(cameras=2)
    odd = FakeNodeMap(GevCurrentIPAddress=FakeNode(fake.STRING, "192.168.7.20"))
    assert link_facts(odd, 2, root) == LinkFacts(cameras=2)


@pytest.mark.parametrize("text", ["", HEADER, HEADER + "\n", HEADER + "eth1 zz\n"])
def test_a_routing_table_that_says_nothing(tmp_path: Path, text: str) -> None:
    root = make_root(tmp_path)
    (root / "proc/net/route").write_text(text)
    assert interface_of(number("192.168.7.20"), root) is None
