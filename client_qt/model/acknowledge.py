"""Which bundle may be acknowledged. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["AckTracker"]


@dataclass
class _Open:
    ticket: int
    seq: int
    keys: set[int]
    """Of the pictures that are neither shown nor gone."""


class AckTracker:
    """Turn "this picture is shown or gone" into "this bundle is done".

    Bundles are known by tickets that grow for ever; their ``seq`` starts again with each
    grabber. A key (camera and view) that settled a ticket has settled all older ones, because the
    decoder never shows an older picture after a newer one. An ack says that a bundle and
    all before it are done, so bundles are released in order.
    """

    def __init__(self) -> None:
        self._open: deque[_Open] = deque()
        """Bundles that were not released, oldest first."""
        self.next_ticket = 0
        """The ticket that the next bundle will get; written here only."""

    def begin(self, seq: int, keys: Collection[int]) -> int:
        """Note a bundle whose pictures with ``keys`` are under way; return its ticket."""
        ticket = self.next_ticket
        self.next_ticket += 1
        self._open.append(_Open(ticket, seq, set(keys)))
        return ticket

    def settle(self, key: int, ticket: int) -> None:
        """Note that the pictures of ``key`` up to ``ticket`` are shown, bad or replaced."""
        for entry in self._open:
            if entry.ticket > ticket:
                break
            entry.keys.discard(key)

    def release(self) -> int | None:
        """Return the seq of the newest bundle that is done since the last call, or None."""
        seq = None
        while self._open and not self._open[0].keys:
            seq = self._open.popleft().seq
        return seq

    def clear(self) -> None:
        """Forget what is under way: the connection or the grabber is gone."""
        self._open.clear()
