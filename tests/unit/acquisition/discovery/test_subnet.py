from __future__ import annotations

import ipaddress

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.subnet import read_addresses
from tests.fakes.gentl.node_map import INTEGER, STRING, FakeNode, FakeNodeMap


def number(address: str) -> int:
    return int(ipaddress.IPv4Address(address))


def interface_map(devices: list[tuple[str, str, str]], subnets: list[tuple[str, str]]) -> object:
    """Return an interface's node map: (device id, address, mask) and (address, mask)."""

    def node(address: str) -> FakeNode:
        return FakeNode(INTEGER, number(address), high=2**32)

    nodes = {
        "DeviceID": FakeNode(STRING, ""),
        "GevDeviceIPAddress": node("0.0.0.0"),
        "GevDeviceSubnetMask": node("0.0.0.0"),
        "GevInterfaceSubnetIPAddress": node("0.0.0.0"),
        "GevInterfaceSubnetMask": node("0.0.0.0"),
    }

    def select_device(index: int) -> None:
        device_id, address, mask = devices[index]
        nodes["DeviceID"]._value = device_id
        nodes["GevDeviceIPAddress"]._value = number(address)
        nodes["GevDeviceSubnetMask"]._value = number(mask)

    def select_subnet(index: int) -> None:
        address, mask = subnets[index]
        nodes["GevInterfaceSubnetIPAddress"]._value = number(address)
        nodes["GevInterfaceSubnetMask"]._value = number(mask)

    selectors = {
        "DeviceSelector": FakeNode(
            INTEGER, 0, high=max(0, len(devices) - 1), on_write=select_device
        ),
        "GevInterfaceSubnetSelector": FakeNode(
            INTEGER, 0, high=max(0, len(subnets) - 1), on_write=select_subnet
        ),
    }
    return FakeNodeMap(**nodes, **selectors)


def test_the_addresses_of_a_device_and_of_all_subnets_of_its_interface() -> None:
    node_map = interface_map(
        [("one", "10.0.0.7", "255.0.0.0"), ("two", "192.168.1.7", "255.255.255.0")],
        [("10.1.2.3", "255.255.0.0"), ("192.168.1.10", "255.255.255.0")],
    )
    networks = "10.1.2.3/16, 192.168.1.10/24"
    assert read_addresses(node_map, "one") == ("10.0.0.7/8", networks)
    assert read_addresses(node_map, "two") == ("192.168.1.7/24", networks)
    assert read_addresses(node_map, "three") == ("", networks)


def test_what_a_producer_does_not_tell_is_empty() -> None:
    assert read_addresses(None, "one") == ("", "")
    assert read_addresses(FakeNodeMap(), "one") == ("", "")
    nothing = ("0.0.0.0", "0.0.0.0")
    assert read_addresses(interface_map([("one", *nothing)], [nothing]), "one") == ("", "")
    strange = interface_map([("one", "10.0.0.7", "0.255.0.255")], [("10.1.2.3", "1.2.3.4")])
    assert read_addresses(strange, "one") == ("10.0.0.7", "")


@pytest.mark.parametrize(
    ("address", "networks", "wrong"),
    [
        ("169.254.3.4/16", "192.168.1.10/24", True),
        ("192.168.1.7/24", "192.168.1.10/24", False),
        ("192.168.1.7/24", "10.0.0.1/8, 192.168.1.10/24", False),
        ("192.168.1.7", "192.168.1.10/24", False),
        ("", "192.168.1.10/24", False),
        ("192.168.1.7/24", "", False),
    ],
)
def test_a_wrong_subnet_needs_both_addresses(address: str, networks: str, wrong: bool) -> None:
    device = DeviceInfo("a.cti", "1", address=address, networks=networks)
    assert device.in_wrong_subnet == wrong
