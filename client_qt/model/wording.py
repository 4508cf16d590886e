"""Numbers and times as the user reads them. No Qt."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone, tzinfo

from camstrm.viewing.texts import Texts
from client_qt.model.viewport import Viewport

__all__ = ["NONE", "age_text", "clock_text", "rate_text", "size_text", "where_text"]

NONE = "\u2013"
"""Stands for what is not known."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_YEAR_2000_US = 946_684_800_000_000
_YEAR_2100_US = 4_102_444_800_000_000


def age_text(seconds: float, texts: Texts) -> str:
    """Return a duration with the precision that matters: 42 ms, 3.4 s, 2 min 05 s, 3 h 07 min."""
    ms = math.floor(max(seconds, 0.0) * 1000)
    if ms < 1000:
        return f"{ms} ms"
    if ms < 60_000:
        return f"{ms // 100 / 10:.1f} s"
    whole = ms // 1000
    if whole < 3600:
        return texts.say("states.age_minutes", minutes=whole // 60, seconds=f"{whole % 60:02d}")
    minutes = f"{whole % 3600 // 60:02d}"
    return texts.say("states.age_hours", hours=whole // 3600, minutes=minutes)


def clock_text(time_us: int, tz: tzinfo | None = None) -> str:
    """Return hh:mm:ss of a server time in the viewer's zone, "" for none or nonsense."""
    if not _YEAR_2000_US <= time_us < _YEAR_2100_US:
        return ""
    moment = _EPOCH + timedelta(microseconds=time_us)
    return moment.astimezone(tz).strftime("%H:%M:%S")


def rate_text(fps: float) -> str:
    """Return a rate: 29.8 fps, 0.25 fps for a slow one."""
    return f"{fps:.2f} fps" if 0 < fps < 0.95 else f"{fps:.1f} fps"


def size_text(width: int, height: int) -> str:
    """Return a size in pixels, a dash where there is none."""
    return f"{width}\u00d7{height}" if min(width, height) > 0 else NONE


def where_text(viewport: Viewport, pixel_ratio: float, texts: Texts) -> str:
    """Return which part of the frame is visible: 400 % · 160 x 120 at 1024, 768.

    ``pixel_ratio``: the screen's pixels for one of the stage; with 100 % one of them is one of
    the camera's.
    """
    seen = viewport.visible
    return texts.say(
        "states.in_view",
        percent=round(viewport.scale * pixel_ratio * 100),
        size=f"{math.ceil(seen.width)}\u00d7{math.ceil(seen.height)}",
        x=math.floor(seen.x),
        y=math.floor(seen.y),
    )
