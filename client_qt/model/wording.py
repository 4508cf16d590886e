"""Numbers and times as the user reads them. No Qt."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone, tzinfo

from client_qt.model.viewport import Viewport

__all__ = ["age_text", "clock_text", "count_text", "rate_text", "since_text", "where_text"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_YEAR_2000_US = 946_684_800_000_000
_YEAR_2100_US = 4_102_444_800_000_000


def age_text(seconds: float) -> str:
    """Return a duration with the precision that matters: 42 ms, 3.4 s, 2 min 05 s, 3 h 07 min."""
    if seconds < 0.9995:
        return f"{max(seconds, 0.0) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 100 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return "over 100 h"


def clock_text(time_us: int, tz: tzinfo | None = None) -> str:
    """Return hh:mm:ss of a server time in the viewer's zone, "" for none or nonsense."""
    if not _YEAR_2000_US <= time_us < _YEAR_2100_US:
        return ""
    moment = _EPOCH + timedelta(microseconds=time_us)
    return moment.astimezone(tz).strftime("%H:%M:%S")


def since_text(what: str, time_us: int) -> str:
    """Return "lost since 12:03:11", without the time if it is not known."""
    clock = clock_text(time_us)
    return f"{what} since {clock}" if clock else what


def count_text(count: int) -> str:
    """Return a counter that stays short: 999, 12.3k, 4.56M."""
    if count < 10_000:
        return str(count)
    if count < 1_000_000:
        return f"{count / 1000:.1f}k"
    return f"{count / 1_000_000:.2f}M"


def rate_text(fps: float, *, whole: bool = False) -> str:
    """Return a rate: 29.8 fps, 0.25 fps for a slow one; ``whole``: 395 fps for a fast one."""
    if 0 < fps < 0.95:
        return f"{fps:.2f} fps"
    return f"{fps:.0f} fps" if whole and (fps >= 10 or fps == 0) else f"{fps:.1f} fps"


def where_text(viewport: Viewport, pixel_ratio: float) -> str:
    """Return which part of the frame is visible: 400 % · 160 x 120 at 1024, 768.

    ``pixel_ratio``: the screen's pixels for one of the stage; with 100 % one of them is one of
    the camera's.
    """
    seen = viewport.visible
    percent = round(viewport.scale * pixel_ratio * 100)
    size = f"{math.ceil(seen.width)}\u00d7{math.ceil(seen.height)}"
    return f"{percent} % · {size} at {math.floor(seen.x)}, {math.floor(seen.y)}"
