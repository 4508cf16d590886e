from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from camstrm.bridge.viewers.unsent_rest import PIECE, UnsentRest


class FakeTransport(asyncio.Transport):
    """Takes ``room`` writes at once; the next one waits."""

    def __init__(self, room: int = 0) -> None:
        super().__init__()
        self.room = room
        self.waiting = 0
        self.written: list[bytes] = []
        self.closing = False

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closing

    def writelines(self, list_of_data: Any) -> None:
        self.written.append(b"".join(list_of_data))
        self.room -= 1
        self.waiting = 0 if self.room >= 0 else len(self.written[-1])

    def take(self, room: int = 0) -> None:
        self.room, self.waiting = room, 0


def test_one_piece_waits_in_the_transport_at_a_time() -> None:
    transport = FakeTransport()
    rest = UnsentRest(transport)
    bundle = memoryview(bytes(range(256)) * 1024)
    rest.put((b"head", bundle))
    rest.push()
    rest.push()
    assert [len(written) for written in transport.written] == [PIECE]
    assert len(rest) == 4 + len(bundle) - PIECE
    transport.take()
    rest.push()
    assert [len(written) for written in transport.written] == [PIECE, PIECE]
    transport.take(room=10)
    rest.push()
    assert rest.empty
    assert b"".join(transport.written) == b"head" + bytes(bundle)


def test_what_waits_is_not_copied() -> None:
    transport = FakeTransport()
    rest = UnsentRest(transport)
    bundle = memoryview(bytearray(4 * PIECE))
    rest.put((b"head", bundle))
    rest.push()
    (waiting,) = rest._parts
    assert isinstance(waiting, memoryview)
    assert waiting.obj is bundle.obj


@given(st.lists(st.binary(min_size=1, max_size=3 * 10**5), max_size=6), st.data())
def test_all_goes_in_order_in_pieces(parts: list[bytes], data: st.DataObject) -> None:
    transport = FakeTransport()
    rest = UnsentRest(transport)
    gone: list[bool] = []
    for part in parts:
        rest.put((part,))
        rest.push()
        if data.draw(st.booleans()):
            transport.take(data.draw(st.integers(0, 3)))
            rest.push()
    rest.when_gone(lambda: gone.append(rest.empty))
    while not rest.empty:
        assert not gone
        transport.take()
        rest.push()
    assert gone == [True]
    assert b"".join(transport.written) == b"".join(parts)
    assert all(0 < len(written) <= PIECE for written in transport.written)


def test_to_a_far_side_that_has_ended_nothing_more_is_written() -> None:
    transport = FakeTransport()
    rest = UnsentRest(transport)
    rest.put((bytes(3 * PIECE),))
    rest.push()
    transport.closing = True
    transport.take(room=10)
    rest.push()
    assert rest.empty
    assert len(transport.written) == 1


def test_the_last_part_is_replaced_only_while_it_waits_whole() -> None:
    transport = FakeTransport()
    rest = UnsentRest(transport)
    pong, other = b"pong", b"other"
    rest.put((bytes(PIECE), pong))
    assert rest.replace_last(pong, other)
    assert not rest.replace_last(pong, other)
    rest.push()
    transport.take()
    rest.push()
    assert transport.written[1:] == [b"other"]
    assert not rest.replace_last(other, pong)
