"""Backoff: how long to wait before what has failed is tried again."""

from __future__ import annotations

import math
import random

__all__ = ["Backoff"]


class Backoff:
    """Gives one pause after the other, in seconds, each longer than the one before.

    Has no clock: the caller waits. Used by one thread.
    """

    def __init__(
        self,
        *pauses_s: float,
        factor: float = 1.0,
        limit_s: float = math.inf,
        jitter: float = 0.0,
        rng: random.Random | None = None,
    ) -> None:
        """Give ``pauses_s`` first; each pause after them is ``factor`` times the one before.

        No pause grows beyond ``limit_s``. ``jitter`` (0 to 1): share of a pause that chance may
        take away, so that many clients do not come back in the same instant; none gets
        shorter than the first one. ``rng`` is for tests.
        """
        self.count = 0
        """How many pauses were given since the last reset."""
        self._pauses_s = pauses_s
        self._factor = factor
        self._limit_s = limit_s
        self._jitter = jitter
        self._rng = rng or random.Random()  # noqa: S311  # spreads load, guards no secret
        self._last_s = pauses_s[0]
        """The last pause that was given, without its jitter."""

    def next(self) -> float:
        """Return how many seconds to wait now."""
        if self.count < len(self._pauses_s):
            self._last_s = self._pauses_s[self.count]
        else:
            self._last_s = min(self._last_s * self._factor, self._limit_s)
        self.count += 1
        return self._shortened()

    def reset(self) -> None:
        """Start again with the first pause: what had failed works."""
        self.count = 0

    def _shortened(self) -> float:
        if not self._jitter:
            return self._last_s
        share = self._rng.uniform(1 - self._jitter, 1.0)
        return max(share * self._last_s, min(self._pauses_s[0], self._last_s))
