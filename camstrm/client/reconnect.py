"""The pauses between attempts to reach a server: one table for library and Qt viewer.

The page has the same in ``connection.js``; ``tests/vectors/viewing/reconnect.json`` holds both
to it.
"""

from __future__ import annotations

import random

from camstrm.backoff import Backoff

__all__ = ["GOOD_AFTER_S", "PATIENT_PAUSE_S", "reconnect_pauses"]

GOOD_AFTER_S = 3.0
"""A connection that worked for so long makes the next attempt come at once."""

PATIENT_PAUSE_S = 5.0
"""After a refusal that does not end by itself: a wrong token, a foreign certificate."""

_FIRST_S = 0.25
"""Not more than four attempts a second of one viewer."""

_LONGEST_S = 1.5
"""With the connection itself, everybody is back within 2 s after a server listens again."""


def reconnect_pauses(rng: random.Random | None = None) -> Backoff:
    """Return the pauses between connection attempts; ``rng`` is for tests.

    Their jitter keeps many viewers from coming back in the same instant after a server's
    restart (PhotonVision's reconnect storms).
    """
    return Backoff(_FIRST_S, factor=2.0, limit_s=_LONGEST_S, jitter=0.5, rng=rng)
