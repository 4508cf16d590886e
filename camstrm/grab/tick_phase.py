"""The ticks' phase: moves them to where the slowest camera's frame has just come."""

from __future__ import annotations

__all__ = ["tick_shift_s"]

_MARGIN_S = 0.002
"""Age that is aimed at: arrivals and ticks jitter by about a millisecond, and a tick that
comes before its frame finds the one of a whole period ago."""

_SLACK_S = 0.001
"""Closer than this is close enough."""

_SLEW = 0.02
"""Part of the tick's period by which a tick may come earlier or later."""

_GAIN = 0.25
"""Part of the error that one tick makes up for: the age of a single frame jitters."""


def tick_shift_s(tick_period_s: float, camera_period_s: float, age_s: float) -> float:
    """Return what to add to the next tick's time.

    ``camera_period_s``: of the slowest camera, 0 while unknown. ``age_s``: from the arrival of
    its newest frame to the tick.

    Where the slowest camera's rate is about a multiple or a fraction of the ticks' rate, the
    phase between the two hardly moves, and what the picture waits for the tick (half a period
    of the camera in the mean) can be had for nothing. Otherwise every tick finds another
    phase, and nothing is moved.
    """
    limit = _SLEW * tick_period_s
    if camera_period_s <= 4 * _MARGIN_S or _drift(tick_period_s, camera_period_s) > limit / 2:
        return 0.0
    half = camera_period_s / 2
    # The shorter way round: much too old is a little too early for the frame after it.
    error = (age_s - _MARGIN_S + half) % camera_period_s - half
    if abs(error) <= _SLACK_S:
        return 0.0
    return max(-limit, min(limit, -_GAIN * error))


def _drift(tick_period_s: float, camera_period_s: float) -> float:
    """Return by how much the phase moves from one of the slower ones to the next, in seconds."""
    longer, shorter = max(tick_period_s, camera_period_s), min(tick_period_s, camera_period_s)
    ratio = longer / shorter
    return abs(ratio - round(ratio)) * shorter
