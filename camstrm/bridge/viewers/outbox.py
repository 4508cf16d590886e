"""ViewerOutbox: what one viewer is to get next. Newest wins, control goes first."""

from __future__ import annotations

import enum
import time
from collections import Counter
from collections.abc import Callable

from camstrm.bridge.viewers.credit import CreditWindow
from camstrm.bridge.viewers.ladder import SizeLadder
from camstrm.bridge.viewers.selection import EVERYTHING, Selection
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.histogram import Histogram
from camstrm.rates import RateMeter
from camstrm.wire import ViewerStatus

__all__ = ["TextKind", "ViewerOutbox"]

_SLACK = 0.25
"""Part of a viewer's interval by which a bundle may go before its turn, so that one whose tick
jitters is not skipped; and by which one without a new picture waits after its turn, because
the next one has it. The turns keep their times, so the rate holds all the same."""

_LAST = 1.5
"""Intervals after which a bundle that came before its turn goes, because no other has come."""

_SETTLE_S = 0.5
"""After a change of the sizes of a slow viewer's pictures, bundles that are not of the new ones
wait so long: the grabber needs a tick or two to make them, and one large picture more would keep
a slow link busy for seconds."""


class TextKind(enum.IntEnum):
    """What a text is, in the order in which texts go; the newest of a kind replaces the others."""

    HELLO = 0
    STATUS = 1
    VIEWS = 2
    LEASES = 3


_FIRST_REPLY = 1 << 8
"""Replies are numbered from here in their order, so that they go after the texts of all kinds."""


