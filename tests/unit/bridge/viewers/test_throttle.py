from __future__ import annotations

from camstrm.bridge.viewers.throttle import Throttle
from tests.fakes.loop_time import StoppedLoopTime


class Acts:
    """Notes what is wanted when the throttle acts."""

    def __init__(self, interval_s: float = 0.2) -> None:
        self.wanted = 0
        self.done: list[int] = []
        self.throttle = Throttle(interval_s, self._act)

    def want(self, wanted: int) -> None:
        self.wanted = wanted
        self.throttle.ask()

    def _act(self) -> bool:
        if self.done and self.done[-1] == self.wanted:
            return False
        self.done.append(self.wanted)
        return True


async def test_the_first_is_done_at_once_and_of_the_others_the_last_when_its_time_comes() -> None:
    with StoppedLoopTime() as time:
        acts = Acts()
        acts.want(1)
        assert acts.done == [1]
        for wanted in (2, 3, 4):
            acts.want(wanted)
            await time.advance(0.04)
        assert acts.done == [1]
        await time.advance(0.1)
        assert acts.done == [1, 4]
        await time.advance(10)
        assert acts.done == [1, 4]


async def test_without_an_end_it_acts_once_in_each_interval() -> None:
    with StoppedLoopTime() as time:
        acts = Acts()
        for wanted in range(1, 1000):
            acts.want(wanted)
            await time.advance(0.001, steps=1)
        assert len(acts.done) == 5
        await time.advance(0.2)
        assert acts.done[-1] == 999


async def test_what_changes_nothing_does_not_let_the_next_wait() -> None:
    with StoppedLoopTime() as time:
        acts = Acts()
        acts.want(1)
        await time.advance(0.3)
        acts.want(1)
        acts.want(2)
        assert acts.done == [1, 2]


async def test_what_was_cancelled_is_not_done() -> None:
    with StoppedLoopTime() as time:
        acts = Acts()
        acts.want(1)
        acts.want(2)
        acts.throttle.cancel()
        await time.advance(1)
        assert acts.done == [1]
        acts.want(3)
        assert acts.done == [1, 3]


async def test_without_an_interval_nothing_waits() -> None:
    acts = Acts(0)
    for wanted in (1, 2, 3):
        acts.want(wanted)
    assert acts.done == [1, 2, 3]
