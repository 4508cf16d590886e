"""What the network must allow for GigE Vision cameras.

Numbers: receive buffers 32 MiB from the README of rc_genicam_api; that
GevSCPSPacketSize counts the IP, UDP and GVSP headers, so that it must not exceed the MTU,
from roboception/rc_genicam_api #44 (9000 without jumbo frames: every buffer incomplete).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path

from camstrm.acquisition.discovery.route import interface_of
from camstrm.acquisition.kernel_file import read_number
from camstrm.cli.checks.finding import Finding
from camstrm.config import FeatureValue
from camstrm.profiles import GentlProfile

__all__ = ["camera_interface", "gige_findings", "packet_findings"]

_RMEM_BYTES = 32 * 1024 * 1024
_JUMBO_MTU = 8000
"""Bytes; from here on a network counts as one with jumbo frames, usually of 9000 bytes."""
_PACKET_SIZE = "GevSCPSPacketSize"


def gige_findings(root: Path = Path("/")) -> Iterator[Finding]:
    """Check receive buffers, reverse path filter and MTU."""
    rmem = read_number(root / "proc/sys/net/core/rmem_max")
    if rmem is not None:
        if rmem < _RMEM_BYTES:
            yield Finding.warn(
                "network receive buffer",
                f"net.core.rmem_max is {rmem} bytes; bursts of a GigE camera do not fit",
                f"sudo sysctl -w net.core.rmem_max={_RMEM_BYTES}",
            )
        else:
            yield Finding.ok("network receive buffer", f"{rmem} bytes")
    for folder in sorted((root / "sys/class/net").glob("*")):
        name = folder.name
        mtu = read_number(folder / "mtu")
        if name == "lo" or mtu is None or not (folder / "device").exists():
            continue
        if read_number(root / f"proc/sys/net/ipv4/conf/{name}/rp_filter") == 1:
            yield Finding.warn(
                f"interface {name}",
                "strict reverse path filter (rp_filter=1) drops cameras of other subnets",
                f"sudo sysctl -w net.ipv4.conf.{name}.rp_filter=2",
            )
        if mtu < _JUMBO_MTU:
            yield Finding.warn(
                f"interface {name}",
                f"MTU {mtu}: a GigE camera then sends six times as many packets",
                f"sudo ip link set {name} mtu 9000 (if camera and switch can, too)",
            )
        else:
            yield Finding.ok(f"interface {name}", f"MTU {mtu}")


def camera_interface(features: Mapping[str, object], root: Path = Path("/")) -> str | None:
    """Return the host's interface for an opened camera's features, None if it is not known."""
    address = features.get("GevCurrentIPAddress")
    if isinstance(address, bool) or not isinstance(address, int) or not 0 < address < 2**32:
        return None
    return interface_of(address, root)


def packet_findings(
    label: str,
    features: Mapping[str, object],
    configured: Mapping[str, FeatureValue],
    profile: GentlProfile,
    root: Path = Path("/"),
) -> Iterator[Finding]:
    """Compare the packets of an opened GigE camera with the MTU of its interface.

    ``features``: as read from the camera; ``configured``: what the configuration sets.
    """
    subject = f"packets of camera {label}"
    wanted = configured.get(_PACKET_SIZE)
    size = wanted if wanted is not None else features.get(_PACKET_SIZE)
    if isinstance(size, bool) or not isinstance(size, int) or "GevCurrentIPAddress" not in features:
        return
    interface = camera_interface(features, root)
    mtu = read_number(root / f"sys/class/net/{interface}/mtu") if interface else None
    if interface is None or mtu is None:
        address = features["GevCurrentIPAddress"]
        at = ipaddress.IPv4Address(address) if isinstance(address, int) else address
        yield Finding.warn(
            subject,
            f"no interface of this host is in the camera's network ({at})",
            "Give camera and network card addresses of one subnet",
        )
        return
    fits = f"{size} bytes on {interface} with MTU {mtu}"
    sets = any(r.name == _PACKET_SIZE and r.value_from == "mtu" for r in profile.features)
    if size <= mtu:
        yield Finding.ok(subject, fits)
    elif wanted is None and sets:
        yield Finding.ok(subject, f"{fits}; camstrm sets a size that fits when it starts")
    else:
        yield Finding.fail(
            subject,
            f"{fits}: no picture will be complete",
            f"sudo ip link set {interface} mtu 9000 (if camera and switch can, too), or "
            f"{_PACKET_SIZE} = {min(mtu, 1500)} in the features of the configuration",
        )
