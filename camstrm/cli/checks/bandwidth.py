"""What the cameras send together, against what their link carries.

Usable bytes a second: USB 3 at 5 Gbit/s 400 MB/s (USB 3.0 specification 1.0, section
4.4.11: "realistic for 400 MBps or more to be delivered to an application"), faster links in
proportion; USB 2 40 MB/s of 53 (USB 2.0 specification, table 5-10: 13 bulk packets of 512
bytes in 125 us, less what other devices take); Ethernet nine tenths of its speed, 112.5
MB/s for GigE (rc_genicam_api, examples/stream3d.cc).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from camstrm.acquisition.discovery.packets import camera_interface
from camstrm.acquisition.kernel_file import read_number
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.usb import UsbCameras
from camstrm.config import FeatureValue

__all__ = ["CameraLoad", "bandwidth_findings", "camera_load"]

_FULL = 0.9
"""Above this share of the link there is nothing left for resends and other devices."""

# What a link carries; the docstring of the module has the sources.
_USB_2_MBIT = 480
_USB_2_BYTES = 40e6
_USB_3_BYTES_OF_MBIT = 400e6 / 5000
_ETHERNET_BYTES_OF_MBIT = 0.9 * 1e6 / 8
_RATES = ("AcquisitionResultingFrameRate", "ResultingFrameRate", "AcquisitionFrameRate")


@dataclass(frozen=True)
class _Link:
    name: str
    bytes_per_s: float


@dataclass(frozen=True)
class CameraLoad:
    """What one camera sends; 0 where it is not known.

    ``links``: those that it must pass, with the bytes a second that they carry.
    """

    label: str
    frame_bytes: int
    fps: float
    links: tuple[_Link, ...] = ()

    @property
    def bytes_per_s(self) -> float:
        """Bytes a second, 0 if not known."""
        return self.frame_bytes * self.fps


def camera_load(
    label: str,
    serial: str,
    features: Mapping[str, object],
    configured: Mapping[str, FeatureValue],
    usb: UsbCameras,
    root: Path = Path("/"),
) -> CameraLoad:
    """Return the load of a camera; ``configured`` features go before those read from it.

    Bytes of a frame: width x height x bits per pixel of the pixel format.
    """
    known: dict[str, object] = {**features, **configured}
    size = _frame_bytes(known)
    # A changed picture makes another rate than the camera has now: the configured one, or
    # what the camera reports.
    rates = ("AcquisitionFrameRate",) if "AcquisitionFrameRate" in configured else _RATES
    fps = next((rate for name in rates if (rate := _number(known.get(name))) > 0), 0.0)
    return CameraLoad(label, size, fps, tuple(_links(serial, features, usb, root)))


def bandwidth_findings(loads: Sequence[CameraLoad], *, asked: bool = False) -> Iterator[Finding]:
    """Compare the sum of the cameras on each link with what it carries.

    ``asked``: the cameras were opened, or it was tried.
    """
    links = {link.name: link for load in loads for link in load.links}
    for link in links.values():
        on_it = [load for load in loads if link in load.links]
        known = [load for load in on_it if load.bytes_per_s > 0]
        if known:
            yield _link_finding(link, known, len(on_it) - len(known))
    for load in loads:
        if load.bytes_per_s > 0 and not load.links:
            yield Finding.ok(
                f"bandwidth of {load.label}",
                f"{load.bytes_per_s / 1e6:.1f} MB/s; its link is not known",
            )
    unknown = [load.label for load in loads if load.bytes_per_s <= 0]
    if unknown:
        why = (
            "the camera was not opened, or reports no frame rate (AcquisitionFrameRate)"
            if asked
            else "'camstrm doctor --open' asks the cameras"
        )
        text = f"size or rate of {', '.join(unknown)} not known: {why}"
        yield Finding.ok("bandwidth", text)


def _link_finding(link: _Link, known: Sequence[CameraLoad], unknown: int) -> Finding:
    total = sum(load.bytes_per_s for load in known)
    share = total / link.bytes_per_s
    parts = " + ".join(f"{load.label} {load.bytes_per_s / 1e6:.1f}" for load in known)
    text = f"{parts} = {total / 1e6:.1f} of {link.bytes_per_s / 1e6:.1f} MB/s ({share:.0%})"
    if unknown:
        text += f", and {unknown} more of unknown rate"
    subject = f"bandwidth of {link.name}"
    if share <= _FULL:
        return Finding.ok(subject, text)
    level = Level.FAIL if share > 1 else Level.WARN
    factor = _FULL / share
    return Finding(
        level,
        subject,
        text,
        f"Lower AcquisitionFrameRate, Width or Height to {math.floor(factor * 100)} %, take a "
        "pixel format of 8 bits, or plug a camera in elsewhere",
    )


def _frame_bytes(known: Mapping[str, object]) -> int:
    width, height = int(_number(known.get("Width"))), int(_number(known.get("Height")))
    name = known.get("PixelFormat")
    try:
        # Late: doctor also runs where numpy is missing, to say so.
        from camstrm.frame import pixel_format, pixel_format_code
    except ImportError:
        return 0
    code = pixel_format_code(name) if isinstance(name, str) else None
    return pixel_format(code).payload_size(width, height) if code is not None else 0


def _links(
    serial: str, features: Mapping[str, object], usb: UsbCameras, root: Path
) -> Iterator[_Link]:
    device = usb.device_of(serial)
    if device is not None:
        bus = device.bus_mbit or device.mbit
        if bus:
            yield _Link(f"USB bus {device.bus}", _usb_bytes(bus))
        if 0 < device.mbit < bus:
            yield _Link(f"the USB port of {serial}", _usb_bytes(device.mbit))
        return
    interface = camera_interface(features, root)
    speed = read_number(root / f"sys/class/net/{interface}/speed") if interface else None
    if speed is not None and speed > 0:
        yield _Link(f"interface {interface}", speed * _ETHERNET_BYTES_OF_MBIT)


def _usb_bytes(mbit: int) -> float:
    return _USB_2_BYTES if mbit <= _USB_2_MBIT else mbit * _USB_3_BYTES_OF_MBIT


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return 0.0
    return float(value)
