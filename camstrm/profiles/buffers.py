"""How many acquisition buffers a camera needs."""

from __future__ import annotations

import math

from camstrm.profiles.profile import GentlProfile

__all__ = ["LEAST_BUFFERS", "MAX_BUFFER_MEMORY", "buffer_count"]

MAX_BUFFER_MEMORY = 512 * 1024 * 1024
"""Bytes that the computed number of buffers of one camera may take."""

LEAST_BUFFERS = 3
"""No known producer needs more to stream (Teledyne, "Understanding buffer handling": 3)."""


def buffer_count(profile: GentlProfile, fps: float, payload_size: int, wanted: int = 0) -> int:
    """Return the number of buffers for a camera of ``fps`` and ``payload_size`` bytes a frame.

    ``wanted`` (the user's ``num_buffers``) is taken as it is, if not 0. Otherwise frames of
    0.08 s and 4 more (36 at 400 fps lost none of 51,025 frames while pictures were encoded)
    within the profile's limits and MAX_BUFFER_MEMORY; an ``fps`` that is not known (0 or
    not finite) counts as 0.
    """
    if wanted > 0:
        return max(wanted, LEAST_BUFFERS)
    rule = profile.num_buffers
    rate = fps if math.isfinite(fps) and fps > 0 else 0.0
    # Rates beyond any camera's would only be cut off again below.
    count = math.ceil(min(rate, 1e6) * rule.seconds) + rule.spare
    count = min(max(count, rule.min), rule.max)
    return max(LEAST_BUFFERS, min(count, MAX_BUFFER_MEMORY // max(payload_size, 1)))
