"""What is known of the network way to a GigE camera: MTU and speed of the host's interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from camstrm.acquisition.discovery.route import interface_of
from camstrm.acquisition.features.access import read_positive
from camstrm.acquisition.kernel_file import read_number
from camstrm.profiles import LinkFacts

__all__ = ["link_facts"]

_BITS_PER_BYTE = 8
_MBIT = 1_000_000


def link_facts(node_map: Any, cameras: int, root: Path = Path("/")) -> LinkFacts:
    """Return MTU (bytes) and speed (bytes/s) of the interface that routes to the camera.

    Only a camera with the SFNC node GevCurrentIPAddress has one; everything that cannot
    be read is 0. ``cameras`` share the link. ``root`` is where /proc and /sys are.
    """
    interface = interface_of(int(read_positive(node_map, "GevCurrentIPAddress")), root)
    if interface is None:
        return LinkFacts(cameras=cameras)
    folder = root / "sys/class/net" / interface
    # "speed" of a link that is down cannot be read, or is -1.
    speed = max(0, read_number(folder / "speed") or 0) * _MBIT / _BITS_PER_BYTE
    mtu = max(0, read_number(folder / "mtu") or 0)
    return LinkFacts(mtu=mtu, bytes_per_s=float(speed), cameras=cameras)
