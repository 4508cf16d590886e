"""SizeLadder: smaller pictures for a viewer whose link is slow, and larger ones again. No clock."""

from __future__ import annotations

from typing import NamedTuple

from camstrm.backoff import Backoff

__all__ = ["RUNGS", "Rung", "SizeLadder"]


class Rung(NamedTuple):
    """How small pictures are: longest side in pixels, most JPEG quality, and what is saved.

    ``share``: bytes of a bundle over those with the pictures that were asked for. It is a guess
    (the reference set of one picture of 1328x1152 and two of 640x480) until it is measured.
    """

    side: int
    quality: int
    share: float


RUNGS = (
    Rung(0, 0, 1.0),
    Rung(640, 60, 0.3),
    Rung(480, 60, 0.17),
    Rung(320, 60, 0.075),
    Rung(240, 40, 0.035),
    Rung(160, 40, 0.016),
)
"""From the pictures that the viewer asked for to the smallest. Few, so that viewers share them, and
of sizes that ``stream.max_views`` does not count."""

_ENTER_S = 1.0
"""Seconds that a bundle takes at a viewer which gets smaller ones: less than one a second."""

_ENTER_FIRST_S = 5.0
"""The same of the very first one: a viewer that starts takes its time once, but not so long."""

_LEAVE_S = 0.5
"""Seconds that a bundle must be expected to take before the viewer gets what it asked for again.
Half of _ENTER_S: between the two a viewer stays as it is."""

_DOWN_S = 0.25
"""Seconds above which a bundle of smaller pictures is still too large: 4 a second are wanted."""

_UP_S = 0.2
"""Seconds that a bundle must be expected to take on a higher rung before that is tried."""

_SAMPLES = 3
"""Bundles whose middle one is a verdict: one hiccup is none."""

_FAIL_AT_ONCE = 2.0
"""A bundle of a trial that takes so many times what it may ends the trial."""

_HELPED = 0.7
"""A step down helped if bundles take less than this part of the time before. Else something
else is slow than the link, a viewer that computes for example, and its pictures are left alone."""

_STRETCH = 1.3
_SLACK_S = 0.02
"""Bundles that take no longer than the time before times _STRETCH plus _SLACK_S did not get
slower: as in the credit window."""

_SETTLE_S = 2.0
"""Seconds from a step that went well to the next one up."""

_UP_AGAIN_S = 10.0
"""Seconds from a step up that went wrong to the next; twice as long each time."""

_UP_AGAIN_MAX_S = 300.0
"""Longest of these pauses: the link may have become faster."""

_BLIND = 3.0
"""After so many of these pauses a step up is tried whatever is expected: a far link looks slow
until more is sent, and pictures may have become smaller."""

_DOWN_AGAIN_S = 60.0
"""Seconds from a step down that did not help to the next; four times as long each time."""

_DOWN_AGAIN_MAX_S = 3600.0
"""Longest of these pauses."""

_HELD_S = 60.0
"""A rung that was right for so many seconds clears what went wrong before."""


