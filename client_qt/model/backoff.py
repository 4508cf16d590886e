"""How long to wait before the next connection attempt. No Qt, no clock."""

from __future__ import annotations

import random

__all__ = ["Backoff"]


class Backoff:
    """Exponential back-off with jitter, between 0.25 and 5 s.

    The jitter keeps many viewers from coming back in the same instant after a server's
    restart (PhotonVision's reconnect storms). ``rng`` is for tests.
    """

    SHORTEST_S = 0.25
    LONGEST_S = 5.0

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()  # noqa: S311  # spreads load, guards no secret
        self._ceiling_s = self.SHORTEST_S

    def next_delay(self) -> float:
        """Return seconds to wait now; the one after will be longer."""
        delay = self._rng.uniform(0.5, 1.0) * self._ceiling_s
        self._ceiling_s = min(self._ceiling_s * 2, self.LONGEST_S)
        return max(delay, self.SHORTEST_S)

    def longest_delay(self) -> float:
        """Return seconds to wait when only the user or the administrator can help."""
        self._ceiling_s = self.LONGEST_S
        return self._rng.uniform(0.5, 1.0) * self.LONGEST_S

    def reset(self) -> None:
        """Start again with the shortest delay: the last connection was good."""
        self._ceiling_s = self.SHORTEST_S
