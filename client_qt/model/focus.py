"""Sharpness as something to turn a lens by. No Qt.

Smoothed, beside the best that there was, and as a tone for the person who does not see the
screen. The page has the same in model/focus.js.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

from client_qt.model.numbers import clamp
from client_qt.model.said import Said

__all__ = ["Focus", "FocusBar", "Tone"]

_SMOOTH_MS = 250.0
"""Time constant of the smoothing: calm, and no later than the hand."""

_ROOM = 1.1
"""The bar ends so much above the peak: a new peak is seen as one."""

_AT_PEAK = 0.98
"""From this part of the peak on, the lens is at it."""

_TREND_MS = 600.0
"""What the level is compared with is so old ..."""

_TREND = 0.02
"""... and must differ by so much."""

_MOST_LEVELS = 64
"""Levels that are remembered for the trend."""

_SILENT_MS = 1500.0
"""Without a new picture for so long there is no tone: it would say something of the past."""

_TONE_HZ = 220.0
"""Of the sharpness at the last reset; rises with the square root: an octave for four times."""

_LOWEST_HZ, _HIGHEST_HZ = 110.0, 3520.0

_PAUSE_MS, _LONGEST_PAUSE_MS, _PAUSE_FOR_PART_MS = 90.0, 600.0, 900.0
"""Pauses between two tones below the peak: none at it."""


@dataclass(frozen=True)
class FocusBar:
    """How full the bar is, and where the peak is marked, in parts of its length."""

    fill: float
    mark: float


@dataclass(frozen=True)
class Tone:
    """A tone in Hz, and the pause after each piece of it; 0: it sounds all the time."""

    frequency: float
    pause_ms: float


class Focus:
    """Used by the UI thread alone; ``now_ms``: monotonic milliseconds of the caller."""

    def __init__(self) -> None:
        self.level: float | None = None
        """Smoothed sharpness, None before the first."""
        self.peak = 0.0
        """The largest level since the last reset."""
        self._reference = 0.0
        """The level that the tone begins with; 0: the next one."""
        self._subject = ""
        """What is measured, as text."""
        self._at_ms = float("-inf")
        """When the last level came ..."""
        self._frame_us = -1
        """... and the capture time of its frame."""
        self._levels: deque[tuple[float, float]] = deque(maxlen=_MOST_LEVELS)
        """Times and levels of the last moments, the oldest first."""

    def begin(self, subject: str) -> None:
        """Take note of what is measured: another camera or region has a peak of its own."""
        if subject == self._subject:
            return
        self._subject = subject
        self.level, self.peak, self._reference = None, 0.0, 0.0
        self._at_ms, self._frame_us = float("-inf"), -1
        self._levels.clear()

    def add(self, sharpness: float, frame_us: int, now_ms: float) -> None:
        """Take the sharpness of a frame; one that was there before is ignored."""
        if frame_us == self._frame_us or not math.isfinite(sharpness):
            return
        before = self.level
        if before is None:
            self.level = sharpness
        else:
            passed_ms = max(0.0, now_ms - self._at_ms)
            self.level = before + (sharpness - before) * (1 - math.exp(-passed_ms / _SMOOTH_MS))
        self.peak = max(self.peak, self.level)
        if self._reference <= 0:
            self._reference = self.level
        self._frame_us, self._at_ms = frame_us, now_ms
        self._levels.append((now_ms, self.level))

    def reset(self) -> None:
        """Let go of the peak: the present level is the first one."""
        self.peak = self._reference = self.level or 0.0

    @property
    def relative(self) -> float:
        """The level in parts of the peak, 0 to 1."""
        return 0.0 if self.level is None or self.peak <= 0 else self.level / self.peak

    @property
    def at_peak(self) -> bool:
        """Whether the lens is where it was sharpest."""
        return self.relative >= _AT_PEAK

    @property
    def bar(self) -> FocusBar:
        """What the bar shows."""
        return FocusBar(self.relative / _ROOM, 1 / _ROOM if self.peak > 0 else 0.0)

    def silent(self, now_ms: float) -> bool:
        """Return whether no picture has come for a while."""
        return self.level is None or now_ms - self._at_ms > _SILENT_MS

    def trend(self, now_ms: float) -> Literal["rising", "falling", "steady"]:
        """Return which way it goes."""
        before = [level for at_ms, level in self._levels if at_ms <= now_ms - _TREND_MS]
        if self.level is None or not before or before[-1] <= 0:
            return "steady"
        change = self.level / before[-1] - 1
        if abs(change) < _TREND:
            return "steady"
        return "rising" if change > 0 else "falling"

    def tone(self, now_ms: float) -> Tone | None:
        """Return the tone of the level, None: silence.

        It follows the level itself and not its part of the peak, which stays 1 while a lens comes
        into focus; the pauses say how far the peak is.
        """
        if self.level is None or self._reference <= 0 or self.silent(now_ms):
            return None
        frequency = _TONE_HZ * math.sqrt(self.level / self._reference)
        below = _AT_PEAK - self.relative
        pause_ms = _PAUSE_MS + below * _PAUSE_FOR_PART_MS
        return Tone(
            clamp(frequency, _LOWEST_HZ, _HIGHEST_HZ),
            0.0 if below <= 0 else min(_LONGEST_PAUSE_MS, pause_ms),
        )

    def said(self, now_ms: float) -> Said:
        """Say how near the peak is."""
        if self.silent(now_ms):
            return Said("measure.focus.none")
        if self.at_peak:
            return Said("measure.focus.peak")
        return Said("measure.focus.below", {"percent": math.floor(self.relative * 100)})
