"""Which pixels of the shown picture are clipped, as stripes over it. No Qt.

The page has the same in model/zebra.js.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from client_qt.model.numbers import percent
from client_qt.model.said import Said

__all__ = ["THRESHOLD", "stripes", "zebra_text"]

THRESHOLD = 250
"""Of 255. A JPEG does not keep 255 beside darker pixels."""

_STRIPE = 4
"""Pixels of a stripe and of the gap beside it."""

_COLOUR = (96, 0, 255, 255)
"""BGRA."""


def stripes(pixels: NDArray[np.uint8], phase: int = 0) -> tuple[NDArray[np.uint8], int]:
    """Return stripes as (height, width, 4) BGRA, and how many pixels are clipped.

    ``pixels``: (height, width, at least 3); a colour of the first three is clipped where it has at
    least the threshold. ``phase`` moves the stripes, so that they are not taken for part of the
    picture.
    """
    clipped = (pixels[:, :, :3] >= THRESHOLD).any(axis=2)
    height, width = clipped.shape
    diagonal = np.add.outer(np.arange(height), np.arange(width)) + phase
    marked = clipped & (diagonal // _STRIPE % 2 == 0)
    found = np.zeros((height, width, 4), np.uint8)
    found[marked] = _COLOUR
    return found, int(clipped.sum())


def zebra_text(shown: float, raw: float | None, bits: int) -> Said:
    """Say how much is clipped.

    ``shown``: percent of the shown pixels; ``raw``: of the raw bits, None while they are not known.
    Sensors of more bits may be clipped where the JPEG is not, and the other way round.
    """
    if raw is None:
        return Said("tools.zebra.shown", {"shown": percent(shown)})
    return Said("tools.zebra.raw", {"shown": percent(shown), "raw": percent(raw), "bits": bits})
