"""Which views are made for which wishes, at the same time, and which are the same one."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.wire import Region, View, admitted, rounded
from camstrm.wire.views import GRID, MAX_SIDE, MAX_SMALL_VIEWS, QUALITIES, SIZES

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


@pytest.mark.parametrize(
    ("wish", "made"),
    [
        (View(3), View(3)),
        (View(0, Region(0, 0, 8, 8)), View(0, Region(0, 0, 8, 8))),
        (View(0, Region(7, 9, 1, 7)), View(0, Region(0, 8, 8, 8))),
        (View(0, Region(1200, 804, 640, 480)), View(0, Region(1200, 800, 640, 488))),
        (View(0, Region(65499, 65500, 9, 1)), View(0, Region(65496, 65496, 4, 4))),
        (View(0, None, 1, 80), View(0, None, 80, 80)),
        (View(0, None, 81, 7681), View(0, None, 160, 7681)),
        (View(0, quality=1), View(0, quality=40)),
        (View(0, quality=61), View(0, quality=80)),
        (View(0, quality=96), View(0, quality=96)),
    ],
)
def test_a_wish_is_rounded_outwards_and_up(wish: View, made: View) -> None:
    assert rounded(wish) == made


@given(VIEWS)
def test_what_is_made_holds_what_was_asked_for_and_is_its_own_rounding(view: View) -> None:
    made = rounded(view)
    assert rounded(made) == made
    if view.region is None:
        assert made.region is None
    else:
        wish, region = view.region, made.region
        assert region is not None
        assert region.x <= wish.x
        assert region.y <= wish.y
        assert region.x + region.width >= min(wish.x + wish.width, MAX_SIDE)
        assert region.y + region.height >= min(wish.y + wish.height, MAX_SIDE)
        assert wish.x - region.x < GRID
        assert region.x % GRID == region.y % GRID == 0
    for limit, steps in (("max_width", SIZES), ("max_height", SIZES), ("quality", QUALITIES)):
        before, after = getattr(view, limit), getattr(made, limit)
        assert (before is None) == (after is None)
        assert before is None or after in steps or after == before > steps[-1]


def test_an_id_is_what_the_format_says() -> None:
    view = View(2, Region(1200, 800, 640, 488), 1280, 960, 90)
    numbers = struct.pack("<9I", 2, 1, 1200, 800, 640, 488, 1280, 960, 90)
    assert view.id == zlib.crc32(numbers)
    assert View(2).id == zlib.crc32(struct.pack("<9I", 2, 0, 0, 0, 0, 0, 0, 0, 0))


@given(VIEWS, VIEWS)
def test_ids_differ_where_views_do(one: View, other: View) -> None:
    assert (one.id == other.id) == (one == other)
    assert 0 < one.id < 2**32
