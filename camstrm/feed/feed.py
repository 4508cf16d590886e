"""Feed: what the grabber makes, on its way to every reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from camstrm.errors import BridgeTakenError
from camstrm.feed.open_calls import CallBack, refuse_call
from camstrm.feed.reader_share import ReaderShare
from camstrm.feed.sender import FeedReader, FeedSender
from camstrm.wire import Call, Demand, FrameBundle, Hello, Status, union

__all__ = ["Feed"]


class Feed:
    """Sends hello, status and bundles to several readers; their demands become one.

    Each has a connection and a queue of its own, so that one that is slow or gone holds up no
    other, and gets the cameras and the rate that it wants. ``on_demand`` is called with the
    union of what they want, for the first time when each of them has answered or is not there.
    ``on_refused`` is called when one of them has another grabber (see FeedSender), and
    ``on_call`` for each call that comes from one of them, with the way back of its reply.

    Belongs to the event loop in which it is started.
    """

    def __init__(
        self,
        readers: Sequence[FeedReader],
        hello: Callable[[], Hello],
        on_demand: Callable[[Demand], None],
        on_refused: Callable[[BridgeTakenError], bool],
        *,
        on_call: Callable[[Call, CallBack], None] = refuse_call,
        allowed_uids: tuple[int, ...] = (),
    ) -> None:
        self._on_demand = on_demand
        self._senders = [
            FeedSender(
                reader,
                hello,
                self._demanded,
                on_refused,
                on_call=on_call,
                allowed_uids=allowed_uids,
            )
            for reader in readers
        ]
        self._shares = {sender: ReaderShare() for sender in self._senders}
        self._unanswered = set(self._senders)  # readers that have not said what they want
        self._made = Demand()  # what on_demand was called with last

    @property
    def idle(self) -> bool:
        """Whether every reader is there and has got all that was published for it."""
        return all(sender.idle for sender in self._senders)

    def start(self) -> bool:
        """Connect; return whether a reader was there, so that ``on_demand`` will be called."""
        self._unanswered = {sender for sender in self._senders if sender.start()}
        return bool(self._unanswered)

    def stop(self) -> None:
        """Say goodbye where that is possible at once, and close all connections."""
        for sender in self._senders:
            sender.stop()

    def announce(self) -> None:
        """Send hello (again): the cameras have changed."""
        for sender in self._senders:
            sender.announce()

    def send_status(self, status: Status) -> None:
        """Send the status; ``bundles_dropped`` is filled in for each reader."""
        for sender in self._senders:
            sender.send_status(replace(status, bundles_dropped=sender.dropped))

    def publish(self, bundle: FrameBundle) -> None:
        """Send each reader its share of the bundle."""
        now_s = asyncio.get_running_loop().time()
        for sender, share in self._shares.items():
            part = share.of(bundle, self._made, now_s)
            if part is not None:
                sender.publish(part)

    def _demanded(self, sender: FeedSender, demand: Demand) -> None:
        self._unanswered.discard(sender)
        self._shares[sender].wants(demand)
        if self._unanswered:
            return
        shares = self._shares.values()
        self._made = union(share.demand for share in shares)
        for share in shares:  # each wish for old pictures is passed on once
            share.demand = replace(share.demand, refresh=False)
        self._on_demand(self._made)
