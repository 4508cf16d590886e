"""Whether the packets of a GigE camera fit through the interface that they come in by.

GevSCPSPacketSize counts the IP, UDP and GVSP headers, so that it must not exceed the MTU
(roboception/rc_genicam_api #44: with 9000 and no jumbo frames every buffer is incomplete).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from camstrm.acquisition.discovery.route import interface_of
from camstrm.acquisition.kernel_file import read_number

__all__ = ["PACKET_SIZE", "PacketFit", "camera_interface", "packet_fit"]

PACKET_SIZE = "GevSCPSPacketSize"

_CURRENT_ADDRESS = "GevCurrentIPAddress"


@dataclass(frozen=True)
class PacketFit:
    """``level``: "ok", "warning" or "error"; ``text`` what is so, ``remedy`` what to do."""

    level: Literal["ok", "warning", "error"]
    text: str
    remedy: str = ""


def camera_interface(features: Mapping[str, object], root: Path = Path("/")) -> str | None:
    """Return the host's interface for an opened camera's features, None if it is not known."""
    address = features.get(_CURRENT_ADDRESS)
    if isinstance(address, bool) or not isinstance(address, int) or not 0 < address < 2**32:
        return None
    return interface_of(address, root)


def packet_fit(
    features: Mapping[str, object],
    *,
    wanted: object = None,
    adapts: bool = False,
    root: Path = Path("/"),
) -> PacketFit | None:
    """Compare a camera's packets with the MTU of its interface; None for one without packets.

    ``features``: as read from the camera. ``wanted``: the size that the configuration sets, None
    for none. ``adapts``: camstrm sets a size that fits when it starts.
    """
    size = wanted if wanted is not None else features.get(PACKET_SIZE)
    if isinstance(size, bool) or not isinstance(size, int) or _CURRENT_ADDRESS not in features:
        return None
    interface = camera_interface(features, root)
    mtu = read_number(root / f"sys/class/net/{interface}/mtu") if interface else None
    if interface is None or mtu is None:
        address = features[_CURRENT_ADDRESS]
        at = ipaddress.IPv4Address(address) if isinstance(address, int) else address
        return PacketFit(
            "warning",
            f"no interface of this host is in the camera's network ({at})",
            "Give camera and network card addresses of one subnet",
        )
    fits = f"{size} bytes on {interface} with MTU {mtu}"
    if size <= mtu:
        return PacketFit("ok", fits)
    if wanted is None and adapts:
        return PacketFit("ok", f"{fits}; camstrm sets a size that fits when it starts")
    return PacketFit(
        "error",
        f"{fits}: no picture will be complete",
        f"sudo ip link set {interface} mtu 9000 (if camera and switch can, too), or "
        f"{PACKET_SIZE} = {min(mtu, 1500)} in the features of the configuration",
    )
