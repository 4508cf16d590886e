from __future__ import annotations

import pytest

from camstrm.feed import reply_queue
from camstrm.feed.reply_queue import ReplyQueue
from camstrm.wire import FEED_UP, Reply, decode_data


class Rig:
    def __init__(self) -> None:
        self.puts = 0
        self.queue = ReplyQueue(self._put)

    def _put(self) -> None:
        self.puts += 1

    def data(self, call_id: int, text: bytes) -> None:
        self.queue.data_came(call_id, memoryview(text))

    def piece(self) -> tuple[int, bytes] | None:
        payload = self.queue.piece()
        if payload is None:
            return None
        call_id, piece = decode_data(memoryview(b"".join(payload)))
        return call_id, bytes(piece)

    def reply(self) -> Reply | None:
        text = self.queue.text()
        if text is None:
            return None
        reply = FEED_UP.decode(text)
        assert isinstance(reply, Reply)
        return reply


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_reply_stays_behind_its_own_data_only(rig: Rig) -> None:
    rig.data(1, b"ab")
    rig.data(2, b"x")
    rig.data(1, b"cd")
    for call_id in (1, 3):
        rig.queue.replied(Reply(call_id, ok=True))
    assert rig.reply() == Reply(3, ok=True)
    assert rig.reply() is None
    assert (rig.piece(), rig.piece()) == ((1, b"ab"), (1, b"cd"))
    assert rig.reply() == Reply(1, ok=True)
    assert rig.piece() == (2, b"x")
    rig.queue.replied(Reply(2, ok=True))
    assert rig.reply() == Reply(2, ok=True)
    assert rig.piece() is None
    assert rig.puts == 6
    assert rig.queue.texts_size == 0


def test_data_without_room_fails_its_call_alone(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_queue, "MAX_CALL_DATA", 4)
    rig.data(1, b"abc")
    for piece in (b"de", b"f"):
        rig.data(2, piece)
    rig.queue.replied(Reply(2, ok=True))
    reply = rig.reply()
    assert reply is not None
    assert (reply.id, reply.code) == (2, "failed")
    rig.queue.replied(Reply(1, ok=True))
    assert rig.piece() == (1, b"abc")
    assert rig.reply() == Reply(1, ok=True)
    rig.data(3, b"abc")
    rig.data(3, b"de")  # what came of it before goes, too
    assert rig.piece() is None
    rig.data(4, b"abcd")
    assert rig.piece() == (4, b"abcd")


def test_a_connection_that_is_over_keeps_nothing(rig: Rig) -> None:
    rig.data(1, b"ab")
    rig.queue.replied(Reply(2, ok=True))
    rig.queue.close()
    rig.data(3, b"ab")
    rig.queue.replied(Reply(1, ok=True))
    assert (rig.piece(), rig.reply(), rig.queue.has_data) == (None, None, False)
