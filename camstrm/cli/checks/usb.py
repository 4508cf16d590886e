"""What the operating system must allow for USB3 Vision cameras.

Numbers: usbfs memory 1000 MB from Teledyne's application note "Understanding USBFS on
Linux"; USB vendor ids from the makers' udev rules (2bdf Hikrobot, 1e10 and 1724 FLIR).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.kernel_file import read_number, read_text

__all__ = ["UsbDevice", "has_usb_camera", "usb_device_of", "usb_findings"]

_USB_VENDORS = {"2bdf": "Hikrobot", "1e10": "FLIR", "1724": "FLIR"}
_USBFS_MB = 1000
_SUPER_SPEED_MBIT = 5000


@dataclass(frozen=True)
class UsbDevice:
    """A camera of a known maker on USB; speeds in Mbit/s, 0 where they are not known.

    ``node``: path of the device as programs open it. ``bus_mbit``: of the controller's
    root hub.
    """

    serial: str
    vendor_id: str
    folder: str
    bus: int
    node: str
    mbit: int
    bus_mbit: int


def usb_findings(root: Path = Path("/"), buffer_bytes: int = 0) -> Iterator[Finding]:
    """Check usbfs memory, and access and speed of the cameras that are plugged in.

    ``buffer_bytes``: of all USB cameras' acquisition buffers, 0 where it is not known.
    """
    usbfs = read_number(root / "sys/module/usbcore/parameters/usbfs_memory_mb")
    if usbfs is not None:
        yield _usbfs_memory(usbfs, buffer_bytes)
    for device in _cameras(root):
        yield from _camera(root, device)


def has_usb_camera(root: Path = Path("/")) -> bool:
    """Return whether a camera of a known maker is plugged in, whatever the producers say."""
    return any(True for _ in _cameras(root))


def usb_device_of(serial: str, root: Path = Path("/")) -> UsbDevice | None:
    """Return the USB device of a camera's serial number, None if it is not seen."""
    return next((d for d in _cameras(root) if _is_same(d.serial, serial)), None)


def _is_same(told: str, serial: str) -> bool:
    if told.lstrip("0").casefold() == serial.lstrip("0").casefold():
        return bool(told)
    # FLIR's USB descriptor has the decimal serial number in hexadecimal: 0132380C is 20068364.
    try:
        return int(told, 16) == int(serial)
    except ValueError:
        return False


def _usbfs_memory(usbfs: int, buffer_bytes: int) -> Finding:
    subject = "usbfs memory"
    buffers_mb = -(-buffer_bytes // 1_000_000)
    wanted = max(_USBFS_MB, buffers_mb)
    remedy = (
        f"echo {wanted} | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb "
        f"(for good: usbcore.usbfs_memory_mb={wanted} on the kernel's command line)"
    )
    if usbfs == 0:
        # drivers/usb/core/devio.c: 0 stands for no limit.
        return Finding(Level.OK, subject, "no limit")
    if usbfs < buffers_mb:
        text = f"{usbfs} MB, the buffers of all USB cameras need up to {buffers_mb} MB"
        return Finding(Level.WARN, subject, text, remedy)
    if usbfs < _USBFS_MB:
        text = f"{usbfs} MB for all USB cameras together; frames are lost above that"
        return Finding(Level.WARN, subject, text, remedy)
    needed = f", the cameras' buffers need up to {buffers_mb} MB" if buffers_mb else ""
    return Finding(Level.OK, subject, f"{usbfs} MB{needed}")


def _cameras(root: Path) -> Iterator[UsbDevice]:
    for path in sorted((root / "sys/bus/usb/devices").glob("*/idVendor")):
        vendor, folder = read_text(path), path.parent
        if vendor not in _USB_VENDORS:
            continue
        bus, number = read_number(folder / "busnum"), read_number(folder / "devnum")
        known = bus is not None and number is not None
        yield UsbDevice(
            serial=read_text(folder / "serial"),
            vendor_id=vendor,
            folder=folder.name,
            bus=bus or 0,
            node=f"/dev/bus/usb/{bus:03d}/{number:03d}" if known else "",
            mbit=read_number(folder / "speed") or 0,
            bus_mbit=read_number(folder.parent / f"usb{bus}" / "speed") or 0,
        )


def _camera(root: Path, device: UsbDevice) -> Iterator[Finding]:
    subject = f"USB camera {device.serial or device.folder} ({_USB_VENDORS[device.vendor_id]})"
    if 0 < device.mbit < _SUPER_SPEED_MBIT:
        yield Finding(
            Level.WARN,
            subject,
            f"connected at {device.mbit} Mbit/s, wanted {_SUPER_SPEED_MBIT}",
            "Use a USB 3 port and cable",
        )
    if not device.node:
        return
    node = root / device.node.lstrip("/")
    if not os.access(node, os.R_OK | os.W_OK):
        rule = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{device.vendor_id}", MODE="0666"'
        yield Finding(
            Level.FAIL,
            subject,
            f"this user may not open {node}",
            f"echo '{rule}' | sudo tee -a /etc/udev/rules.d/80-camstrm.rules && "
            "sudo udevadm control --reload && sudo udevadm trigger",
        )
    else:
        yield Finding(Level.OK, subject, f"can be opened ({node})")
