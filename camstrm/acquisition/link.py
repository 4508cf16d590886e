"""What is known of the network way to a GigE camera: MTU and speed of the host's interface."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

from camstrm.acquisition.features import read_feature
from camstrm.profiles import LinkFacts

__all__ = ["interface_of", "link_facts"]

_BITS_PER_BYTE = 8
_MBIT = 1_000_000


def link_facts(node_map: Any, cameras: int, root: Path = Path("/")) -> LinkFacts:
    """Return MTU (bytes) and speed (bytes/s) of the interface that routes to the camera.

    Only a camera with the SFNC node GevCurrentIPAddress has one; everything that cannot
    be read is 0. ``cameras`` share the link. ``root`` is where /proc and /sys are.
    """
    address = read_feature(node_map, "GevCurrentIPAddress").value
    if isinstance(address, bool) or not isinstance(address, int):
        return LinkFacts(cameras=cameras)
    interface = interface_of(address, root)
    if interface is None:
        return LinkFacts(cameras=cameras)
    folder = root / "sys/class/net" / interface
    speed = _number(folder / "speed") * _MBIT / _BITS_PER_BYTE
    return LinkFacts(mtu=_number(folder / "mtu"), bytes_per_s=float(speed), cameras=cameras)


def interface_of(address: int, root: Path = Path("/")) -> str | None:
    """Return the name of the interface whose route leads to an IPv4 address (as int)."""
    try:
        lines = (root / "proc/net/route").read_text().splitlines()[1:]
    except OSError:
        return None
    best: tuple[int, str] | None = None
    for line in lines:
        columns = line.split()
        try:
            # Destination and mask are little-endian hexadecimal (proc(5), /proc/net/route).
            destination, mask = (_swap(int(columns[i], 16)) for i in (1, 7))
        except (IndexError, ValueError):
            # Not a route.
            continue
        # A camera is on a network of the host; the default route leads elsewhere.
        if mask and address & mask == destination and (best is None or mask > best[0]):
            best = mask, columns[0]
    return best[1] if best else None


def _swap(value: int) -> int:
    return int(ipaddress.IPv4Address(value.to_bytes(4, "little")))


def _number(path: Path) -> int:
    try:
        return max(0, int(path.read_text()))
    except (OSError, ValueError):
        # "speed" of a link that is down cannot be read, or is -1.
        return 0
