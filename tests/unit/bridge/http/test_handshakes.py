from __future__ import annotations

import asyncio

import pytest

from camstrm.bridge.http.handshakes import AT_ONCE, PATIENCE_S, Handshakes
from tests.fakes.manual_loop import ManualLoop


class Stranger:
    def __init__(self, handshakes: Handshakes, address: str = "a") -> None:
        self.address = address
        self.began = False
        self.gone = False
        self._handshakes = handshakes
        handshakes.ask(self)

    def connect(self) -> None:
        self.began = True

    def evict(self) -> None:
        self.gone = True
        self._handshakes.over(self)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> ManualLoop:
    loop = ManualLoop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


def test_so_many_at_once_and_the_newest_next(loop: ManualLoop) -> None:
    handshakes = Handshakes()
    strangers = [Stranger(handshakes) for _ in range(AT_ONCE + 3)]
    assert sum(s.began for s in strangers) == AT_ONCE
    handshakes.over(strangers[0])
    assert [s.began for s in strangers[AT_ONCE:]] == [False, False, True]


def test_nobody_is_hurried_while_nobody_waits(loop: ManualLoop) -> None:
    handshakes = Handshakes()
    strangers = [Stranger(handshakes) for _ in range(AT_ONCE)]
    loop.advance(10 * PATIENCE_S)
    assert not any(s.gone for s in strangers)
    assert loop.waiting == []


def test_who_waits_gets_the_place_of_one_that_takes_too_long(loop: ManualLoop) -> None:
    handshakes = Handshakes()
    first = Stranger(handshakes)
    loop.advance(PATIENCE_S / 2)
    rest = [Stranger(handshakes) for _ in range(AT_ONCE - 1)]
    newcomer = Stranger(handshakes)
    assert not newcomer.began
    loop.advance(PATIENCE_S / 2)
    assert (first.gone, newcomer.began) == (True, True)
    assert not any(s.gone for s in rest)


def test_the_address_that_has_most_makes_room(loop: ManualLoop) -> None:
    handshakes = Handshakes()
    far = Stranger(handshakes, "far")
    flood = [Stranger(handshakes, "flood") for _ in range(AT_ONCE - 1)]
    waiting = [Stranger(handshakes, "new") for _ in range(3)]
    loop.advance(PATIENCE_S)
    assert all(s.began for s in waiting)
    assert (far.gone, sum(s.gone for s in flood)) == (False, 3)


def test_who_leaves_while_it_waits_is_forgotten(loop: ManualLoop) -> None:
    handshakes = Handshakes()
    strangers = [Stranger(handshakes) for _ in range(AT_ONCE + 1)]
    handshakes.over(strangers[-1])
    loop.advance(2 * PATIENCE_S)
    assert not any(s.gone for s in strangers)
    assert not strangers[-1].began


def test_nothing_begins_after_the_end(loop: ManualLoop) -> None:
    handshakes = Handshakes()
    strangers = [Stranger(handshakes) for _ in range(AT_ONCE + 1)]
    handshakes.close()
    handshakes.over(strangers[0])
    assert not strangers[-1].began
    assert loop.waiting == []