class SizeLadder:
    """Finds the largest pictures with which a viewer gets several bundles a second.

    It looks at one time only, how long a bundle keeps the way to the viewer busy: from when it was
    sent, or from the acknowledgement before if that came later, to its acknowledgement. Each
    step is a trial, and is taken back if it does not do what it is for; then the next one waits
    longer. Times are in seconds of any clock that does not go back. Belongs to the outbox, so to
    the bridge's event loop; only acknowledgements move it.
    """

    def __init__(self) -> None:
        self.rung = 0
        """Index of the rung in force; 0: the pictures that the viewer asked for."""
        self._acked_s = float("-inf")
        """When the last acknowledgement came."""
        self._since_s = float("-inf")
        """When the rung was stepped on; bundles sent before say nothing about it."""
        self._times: list[float] = []
        """How long the last bundles took, in seconds, the newest last; at most _SAMPLES."""
        self._first = True
        """Whether no acknowledgement has come yet."""
        self._sizes: dict[int, int] = {}
        """Bytes of the last bundle on each rung that the viewer was on."""
        self._from: int | None = None
        """Rung before the step that is on trial; None: the rung is settled."""
        self._before_s = 0.0
        """How long a bundle took before that step."""
        self._up_s = float("-inf")
        """When the next step up may be tried."""
        self._blind_s = float("-inf")
        """When it is tried whatever is expected of it."""
        self._down_s = float("-inf")
        """When the next step down may be tried."""
        self._rose_s = float("-inf")
        """When the last step up went well."""
        self._up_again = Backoff(_UP_AGAIN_S, factor=2.0, limit_s=_UP_AGAIN_MAX_S)
        """Pauses after steps up that went wrong."""
        self._down_again = Backoff(_DOWN_AGAIN_S, factor=4.0, limit_s=_DOWN_AGAIN_MAX_S)
        """Pauses after steps down that did not help."""

    def acknowledged(self, sent_s: float, now: float, size: int) -> bool:
        """Take the time of a bundle of ``size`` bytes; return whether the rung has changed."""
        took_s = now - max(sent_s, self._acked_s)
        self._acked_s = now
        first, self._first = self._first, False
        if self.rung == 0 and self._from is None:
            return self._enter(took_s, now, size, first=first)
        if sent_s < self._since_s:
            return False
        self._sizes[self.rung] = size
        self._times.append(took_s)
        if self._from is not None and self._from > self.rung:
            return self._judge_up(took_s, now)
        if len(self._times) < _SAMPLES:
            return False
        if self._from is not None:
            return self._judge_down(now)
        del self._times[:-_SAMPLES]
        return self._settled(now)

    def _enter(self, took_s: float, now: float, size: int, *, first: bool) -> bool:
        """Look whether a viewer of whole pictures takes less than one bundle a second."""
        if took_s <= _ENTER_S or now < self._down_s:
            self._times.clear()
            return False
        self._sizes[0] = size
        self._times.append(took_s)
        if len(self._times) < 2 and not (first and took_s > _ENTER_FIRST_S):
            return False
        self._go_down(min(self._times), now)
        return True

    def _judge_up(self, took_s: float, now: float) -> bool:
        limit_s = _DOWN_S if self.rung else (_ENTER_S + _LEAVE_S) / 2
        limit_s = max(limit_s, self._before_s * _STRETCH + _SLACK_S)
        failed = took_s > _FAIL_AT_ONCE * limit_s
        if not failed:
            if len(self._times) < _SAMPLES:
                return False
            failed = self._middle() > limit_s
        if failed:
            self._back(now)
            self._wait_before_up(self._up_again.next(), now)
            return True
        self._from = None
        self._rose_s = now
        self._wait_before_up(_SETTLE_S, now)
        return False

    def _judge_down(self, now: float) -> bool:
        if self._middle() > _HELPED * self._before_s:
            self._back(now)
            self._down_s = now + self._down_again.next()
            return True
        self._from = None
        self._down_again.reset()
        return False

    def _settled(self, now: float) -> bool:
        took_s = self._middle()
        if took_s > _DOWN_S and self.rung < len(RUNGS) - 1 and now >= self._down_s:
            self._go_down(took_s, now)
            return True
        if now >= self._up_s:
            higher = self._higher(took_s)
            if higher == self.rung and now >= self._blind_s:
                higher = self.rung - 1
            if higher < self.rung:
                self._step(higher, took_s, now)
                return True
        return False

    def _go_down(self, took_s: float, now: float) -> None:
        if now - self._rose_s < _HELD_S:
            pause_s = self._up_again.next()  # the step up was wrong after all
        else:
            self._up_again.reset()
            pause_s = _SETTLE_S
        self._wait_before_up(pause_s, now)
        self._step(self._lower(took_s), took_s, now)

    def _lower(self, took_s: float) -> int:
        """Return the next rung below on which bundles are expected to be quick, or the last."""
        for rung in range(self.rung + 1, len(RUNGS)):
            if self._expected_s(rung, took_s) <= _UP_S:
                return rung
        return len(RUNGS) - 1

    def _higher(self, took_s: float) -> int:
        """Return the highest rung on which bundles are expected to be quick, or this one."""
        for rung in range(self.rung):
            if self._expected_s(rung, took_s) <= (_UP_S if rung else _LEAVE_S):
                return rung
        return self.rung

    def _expected_s(self, rung: int, took_s: float) -> float:
        here = self._sizes[self.rung]
        there = self._sizes.get(rung) or here * RUNGS[rung].share / RUNGS[self.rung].share
        return took_s * there / max(here, 1)

    def _middle(self) -> float:
        return sorted(self._times)[len(self._times) // 2]

    def _step(self, rung: int, took_s: float, now: float) -> None:
        self._from, self.rung = self.rung, rung
        self._before_s = took_s
        self._since_s = now
        self._times.clear()

    def _back(self, now: float) -> None:
        """Take the step on trial back."""
        assert self._from is not None
        self.rung, self._from = self._from, None
        self._since_s = now
        self._times.clear()

    def _wait_before_up(self, pause_s: float, now: float) -> None:
        self._up_s = now + pause_s
        self._blind_s = now + max(_BLIND * pause_s, _BLIND * _UP_AGAIN_S)
