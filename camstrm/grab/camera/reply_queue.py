"""ReplyQueue: what a camera process has to say to calls, until its main thread sends it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from camstrm.wire import DATA_PIECE, MAX_CALL_DATA, encode_data_parts
from camstrm.wire.bundle import Buffer

__all__ = ["ReplyQueue"]


class ReplyQueue:
    """Replies as texts, and their data in pieces of at most DATA_PIECE bytes.

    Any thread may put; the main thread takes. Texts do not wait for data of other calls; the
    text of a call with data comes when its last piece was taken. ``wake`` is called after each
    put, from the thread that puts. At most MAX_CALL_DATA bytes of data wait, those of all calls
    together. The number of texts is bounded by the desk, which takes no more calls than wait.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        """Guards all that follows."""
        self._texts: deque[bytes] = deque()
        """What can be sent at once: PROCESS_UP messages, UTF-8."""
        self._data: deque[tuple[Iterator[list[Buffer]], bytes, int]] = deque()
        """For each call with data, in their order: payloads of the packets that are left, the
        text that follows them, and the bytes that this call counts in ``_data_size``."""
        self._data_size = 0
        """Bytes of the data of all calls in ``_data``."""
        self._closed = False
        """Nothing is sent any more, so nothing is kept."""

    def put(self, text: bytes) -> None:
        """Let a text go as soon as the main thread can send it."""
        with self._lock:
            if not self._closed:
                self._texts.append(text)
        self._wake()

    def put_with_data(self, call_id: int, data: Sequence[Buffer], text: bytes) -> bool:
        """Let ``data`` go behind all texts, then ``text``; False if too much waits already.

        The buffers are contiguous, and must not change afterwards.
        """
        parts = [memoryview(buffer).cast("B") for buffer in data]
        size = sum(map(len, parts))
        with self._lock:
            if self._data_size + size > MAX_CALL_DATA:
                return False
            if not self._closed:
                self._data.append((_pieces(call_id, parts), text, size))
                self._data_size += size
        self._wake()
        return True

    def text(self) -> bytes | None:
        """Return what is to be sent next; None if no text waits."""
        with self._lock:
            return self._texts.popleft() if self._texts else None

    @property
    def has_data(self) -> bool:
        """Whether :meth:`piece` has something to do."""
        return bool(self._data)

    def piece(self) -> list[Buffer] | None:
        """Return the payload of the next DATA packet; None behind the last one of a call.

        The call's text is there for :meth:`text` then.
        """
        with self._lock:
            if not self._data:
                return None
            pieces, text, size = self._data[0]
            payload = next(pieces, None)
            if payload is None:
                self._data.popleft()
                self._data_size -= size
                self._texts.append(text)
            return payload

    def close(self) -> None:
        """Forget what waits, and keep nothing any more: the grabber is gone."""
        with self._lock:
            self._closed = True
            self._texts.clear()
            self._data.clear()
            self._data_size = 0


def _pieces(call_id: int, parts: Sequence[memoryview]) -> Iterator[list[Buffer]]:
    for whole in parts:
        for begin in range(0, len(whole), DATA_PIECE):
            yield encode_data_parts(call_id, whole[begin : begin + DATA_PIECE])