class ViewerOutbox:
    """Holds at most one bundle, one text of each kind, and replies for a viewer.

    All texts go before the bundle, replies in their order, and no reply replaces another. Their
    number is bounded by what puts them: a viewer has few open calls, and one that leaves
    ``reply_size`` bytes unread is not read either.

    A bundle that meets an unsent one takes its place and keeps its pictures of cameras
    that are slower than the stream. With ``max_fps``, the first bundle that comes in the
    viewer's turn goes at once. One that comes before is not held until then, because the
    next one is newer: at the viewer's own rate each would wait up to a whole interval.

    From the first acknowledgement on, ``credit`` says whether another bundle may go. Only the
    bridge's event loop uses it, and only the viewer's ViewerSender changes it.
    """

    __slots__ = (
        "_bundle",
        "_clock",
        "_due_s",
        "_interval_s",
        "_meter",
        "_next_reply",
        "_on_step",
        "_release_s",
        "_round_trips",
        "_settle_s",
        "_texts",
        "allowed",
        "cameras",
        "credit",
        "id",
        "ladder",
        "last_size",
        "max_fps",
        "name",
        "reason",
        "reduce",
        "reduced",
        "replies",
        "reply_size",
        "role",
        "selection",
        "sent",
        "sent_bytes",
        "sent_fps",
        "skipped",
    )

    def __init__(
        self,
        viewer_id: int,
        window: int,
        clock: Callable[[], float] = time.monotonic,
        on_step: Callable[[ViewerOutbox], None] | None = None,
        round_trips: Histogram | None = None,
    ) -> None:
        """Let at most ``window`` bundles be under way to a viewer that acknowledges.

        ``on_step`` is called when the viewer needs smaller pictures, or may have larger ones;
        ``round_trips`` gets the times from a bundle's way to its acknowledgement.
        """
        self.id = viewer_id
        """Number of the viewer since the bridge's start, from 1."""
        self.name = ""
        """Of the viewer's token; "" without one."""
        self.role = ""
        """Of the viewer's token; "" as long as nobody has said."""
        self.cameras: frozenset[int] | None = None
        """Indices of the cameras whose whole pictures the viewer wants; None: of all."""
        self.allowed: frozenset[int] | None = None
        """Indices of the cameras that the viewer may know of; None: of all."""
        self.selection = EVERYTHING
        """What it gets of each bundle: these pictures or smaller ones, and its views."""
        self.max_fps: float | None = None
        """Bundles a second that the viewer wants at most; None: each."""
        self.sent = 0
        """Bundles that went; only grows."""
        self.sent_bytes = 0
        """Bytes of those, without the transport's framing; only grows. The sender counts them."""
        self.last_size = 0
        """Bytes of the last one. The sender notes them."""
        self.skipped: Counter[str] = Counter()
        """Bundles that a newer one replaced, by reason; only grows."""
        self.reason = ""
        """Why the last bundle was skipped; "" if none ever was."""
        self.sent_fps = 0.0
        """Bundles sent a second between the last two calls of :meth:`measure`."""
        self.credit = CreditWindow(window)
        """What is under way; public for those who read it."""
        self.replies = 0
        """Replies that wait."""
        self.reply_size = 0
        """Bytes of those."""
        self.reduce = True
        """Whether the viewer may be sent smaller pictures; :meth:`may_reduce` changes it."""
        self.ladder = SizeLadder()
        """How small pictures the viewer needs; public for those who read it."""
        self.reduced = 0
        """Longest side in pixels to which its pictures are reduced for that; 0: they are not."""
        self._clock = clock
        self._on_step = on_step
        """Called when the ladder has changed its rung."""
        self._round_trips = round_trips
        """Of all viewers, in seconds; the hub's."""
        self._texts: dict[int, bytes] = {}
        """Texts that wait, UTF-8; they go in the order of their kinds (TextKind), then replies."""
        self._next_reply = _FIRST_REPLY
        """Kind of the next reply in ``_texts``."""
        self._bundle: SharedBundle | None = None
        """The bundle that waits, merged with those that it replaced."""
        self._interval_s = 0.0
        """Seconds between two turns, 1 / max_fps; 0: no limit."""
        self._due_s = float("-inf")
        """When the viewer's next turn is, in the clock's seconds."""
        self._release_s = float("-inf")
        """When the bundle that waits may go, in the clock's seconds."""
        self._settle_s = 0.0
        """Until when only a bundle goes that has all that ``selection`` takes; 0: any goes."""
        self._meter = RateMeter(0, 0, clock)
        self._meter.rate(0)

    def put_text(self, kind: TextKind, text: bytes) -> None:
        """Let ``text`` go before any bundle; it replaces one of its kind that has not gone."""
        self._texts[kind] = text

    def put_reply(self, text: bytes) -> None:
        """Let a reply go before any bundle, behind the replies before it."""
        self._texts[self._next_reply] = text
        self._next_reply += 1
        self.replies += 1
        self.reply_size += len(text)

    def goes_at_once(self, bundle: SharedBundle) -> bool:
        """Return whether ``bundle`` goes without being put, counting it as sent: most do."""
        if self._texts or self._bundle is not None or self._interval_s or not self.credit.open:
            return False
        if self._settle_s and not self._settled(bundle, self._clock()):
            return False
        self.sent += 1
        self.credit.sent(bundle.bundle.seq, self._clock())
        return True

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

    def start_session(self) -> None:
        """Forget bundles of an earlier grabber run: sequence numbers start again."""
        self._bundle = None
        self.credit.clear()

    def acknowledge(self, seq: int) -> bool:
        """Take ``seq`` and all sent before it as shown; return whether a bundle waits."""
        now = self._clock()
        sent_s = self.credit.acknowledge(seq, now)
        if sent_s is not None and self._round_trips is not None:
            self._round_trips.add(now - sent_s)
        if sent_s is not None and self.reduce:
            stepped = self.ladder.acknowledged(sent_s, now, self.last_size)
            if stepped and self._on_step is not None:
                self._on_step(self)
        return self._bundle is not None

    def subscribe(self, cameras: frozenset[int] | None, max_fps: float | None) -> None:
        """Send only pictures of ``cameras`` (None: all), at most ``max_fps`` bundles a second."""
        if cameras != self.cameras:
            self.cameras = cameras
            self.selection = self.selection._replace(cameras=cameras)
        self.max_fps = max_fps
        self._interval_s = 0.0 if max_fps is None else 1.0 / max_fps
        self._due_s = self._release_s = float("-inf")

    def may_reduce(self, reduce: bool) -> None:
        """Let the viewer have smaller pictures while it is slow, or never."""
        self.reduce = reduce
        if not reduce and self.ladder.rung:
            self.ladder = SizeLadder()
            if self._on_step is not None:
                self._on_step(self)

    def allow(self, cameras: frozenset[int] | None) -> None:
        """Send nothing of other cameras (None: of no others), also not of what waits."""
        if cameras != self.allowed:
            self.allowed = cameras
            self.selection = self.selection._replace(allowed=cameras)

    def show(self, selection: Selection, *, settle: bool) -> None:
        """Send this of each bundle; with ``settle``, wait a moment for one that has it all."""
        self.selection = selection._replace(allowed=self.allowed)
        if settle:
            self._settle_s = self._clock() + _SETTLE_S

    def take(self) -> bytes | SharedBundle | None:
        """Return what to send now, counting it as sent; None if nothing may go yet."""
        if self._texts:
            return self._take_text()
        bundle = self._bundle
        if bundle is None or not self.credit.open:
            return None
        now = self._clock()
        if now < self._release_s or (self._settle_s and not self._settled(bundle, now)):
            return None
        self._bundle = None
        self.sent += 1
        self.credit.sent(bundle.bundle.seq, now)
        if interval_s := self._interval_s:
            on_time = now - self._due_s < interval_s
            self._due_s = (self._due_s if on_time else now) + interval_s
        return bundle

    def wait_s(self) -> float | None:
        """Return in how many seconds a bundle's turn comes; None if nothing waits for its turn."""
        if self._bundle is None or not self.credit.open:
            return None
        return max(0.0, max(self._release_s, self._settle_s) - self._clock())

    def measure(self) -> None:
        """Set ``sent_fps`` from what was sent since the last call; to be called each second."""
        self.sent_fps = round(self._meter.rate(self.sent), 2)

    def status(self) -> ViewerStatus:
        """Return the counters as they go to the viewer."""
        return ViewerStatus(
            id=self.id,
            sent=self.sent,
            skipped=sum(self.skipped.values()),
            reason=self.reason,
            in_flight=self.credit.in_flight,
            sent_fps=self.sent_fps,
            name=self.name,
            role=self.role,
            reduced=self.reduced,
            window=self.credit.window if self.credit.acknowledges else 0,
            round_trip_us=round(self.credit.round_trip_s * 1e6),
            skips=dict(self.skipped),
        )

    @property
    def missed(self) -> int:
        """Bundles that were skipped although the viewer wanted them: it or its link is slow."""
        return sum(self.skipped.values()) - self.skipped["max_fps"]

    def _take_text(self) -> bytes:
        kind = min(self._texts)
        text = self._texts.pop(kind)
        if kind >= _FIRST_REPLY:
            self.replies -= 1
            self.reply_size -= len(text)
        return text

    def _turn_s(self, bundle: SharedBundle, now: float) -> float:
        """Return when a bundle that has just come may go to a viewer with max_fps."""
        slack_s = _SLACK * self._interval_s
        shows = self.selection.shows(bundle.pictures)
        begin_s = self._due_s - slack_s if shows else self._due_s + slack_s
        # What waits for the viewer, not for its turn, keeps its right to go.
        waits = self._bundle is not None and now >= self._release_s
        if waits or now >= begin_s:
            return now
        return now + _LAST * self._interval_s

    def _settled(self, bundle: SharedBundle, now: float) -> bool:
        """Return whether a bundle may go to a viewer whose pictures have just changed."""
        selection = self.selection
        has_all = selection.has_all(bundle.keys) and selection.shows(bundle.pictures)
        if has_all or now >= self._settle_s:
            self._settle_s = 0.0
        return not self._settle_s

    def _reason(self, now: float) -> str:
        if not self.credit.open:
            return "unacknowledged"
        return "max_fps" if now < self._release_s else "slow link"
