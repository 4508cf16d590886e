"""What the network must allow for GigE Vision cameras.

Numbers: receive buffers 32 MiB from the README of rc_genicam_api.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from camstrm.acquisition.discovery.packets import PACKET_SIZE, packet_fit
from camstrm.acquisition.kernel_file import read_number
from camstrm.cli.checks.finding import Finding, Level
from camstrm.config import FeatureValue
from camstrm.profiles import GentlProfile

__all__ = ["gige_findings", "packet_findings"]

_RMEM_BYTES = 32 * 1024 * 1024
_JUMBO_MTU = 8000
"""Bytes; from here on a network counts as one with jumbo frames, usually of 9000 bytes."""


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
    adapts = any(r.name == PACKET_SIZE and r.value_from == "mtu" for r in profile.features)
    fit = packet_fit(features, wanted=configured.get(PACKET_SIZE), adapts=adapts, root=root)
    if fit is not None:
        level = {"ok": Level.OK, "warning": Level.WARN, "error": Level.FAIL}[fit.level]
        yield Finding(level, subject, fit.text, fit.remedy)
