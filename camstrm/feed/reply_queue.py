"""ReplyQueue: replies and their data on the way from the grabber to one reader of the feed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from camstrm.wire import FEED_UP, MAX_CALL_DATA, Reply, encode_data_parts, refusal
from camstrm.wire.bundle import Buffer

__all__ = ["MAX_TEXTS", "ReplyQueue"]

MAX_TEXTS = 16 * 1024 * 1024
"""Bytes of replies that may wait. A reader that leaves more unread is stuck: replies come only
to calls that it has sent itself."""


class ReplyQueue:
    """Holds what goes back to one connection of a reader (a CallBack).

    A reply does not wait for the data of others, but stays behind its own. At most
    MAX_CALL_DATA bytes of data wait; a call whose data has no room fails, and no other.
    ``on_put`` is called after each put. Used by the grabber's event loop alone.
    """

    def __init__(self, on_put: Callable[[], None]) -> None:
        self.texts_size = 0
        """Bytes of the replies that wait, but those behind data."""
        self._on_put = on_put
        self._closed = False
        """Whether the connection is over: nothing is kept any more."""
        self._texts: deque[bytes] = deque()
        self._pieces: dict[int, deque[memoryview]] = {}
        """Data that waits, by call; none is empty."""
        self._behind: dict[int, bytes] = {}
        """The reply of each call in ``_pieces`` whose data is complete."""
        self._data_size = 0
        """Bytes in ``_pieces``."""
        self._failed: set[int] = set()
        """Calls whose data had no room, until their reply comes."""

    def close(self) -> None:
        """Drop what waits and what comes: the reader is gone."""
        self._closed = True
        self.texts_size = self._data_size = 0
        for waiting in (self._texts, self._pieces, self._behind, self._failed):
            waiting.clear()

    def replied(self, reply: Reply) -> None:
        """Take a reply; it stays behind the data that belongs to it."""
        if self._closed:
            return
        if reply.id in self._failed:
            self._failed.discard(reply.id)
            reply = refusal(
                reply.id,
                "failed",
                "its data was dropped, because too much waits to be sent to the bridge",
                "Ask again, for fewer pictures at a time",
            )
        text = FEED_UP.encode(reply)
        if reply.id in self._pieces:
            self._behind[reply.id] = text
        else:
            self._put_text(text)
        self._on_put()

    def data_came(self, call_id: int, piece: memoryview) -> None:
        """Take a piece of data; where there is no room for it, its call fails."""
        if call_id in self._failed or self._closed:
            return
        if self._data_size + len(piece) > MAX_CALL_DATA:
            self._failed.add(call_id)
            self._data_size -= sum(map(len, self._pieces.pop(call_id, ())))
            return
        self._pieces.setdefault(call_id, deque()).append(piece)
        self._data_size += len(piece)
        self._on_put()

    @property
    def has_data(self) -> bool:
        """Whether :meth:`piece` has something to return."""
        return bool(self._pieces)

    def text(self) -> bytes | None:
        """Return the reply that goes next; None if none waits but behind data."""
        if not self._texts:
            return None
        text = self._texts.popleft()
        self.texts_size -= len(text)
        return text

    def piece(self) -> list[Buffer] | None:
        """Return the payload of the DATA packet that goes next; None if no data waits.

        Behind the last one of a call its reply is there for :meth:`text`.
        """
        if not self._pieces:
            return None
        call_id, pieces = next(iter(self._pieces.items()))
        piece = pieces.popleft()
        self._data_size -= len(piece)
        if not pieces:
            del self._pieces[call_id]
            text = self._behind.pop(call_id, None)
            if text is not None:
                self._put_text(text)
        return encode_data_parts(call_id, piece)

    def _put_text(self, text: bytes) -> None:
        self._texts.append(text)
        self.texts_size += len(text)
