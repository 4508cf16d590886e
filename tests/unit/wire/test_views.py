"""Which views are made at the same time, and which are the same one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camstrm.wire import Region, View, admitted
from camstrm.wire.views import MAX_SMALL_VIEWS

PART = View(0, Region(0, 0, 640, 640))


def parts(count: int) -> list[View]:
    return [View(0, Region(8 * n, 0, 640, 640)) for n in range(count)]


def test_the_first_are_made_and_equal_ones_once() -> None:
    wanted = parts(4)
    assert admitted([*wanted[:2], *wanted], 3) == tuple(wanted[:3])
    assert admitted([*wanted[2:], *wanted], 3) == (wanted[2], wanted[3], wanted[0])
    assert admitted(wanted, 0) == ()


def test_small_whole_pictures_are_not_counted() -> None:
    small = [View(0, max_width=w, max_height=640) for w in (160, 320, 480, 640)]
    assert admitted([*small, PART, *parts(2)], 1) == (*small, PART)
    large = [View(0), View(0, max_width=640), View(0, max_width=800, max_height=640)]
    assert admitted([*large, PART], 1) == (large[0],)


def test_small_whole_pictures_of_a_camera_are_bounded() -> None:
    small = [View(0, max_width=640, max_height=h) for h in range(1, MAX_SMALL_VIEWS + 4)]
    others = [View(1, max_width=80, max_height=80)]
    assert admitted([*small, *others], 2) == (*small[: MAX_SMALL_VIEWS + 2], *others)


SIDES = st.none() | st.integers(1, 65500)
REGIONS = st.builds(
    Region, st.integers(0, 65500), st.integers(0, 65500), st.integers(1, 65500), st.integers(1, 9)
)
VIEWS = st.builds(
    View, st.integers(0, 2**64 - 1), st.none() | REGIONS, SIDES, SIDES, st.none() | st.just(80)
)


@given(st.lists(VIEWS), st.integers(0, 8))
def test_never_more_than_allowed_and_none_is_left_out_without_need(
    views: list[View], most: int
) -> None:
    made = admitted(views, most)
    assert set(made) <= set(views)
    assert len({view.id for view in made}) == len(made)
    assert all(0 < view.id < 2**32 for view in made)
    assert sum(not view.small for view in made) <= most
    assert admitted(made, most) == made
    if len(set(views)) <= most:
        assert set(made) == set(views)
