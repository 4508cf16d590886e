from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.acquisition.stream.latest_slot import LatestSlot

LONG_S = 30.0
"""A wait that a good test never sees the end of."""


def test_an_empty_slot_gives_nothing() -> None:
    assert LatestSlot[int]().take() is None


def test_an_item_is_taken_once() -> None:
    slot = LatestSlot[str]()
    assert slot.put("a") is None
    assert slot.take() == "a"
    assert slot.take() is None
    assert slot.put("b") is None


def test_a_newer_item_replaces_the_older_and_gives_it_back() -> None:
    slot = LatestSlot[str]()
    assert [slot.put(item) for item in "abc"] == [None, "a", "b"]
    assert slot.take() == "c"


def test_an_item_that_is_there_is_taken_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    slot = LatestSlot[int]()
    slot.put(1)

    def refuse(*_: object) -> None:
        raise AssertionError("take() waited")

    monkeypatch.setattr(slot._condition, "wait", refuse)
    assert slot.take(LONG_S) == 1
    assert slot.take() is None
    with pytest.raises(AssertionError, match="waited"):
        slot.take(LONG_S)


def test_an_item_that_is_false_is_an_item() -> None:
    slot = LatestSlot[int]()
    slot.put(0)
    assert slot.put(1) == 0
    slot.put(0)
    assert slot.take(LONG_S) == 0


def test_a_wait_that_ends_in_vain_gives_nothing() -> None:
    slot = LatestSlot[int]()
    assert slot.take(0.001) is None
    assert slot.take(-1.0) is None


@pytest.mark.parametrize("item", [1, 0])
def test_a_waiting_take_is_woken_by_put(item: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slot, waiting = LatestSlot[int](), threading.Event()
    notified: list[bool] = []
    taken: list[int | None] = []
    wait = slot._condition.wait

    def announce_and_wait(timeout: float | None = None) -> bool:
        waiting.set()
        notified.append(wait(timeout))
        return notified[-1]

    monkeypatch.setattr(slot._condition, "wait", announce_and_wait)
    taker = threading.Thread(target=lambda: taken.append(slot.take(LONG_S)), name="taker")
    taker.start()
    assert waiting.wait(LONG_S)
    # put() gets the lock only once the taker has given it back by waiting.
    assert slot.put(item) is None
    taker.join(2 * LONG_S)
    assert taken == [item]
    assert notified == [True]


def test_two_threads_lose_no_item_without_knowing() -> None:
    slot, count = LatestSlot[int](), 2000
    replaced: list[int] = []
    taken: list[int] = []

    def produce() -> None:
        for number in range(count):
            old = slot.put(number)
            if old is not None:
                replaced.append(old)

    producer = threading.Thread(target=produce, name="producer")
    producer.start()
    while not taken or taken[-1] != count - 1:
        item = slot.take(LONG_S)
        assert item is not None
        taken.append(item)
    producer.join(LONG_S)
    assert sorted(replaced + taken) == list(range(count))
    assert taken == sorted(taken)


@given(st.lists(st.one_of(st.none(), st.integers(0, 9))))
def test_any_order_of_puts_and_takes(steps: list[int | None]) -> None:
    """None stands for a take, a number for a put."""
    slot, held = LatestSlot[int](), None
    for step in steps:
        if step is None:
            assert slot.take() == held
            held = None
        else:
            assert slot.put(step) == held
            held = step
