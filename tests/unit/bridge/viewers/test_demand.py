from __future__ import annotations

import pytest

from camstrm.bridge.viewers.demand import MIN_INTERVAL_S, DemandKeeper
from camstrm.wire import Demand
from tests.fakes.loop_time import StoppedLoopTime

ALL = None
NOTHING = Demand(cameras=())


@pytest.fixture
def keeper() -> DemandKeeper:
    return DemandKeeper()


def only(*cameras: int) -> frozenset[int]:
    return frozenset(cameras)


@pytest.mark.parametrize(
    ("wishes", "demand"),
    [
        ([], NOTHING),
        ([(only(), None)], NOTHING),
        ([(ALL, None)], Demand(None)),
        ([(only(2, 0), None)], Demand((0, 2))),
        ([(only(0), 5.0), (only(1), 15.0)], Demand((0, 1), 15.0)),
        ([(only(0), 5.0), (only(1), None)], Demand((0, 1), None)),
        ([(only(0), 5.0), (ALL, 2.0)], Demand(None, 5.0)),
        ([(only(), 30.0), (only(1), 2.0)], Demand((1,), 2.0)),
    ],
)
def test_union(
    keeper: DemandKeeper,
    wishes: list[tuple[frozenset[int] | None, float | None]],
    demand: Demand,
) -> None:
    for who, (cameras, max_fps) in enumerate(wishes):
        keeper.wish(who, cameras, max_fps)
    assert keeper.combined() == demand


async def test_a_grabber_that_comes_is_told_at_once(keeper: DemandKeeper) -> None:
    told: list[Demand] = []
    keeper.wish("viewer", only(1), None, refresh=True)
    keeper.attach(told.append, refresh=True)
    assert told == [Demand((1,), None, refresh=True)]
    keeper.detach()


async def test_nothing_wanted_is_said_too_and_needs_no_refresh(keeper: DemandKeeper) -> None:
    told: list[Demand] = []
    keeper.attach(told.append, refresh=True)
    assert told == [NOTHING]
    keeper.detach()


async def test_changes_only_and_not_too_many(keeper: DemandKeeper) -> None:
    told: list[Demand] = []
    with StoppedLoopTime() as time:
        keeper.attach(told.append, refresh=False)
        for fps in range(1, 50):
            keeper.wish("viewer", only(1), float(fps))
        keeper.withdraw("viewer")
        keeper.wish("viewer", only(2), 7.0, refresh=True)
        keeper.wish("viewer", only(2), 7.0)
        await time.advance(0.9 * MIN_INTERVAL_S)
        assert told == [NOTHING]
        await time.advance(0.2 * MIN_INTERVAL_S)
        assert told == [NOTHING, Demand((2,), 7.0, refresh=True)]
        keeper.wish("other", only(2), 5.0)
        keeper.withdraw("nobody")
        await time.advance(3 * MIN_INTERVAL_S)
        assert len(told) == 2, "the union did not change"
        keeper.wish("other", only(2), 5.0, refresh=True)
        assert told[2:] == [Demand((2,), 7.0, refresh=True)]
        keeper.detach()


async def test_nothing_is_sent_after_detach(keeper: DemandKeeper) -> None:
    told: list[Demand] = []
    with StoppedLoopTime() as time:
        keeper.attach(told.append, refresh=False)
        keeper.wish("viewer", ALL, None)
        keeper.detach()
        keeper.wish("viewer", only(1), None)
        await time.advance(3 * MIN_INTERVAL_S)
    assert told == [NOTHING]
