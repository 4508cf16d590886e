"""ViewerOutbox: what one viewer is to get next. Newest wins, control goes first."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from camstrm.bridge.viewers.credit import CreditWindow
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import ViewerStatus

__all__ = ["ViewerOutbox"]

_SLACK = 0.25
"""Part of a viewer's interval by which a bundle may go before its turn, so that one whose tick
jitters is not skipped; and by which one without a new picture waits after its turn, because
the next one has it. The turns keep their times, so the rate holds all the same."""

_LAST = 1.5
"""Intervals after which a bundle that came before its turn goes, because no other has come."""


class ViewerOutbox:
    """Holds at most one bundle, one hello and one status for a viewer.

    A bundle that meets an unsent one takes its place and keeps its pictures of cameras
    that are slower than the stream. With ``max_fps``, the first bundle that comes in the
    viewer's turn goes at once. One that comes before is not held until then, because the
    next one is newer: at the viewer's own rate each would wait up to a whole interval.

    From the first acknowledgement on, ``credit`` says whether another bundle may go. Not
    for several threads; exactly one sender task calls :meth:`take` and :meth:`wait`.
    """

    def __init__(
        self, viewer_id: int, window: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Let at most ``window`` bundles be under way to a viewer that acknowledges."""
        self.id = viewer_id
        self.cameras: frozenset[int] | None = None
        self.max_fps: float | None = None
        self.sent = 0
        self.sent_bytes = 0
        self.skipped: Counter[str] = Counter()
        self.reason = ""
        self.sent_fps = 0.0
        self.closed = False
        self.credit = CreditWindow(window)
        self._clock = clock
        self._hello: str | None = None
        self._status: str | None = None
        self._bundle: SharedBundle | None = None
        self._interval_s = 0.0  # 1 / max_fps; 0: no limit
        self._due_s = float("-inf")  # the viewer's next turn
        self._release_s = float("-inf")  # when the bundle that waits may go
        self._wake = asyncio.Event()
        self._measured = (clock(), 0)

    def put_hello(self, text: str) -> None:
        """Let ``text`` be the next to go; it replaces a hello that has not gone."""
        self._hello = text
        self._wake.set()

    def put_status(self, text: str) -> None:
        """Let ``text`` go before any bundle; it replaces a status that has not gone."""
        self._status = text
        self._wake.set()

    def put_bundle(self, bundle: SharedBundle) -> None:
        """Let ``bundle`` be the one to go; one of another tick that waits is skipped."""
        now = self._clock()
        release_s = self._turn_s(bundle, now) if self._interval_s else now
        if self._bundle is not None:
            if bundle.bundle.seq != self._bundle.bundle.seq:
                self.reason = self._reason(now)
                self.skipped[self.reason] += 1
            bundle = bundle.over(self._bundle)
        self._bundle = bundle
        self._release_s = release_s
        if now >= release_s and not self.credit.open:
            self.credit.held_back()
        self._wake.set()

    def start_session(self) -> None:
        """Forget bundles of an earlier grabber run: sequence numbers start again."""
        self._bundle = None
        self.credit.clear()
        self._wake.set()

    def acknowledge(self, seq: int) -> None:
        """Take bundle ``seq`` and all sent before it as shown; ignore one never sent."""
        if self.credit.acknowledge(seq, self._clock()):
            self._wake.set()

    def subscribe(self, cameras: frozenset[int] | None, max_fps: float | None) -> None:
        """Send only pictures of ``cameras`` (None: all), at most ``max_fps`` bundles a second."""
        self.cameras = cameras
        self.max_fps = max_fps
        self._interval_s = 0.0 if max_fps is None else 1.0 / max_fps
        self._due_s = self._release_s = float("-inf")
        self._wake.set()

    def close(self) -> None:
        """Wake the sender for the last time: it is to end the connection."""
        self.closed = True
        self._wake.set()

    def take(self) -> str | SharedBundle | None:
        """Return what to send now, counting it as sent; None if nothing may go yet."""
        if self._hello is not None:
            text, self._hello = self._hello, None
            return text
        if self._status is not None:
            text, self._status = self._status, None
            return text
        now = self._clock()
        if self._bundle is None or not self.credit.open or now < self._release_s:
            return None
        bundle, self._bundle = self._bundle, None
        self._count(bundle, now)
        return bundle

    async def wait(self) -> None:
        """Return when :meth:`take` may have something new or the outbox is closed."""
        self._wake.clear()
        if self.closed or self._hello is not None or self._status is not None:
            return
        timeout_s = None
        if self._bundle is not None and self.credit.open:
            timeout_s = self._release_s - self._clock()
            if timeout_s <= 0:
                return
        try:
            # Without a timeout it ends by close(), which the connection's end brings about.
            await asyncio.wait_for(self._wake.wait(), timeout_s)
        except asyncio.TimeoutError:
            return

    def measure(self) -> None:
        """Set ``sent_fps`` from what was sent since the last call; to be called each second."""
        now = self._clock()
        then, sent = self._measured
        if now > then:
            self.sent_fps = round((self.sent - sent) / (now - then), 2)
            self._measured = (now, self.sent)

    def status(self) -> ViewerStatus:
        """Return the counters as they go to the viewer."""
        return ViewerStatus(
            id=self.id,
            sent=self.sent,
            skipped=sum(self.skipped.values()),
            reason=self.reason,
            in_flight=self.credit.in_flight,
            sent_fps=self.sent_fps,
        )

    @property
    def missed(self) -> int:
        """Bundles that were skipped although the viewer wanted them: it or its link is slow."""
        return sum(self.skipped.values()) - self.skipped["max_fps"]

    def _turn_s(self, bundle: SharedBundle, now: float) -> float:
        """Return when a bundle that has just come may go to a viewer with max_fps."""
        pictures = bundle.pictures if self.cameras is None else bundle.pictures & self.cameras
        slack_s = _SLACK * self._interval_s
        begin_s = self._due_s - slack_s if pictures else self._due_s + slack_s
        # What waits for the viewer, not for its turn, keeps its right to go.
        waits = self._bundle is not None and now >= self._release_s
        if waits or now >= begin_s:
            return now
        return now + _LAST * self._interval_s

    def _reason(self, now: float) -> str:
        if not self.credit.open:
            return "unacknowledged"
        return "max_fps" if now < self._release_s else "slow link"

    def _count(self, bundle: SharedBundle, now: float) -> None:
        self.sent += 1
        self.credit.sent(bundle.bundle.seq, now)
        interval_s = self._interval_s
        on_time = now - self._due_s < interval_s
        self._due_s = (self._due_s if on_time else now) + interval_s
