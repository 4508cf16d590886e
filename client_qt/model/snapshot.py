"""Names of the pictures that a person keeps, and what is written beside them. No Qt.

The page has the same in model/snapshot.js.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

__all__ = ["SnapshotFacts", "file_name", "metadata", "safe_name", "zoned_time"]

_BAD = re.compile(
    '[\\\\/:*?"<>|\\x00-\\x1f\\x7f-\x9f\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]',
)
"""What no file system of today takes, and what hides in names."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
"""Names that Windows keeps for itself."""

_MOST_LETTERS = 60
"""Of a camera's name in that of a file."""

_FORMAT = 1
"""Version of what is written beside a picture; grows when a member changes its meaning."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def safe_name(name: str) -> str:
    """Return any text as a part of a file's name."""
    safe = re.sub(r"\s+", "_", _BAD.sub("_", name)[:_MOST_LETTERS])
    safe = safe.lstrip(".").rstrip(". ")
    if not safe:
        return "camera"
    return f"{safe}_" if _RESERVED.fullmatch(safe) else safe


def file_name(
    camera: str, time_us: int, zone_minutes: int, frame_id: int | str | None, suffix: str
) -> str:
    """Return "left_2026-11-27_12-03-11.250_f123.png".

    Of the camera, the time in the person's zone (minutes east of Greenwich) and the frame;
    ``suffix`` with its point.
    """
    day, _, time = _local_time(time_us, zone_minutes).partition("T")
    parts = [safe_name(camera), day, time.replace(":", "-")]
    if frame_id is not None:
        parts.append(f"f{frame_id}")
    return "_".join(parts) + suffix


def zoned_time(time_us: int, zone_minutes: int) -> str:
    """Return "2026-11-27T12:03:11.250+09:00"."""
    hours, minutes = divmod(abs(zone_minutes), 60)
    sign = "-" if zone_minutes < 0 else "+"
    return f"{_local_time(time_us, zone_minutes)}{sign}{hours:02d}:{minutes:02d}"


def _local_time(time_us: int, zone_minutes: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=time_us // 1000, minutes=zone_minutes)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class SnapshotFacts:
    """What is known of a picture that is kept; ``region`` and sizes in pixels of the sensor."""

    file: str
    camera: str
    serial: str
    model: str
    vendor: str
    frame_id: int | str | None
    captured_us: int
    saved_us: int
    zone_minutes: int
    pixel_format: str
    frame_size: tuple[int, int]
    region: tuple[int, int, int, int]
    zoom: float
    """Pixels of the screen for one of the sensor."""
    rotation: int
    mirror: bool
    picture_size: tuple[int, int]
    """Of the file, in its own pixels."""
    picture: str
    """What the file's pixels were made of: "JPEG, 8 bit"."""
    frozen: bool
    burnt_in: tuple[str, ...]
    """Names of the tools that are drawn into the picture."""
    server: str


def metadata(what: SnapshotFacts) -> dict[str, Any]:
    """Return what is written beside a picture, in this order."""
    return {
        "format": _FORMAT,
        "file": what.file,
        "camera": what.camera,
        "serial": what.serial,
        "model": what.model,
        "vendor": what.vendor,
        "frame_id": what.frame_id,
        "captured": zoned_time(what.captured_us, what.zone_minutes),
        "captured_us": what.captured_us,
        "saved": zoned_time(what.saved_us, what.zone_minutes),
        "pixel_format": what.pixel_format,
        "frame_size": list(what.frame_size),
        "region": list(what.region),
        "zoom": float(f"{what.zoom:.4f}"),
        "rotation": what.rotation,
        "mirror": what.mirror,
        "picture_size": list(what.picture_size),
        "picture": what.picture,
        "frozen": what.frozen,
        "burnt_in": list(what.burnt_in),
        "server": what.server,
    }
