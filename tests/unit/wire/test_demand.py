from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.wire import Demand, Region, View, union

NOTHING = Demand(cameras=())
CAMERAS = st.none() | st.lists(st.integers(0, 4), unique=True).map(tuple)
WHOLE, PART = View(1, max_width=320), View(0, Region(8, 8, 64, 64))
VIEWS = st.lists(st.sampled_from([WHOLE, PART, View(0), View(2)]), max_size=3).map(tuple)
DEMANDS = st.builds(Demand, CAMERAS, st.none() | st.floats(0.1, 100.0), st.booleans(), VIEWS)


@pytest.mark.parametrize(
    ("demands", "wanted"),
    [
        ([], NOTHING),
        ([NOTHING, Demand((), 30.0, refresh=True)], NOTHING),
        ([Demand(None)], Demand(None)),
        ([Demand((2, 0))], Demand((0, 2))),
        ([Demand((0,), 5.0), Demand((1,), 15.0)], Demand((0, 1), 15.0)),
        ([Demand((0,), 5.0), Demand((1,))], Demand((0, 1))),
        ([Demand((0,), 5.0), Demand(None, 2.0)], Demand(None, 5.0)),
        ([Demand((), 30.0), Demand((1,), 2.0)], Demand((1,), 2.0)),
        ([Demand((0,), refresh=True), Demand((1,))], Demand((0, 1), refresh=True)),
        ([Demand((), refresh=True), Demand((1,))], Demand((1,))),
        ([Demand((), 5.0, views=(PART,))], Demand((), 5.0, views=(PART,))),
        ([Demand((1,), 5.0, views=(WHOLE,)), NOTHING], Demand((1,), 5.0, views=(WHOLE,))),
        (
            [Demand((), 9.0, refresh=True, views=(WHOLE, PART)), Demand((0,), 5.0, views=(WHOLE,))],
            Demand((0,), 9.0, refresh=True, views=(PART, WHOLE)),
        ),
    ],
)
def test_union(demands: list[Demand], wanted: Demand) -> None:
    assert union(demands) == wanted


@given(st.lists(DEMANDS, max_size=4))
def test_nobody_gets_less_than_it_wants_and_nothing_is_made_for_nobody(
    demands: list[Demand],
) -> None:
    made = union(demands)
    wanting = [demand for demand in demands if demand.cameras != () or demand.views]
    assert made.empty == (not wanting)
    assert set(made.views) == {view for demand in demands for view in demand.views}
    assert len(set(made.views)) == len(made.views)
    for camera in range(5):
        anybody = any(d.cameras is None or camera in d.cameras for d in wanting)
        assert (made.cameras is None or camera in made.cameras) == anybody
    if wanting:
        assert (made.max_fps is None) == any(d.max_fps is None for d in wanting)
        assert made.max_fps is None or made.max_fps == max(d.max_fps or 0.0 for d in wanting)


@given(st.lists(DEMANDS, max_size=4))
def test_neither_order_nor_grouping_matters(demands: list[Demand]) -> None:
    made = union(demands)
    assert union(reversed(demands)) == made
    assert union([union(demands[:2]), union(demands[2:])]) == made
    assert union([made, made]) == made
