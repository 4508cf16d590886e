"""What the operating system must allow for USB3 Vision cameras.

usbfs memory of 1000 MB: Teledyne's application note "Understanding USBFS on Linux".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from camstrm.acquisition.kernel_file import read_number, read_text
from camstrm.cli.checks.finding import Finding
from camstrm.profiles import GentlProfile, UsbRule

__all__ = ["UsbCameras", "UsbDevice"]

_USBFS_MB = 1000
"""MB (2^20 bytes) for the buffers of all USB cameras; the kernel's default is 16."""
_SUPER_SPEED_MBIT = 5000
"""Of USB 3.0 (5 Gbit/s); a slower connection cannot carry what these cameras send."""


@dataclass(frozen=True)
class UsbDevice:
    """A camera of a known maker on USB; speeds in Mbit/s, 0 where they are not known.

    ``node``: path of the device as programs open it. ``bus_mbit``: of the controller's
    root hub.
    """

    rule: UsbRule
    serial: str
    vendor_id: str
    folder: str
    bus: int
    node: str
    mbit: int
    bus_mbit: int

    def has_serial(self, serial: str) -> bool:
        """Return whether it is the camera that a producer shows under ``serial``."""
        if self.serial.lstrip("0").casefold() == serial.lstrip("0").casefold():
            return bool(self.serial)
        try:
            return self.rule.serial == "hexadecimal" and int(self.serial, 16) == int(serial)
        except ValueError:
            return False


class UsbCameras:
    """The cameras that are plugged in, of the makers whose vendor ids are in profiles."""

    def __init__(self, profiles: Iterable[GentlProfile], root: Path = Path("/")) -> None:
        self._rules = {v: p.usb for p in profiles if p.usb is not None for v in p.usb.vendor}
        self._root = root

    def __iter__(self) -> Iterator[UsbDevice]:
        for path in sorted((self._root / "sys/bus/usb/devices").glob("*/idVendor")):
            vendor, folder = read_text(path), path.parent
            if vendor not in self._rules:
                continue
            bus, number = read_number(folder / "busnum"), read_number(folder / "devnum")
            known = bus is not None and number is not None
            yield UsbDevice(
                rule=self._rules[vendor],
                serial=read_text(folder / "serial"),
                vendor_id=vendor,
                folder=folder.name,
                bus=bus or 0,
                node=f"/dev/bus/usb/{bus:03d}/{number:03d}" if known else "",
                mbit=read_number(folder / "speed") or 0,
                bus_mbit=read_number(folder.parent / f"usb{bus}" / "speed") or 0,
            )

    def device_of(self, serial: str) -> UsbDevice | None:
        """Return the USB device of a camera's serial number, None if it is not seen."""
        return next((device for device in self if device.has_serial(serial)), None)

    def findings(self, buffer_bytes: int = 0) -> Iterator[Finding]:
        """Check usbfs memory, and access and speed of each camera.

        ``buffer_bytes``: of all USB cameras' acquisition buffers, 0 where it is not known.
        """
        usbfs = read_number(self._root / "sys/module/usbcore/parameters/usbfs_memory_mb")
        if usbfs is not None:
            yield _usbfs_memory(usbfs, buffer_bytes)
        for device in self:
            yield from _camera(self._root, device)


def _usbfs_memory(usbfs: int, buffer_bytes: int) -> Finding:
    subject = "usbfs memory"
    buffers_mb = -(-buffer_bytes // 1_000_000)
    wanted = max(_USBFS_MB, buffers_mb)
    remedy = (
        f"echo {wanted} | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb "
        f"(permanently: usbcore.usbfs_memory_mb={wanted} on the kernel's command line)"
    )
    if usbfs == 0:
        # drivers/usb/core/devio.c: 0 stands for no limit.
        return Finding.ok(subject, "no limit")
    if usbfs < buffers_mb:
        text = f"{usbfs} MB, the buffers of all USB cameras need up to {buffers_mb} MB"
        return Finding.warn(subject, text, remedy)
    if usbfs < _USBFS_MB:
        text = f"{usbfs} MB for all USB cameras together; frames are lost above that"
        return Finding.warn(subject, text, remedy)
    needed = f", the cameras' buffers need up to {buffers_mb} MB" if buffers_mb else ""
    return Finding.ok(subject, f"{usbfs} MB{needed}")


def _camera(root: Path, device: UsbDevice) -> Iterator[Finding]:
    subject = f"USB camera {device.serial or device.folder} ({device.rule.maker})"
    if 0 < device.mbit < _SUPER_SPEED_MBIT:
        yield Finding.warn(
            subject,
            f"connected at {device.mbit} Mbit/s, wanted {_SUPER_SPEED_MBIT}",
            "Use a USB 3 port and cable",
        )
    if not device.node:
        return
    node = root / device.node.lstrip("/")
    if not os.access(node, os.R_OK | os.W_OK):
        rule = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{device.vendor_id}", MODE="0666"'
        yield Finding.fail(
            subject,
            f"this user may not open {node}",
            f"echo '{rule}' | sudo tee -a /etc/udev/rules.d/80-camstrm.rules && "
            "sudo udevadm control --reload && sudo udevadm trigger",
        )
    else:
        yield Finding.ok(subject, f"can be opened ({node})")
