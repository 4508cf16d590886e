"""Cameras that camstrm itself has open, among those that the producers list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.kernel_file import read_text
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.config import ID_PREFIX

__all__ = ["STREAMED", "marked_devices", "open_in", "sorted_devices"]

STREAMED = "streamed by camstrm"

_FEATURES = "camstrm.acquisition.features.session"
"""The module that 'camstrm features' and 'camstrm doctor --open' run in a child."""


def open_in(device: DeviceInfo, marks: Sequence[OpenCamera], root: Path = Path("/")) -> str:
    """Return "streamed by camstrm" or what else of camstrm has the camera open, "" if nothing.

    The producer does not matter: a camera may be seen under two.
    """
    pid = next((mark.pid for mark in marks if mark.is_for(device.selector)), None)
    if pid is None or not device.selector:
        return ""
    # A process of another user may hide its command line; what streams is the grabber.
    words = read_text(root / f"proc/{pid}/cmdline").split("\0")
    if _FEATURES in words:
        return f"open in 'camstrm features' (pid {pid})"
    return STREAMED


def marked_devices(cti: str, marks: Sequence[OpenCamera]) -> tuple[DeviceInfo, ...]:
    """Return the cameras that camstrm has open under a producer that may not be searched."""
    selectors = (mark.selector for mark in marks if mark.is_of(cti))
    return tuple(
        DeviceInfo(cti, "" if s.startswith(ID_PREFIX) else s, selector=s) for s in selectors
    )


def sorted_devices(devices: Iterable[DeviceInfo]) -> list[DeviceInfo]:
    """Return the devices of a producer by serial number, numbers by their value."""
    return sorted(devices, key=lambda d: (*_by_value(d.serial), d.device_id, d.interface))


def _by_value(serial: str) -> tuple[bool, int, str]:
    number = serial.isascii() and serial.isdigit()
    return not number, int(serial) if number else 0, serial
