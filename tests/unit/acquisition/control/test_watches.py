from __future__ import annotations

import pytest

from camstrm.acquisition.control.task import Task
from camstrm.acquisition.control.watches import LOOK_INTERVAL_S, MAX_WATCHES, Watches


def look() -> Task:
    return Task(lambda _: None, lambda _: None, 5.0)


def test_nobody_waits_so_nothing_is_due() -> None:
    watches = Watches()
    assert watches.due_in_s(7.0) is None


def test_the_first_look_is_due_at_once_and_then_five_a_second() -> None:
    watches = Watches()
    watches.add(look())
    assert watches.due_in_s(7.0) == 0.0
    assert watches.begin(7.0) == 60_000, "after a long time all that is polled is read"
    assert watches.due_in_s(7.05) == pytest.approx(LOOK_INTERVAL_S - 0.05)
    assert watches.due_in_s(7.2) == pytest.approx(0.0)
    assert watches.begin(7.25) == 250


def test_there_is_room_for_so_many() -> None:
    watches = Watches()
    for _ in range(MAX_WATCHES):
        watches.add(look())
    with pytest.raises(OverflowError):
        watches.add(look())
    assert len(watches.take_all()) == MAX_WATCHES
    assert watches.due_in_s(0.0) is None
