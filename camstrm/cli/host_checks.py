"""What the operating system must allow for USB3 Vision and GigE Vision cameras.

Numbers: usbfs memory 1000 MB from Teledyne's application note "Understanding USBFS on
Linux"; receive buffers 32 MiB from the README of rc_genicam_api; USB vendor ids from the
makers' udev rules (2bdf Hikrobot, 1e10 and 1724 FLIR).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from camstrm.cli.finding import Finding, Level

__all__ = ["gige_findings", "has_usb_camera", "usb_findings"]

_USB_VENDORS = {"2bdf": "Hikrobot", "1e10": "FLIR", "1724": "FLIR"}
_USBFS_MB = 1000
_RMEM_BYTES = 33554432
_SUPER_SPEED_MBIT = 5000
_JUMBO_MTU = 8000


def usb_findings(root: Path = Path("/")) -> Iterator[Finding]:
    """Check usbfs memory, and access and speed of the cameras that are plugged in."""
    usbfs = _number(root / "sys/module/usbcore/parameters/usbfs_memory_mb")
    if usbfs is not None:
        if usbfs < _USBFS_MB:
            yield Finding(
                Level.WARN,
                "usbfs memory",
                f"{usbfs} MB for all USB cameras together; frames are lost above that",
                f"echo {_USBFS_MB} | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb "
                f"(for good: usbcore.usbfs_memory_mb={_USBFS_MB} on the kernel's command line)",
            )
        else:
            yield Finding(Level.OK, "usbfs memory", f"{usbfs} MB")
    for folder, maker in _usb_cameras(root):
        yield from _usb_camera(root, folder, maker)


def has_usb_camera(root: Path = Path("/")) -> bool:
    """Return whether a camera of a known maker is plugged in, whatever the producers say."""
    return any(True for _ in _usb_cameras(root))


def gige_findings(root: Path = Path("/")) -> Iterator[Finding]:
    """Check receive buffers, reverse path filter and MTU."""
    rmem = _number(root / "proc/sys/net/core/rmem_max")
    if rmem is not None:
        if rmem < _RMEM_BYTES:
            yield Finding(
                Level.WARN,
                "network receive buffer",
                f"net.core.rmem_max is {rmem} bytes; bursts of a GigE camera do not fit",
                f"sudo sysctl -w net.core.rmem_max={_RMEM_BYTES}",
            )
        else:
            yield Finding(Level.OK, "network receive buffer", f"{rmem} bytes")
    for folder in sorted((root / "sys/class/net").glob("*")):
        name = folder.name
        mtu = _number(folder / "mtu")
        if name == "lo" or mtu is None or not (folder / "device").exists():
            continue
        strict = _number(root / f"proc/sys/net/ipv4/conf/{name}/rp_filter") == 1
        if strict:
            yield Finding(
                Level.WARN,
                f"interface {name}",
                "strict reverse path filter (rp_filter=1) drops cameras of other subnets",
                f"sudo sysctl -w net.ipv4.conf.{name}.rp_filter=2",
            )
        if mtu < _JUMBO_MTU:
            yield Finding(
                Level.WARN,
                f"interface {name}",
                f"MTU {mtu}: a GigE camera then sends six times as many packets",
                f"sudo ip link set {name} mtu 9000 (if camera and switch can, too)",
            )
        else:
            yield Finding(Level.OK, f"interface {name}", f"MTU {mtu}")


def _usb_cameras(root: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted((root / "sys/bus/usb/devices").glob("*/idVendor")):
        maker = _USB_VENDORS.get(_text(path))
        if maker is not None:
            yield path.parent, maker


def _usb_camera(root: Path, folder: Path, maker: str) -> Iterator[Finding]:
    subject = f"USB camera {_text(folder / 'serial') or folder.name} ({maker})"
    speed = _number(folder / "speed")
    if speed is not None and speed < _SUPER_SPEED_MBIT:
        yield Finding(
            Level.WARN,
            subject,
            f"connected at {speed} Mbit/s, wanted {_SUPER_SPEED_MBIT}",
            "Use a USB 3 port and cable",
        )
    bus, device = _number(folder / "busnum"), _number(folder / "devnum")
    if bus is None or device is None:
        return
    node = root / f"dev/bus/usb/{bus:03d}/{device:03d}"
    if not os.access(node, os.R_OK | os.W_OK):
        vendor = _text(folder / "idVendor")
        yield Finding(
            Level.FAIL,
            subject,
            f"this user may not open {node}",
            f'echo \'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor}", MODE="0666"\' | '
            "sudo tee /etc/udev/rules.d/80-camstrm.rules && sudo udevadm control --reload && "
            "sudo udevadm trigger",
        )
    else:
        yield Finding(Level.OK, subject, f"can be opened ({node})")


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _number(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:
        return None
