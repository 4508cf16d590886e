"""A GigE camera's address and the subnets of its network card, from the interface's node map.

Names are those of the SFNC for GenTL ("GenTL SFNC", chapters Device Enumeration and Interface
Information); all are optional.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from camstrm.acquisition.features.access import read_feature, read_positive

__all__ = ["read_addresses"]

_MOST = 256
"""Entries of a selector that are looked at."""


def read_addresses(node_map: Any, device_id: str) -> tuple[str, str]:
    """Return (address of the device, subnets of its interface), each as "192.168.1.10/24".

    Several subnets have commas between. What the producer does not report is empty.
    """
    if node_map is None:
        return "", ""
    address = ""
    for _ in _entries(node_map, "DeviceSelector"):
        if read_feature(node_map, "DeviceID").value == device_id:
            address = _address(node_map, "GevDeviceIPAddress", "GevDeviceSubnetMask")
            break
    subnets = [
        _address(node_map, "GevInterfaceSubnetIPAddress", "GevInterfaceSubnetMask")
        for _ in _entries(node_map, "GevInterfaceSubnetSelector")
    ]
    return address, ", ".join(subnet for subnet in subnets if "/" in subnet)


def _entries(node_map: Any, selector: str) -> Iterator[int]:
    """Set ``selector`` to one entry after the other; once without one where there is none."""
    node = getattr(node_map, selector, None)
    if node is None:
        yield 0
        return
    low, high = int(node.min), int(node.max)
    for value in range(low, min(high, low + _MOST) + 1):
        node.value = value
        yield value


def _address(node_map: Any, address: str, mask: str) -> str:
    number, bits = int(read_positive(node_map, address)), int(read_positive(node_map, mask))
    if not 0 < number < 2**32:
        return ""
    text = str(ipaddress.IPv4Address(number))
    try:
        if bits:
            return ipaddress.IPv4Interface(f"{text}/{ipaddress.IPv4Address(bits)}").with_prefixlen
    except ValueError:
        # Not a mask.
        pass
    return text
