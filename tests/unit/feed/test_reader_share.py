from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.feed.reader_share import ReaderShare
from camstrm.wire import CameraFrame, CameraState, Demand, Encoding, FrameBundle, View


def bundle(seq: int, *pictures: bytes) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG if p else Encoding.NONE, payload=p)
        for i, p in enumerate(pictures)
    )
    return FrameBundle(seq, seq, frames)


def share(demand: Demand) -> ReaderShare:
    share = ReaderShare()
    share.demand = demand
    return share


@pytest.mark.parametrize("demand", [Demand(None), Demand((1,), 5.0), Demand(())])
def test_the_only_reader_gets_the_very_bundle(demand: Demand) -> None:
    one = bundle(1, b"a", b"b")
    for tick in range(3):
        assert share(demand).of(one, demand, tick / 1000) is one


def test_who_wants_nothing_gets_nothing() -> None:
    assert share(Demand(())).of(bundle(1, b"a"), Demand(None), 0.0) is None


def test_cameras_that_only_others_want_are_cut_out() -> None:
    part = share(Demand((1,))).of(bundle(1, b"a", b"b"), Demand((0, 1)), 0.0)
    assert part == bundle(1, b"", b"b")


def test_each_reader_gets_the_views_that_it_wants() -> None:
    small, large = View(0, max_width=320), View(0, max_width=640)
    made = Demand(None, views=(small, large))
    views = tuple(
        CameraFrame(0, CameraState.STREAMING, Encoding.JPEG, payload=b"v", view=v.id)
        for v in (small, large)
    )
    one = FrameBundle(1, 1, (*bundle(1, b"a").frames, *views))
    assert share(Demand(None)).of(one, made, 0.0) == bundle(1, b"a")
    assert share(made).of(one, made, 0.0) is one
    part = share(Demand((), views=(large,))).of(one, made, 0.0)
    assert part == FrameBundle(1, 1, (*bundle(1, b"").frames, views[1]))


def test_an_older_picture_of_a_view_does_not_come_to_a_reader_that_left_it() -> None:
    view = View(0, max_width=320)
    frame = CameraFrame(0, CameraState.STREAMING, Encoding.JPEG, payload=b"v", view=view.id)
    slow, made = share(Demand((), 1.0, views=(view,))), Demand(None, views=(view,))
    slow.of(FrameBundle(1, 1, (frame,)), made, 0.0)
    assert slow.of(FrameBundle(2, 2, (frame,)), made, 0.1) is None
    slow.wants(Demand(()))
    slow.wants(Demand((), 1.0, views=(view,)))
    part = slow.of(FrameBundle(3, 3, (CameraFrame(0, 2, view=view.id),)), made, 1.0)
    assert part is not None
    assert part.frames[0].payload == b""


def test_a_slower_reader_gets_its_rate_and_misses_no_picture() -> None:
    slow, made = share(Demand(None, 10.0)), Demand(None, 30.0)
    # Camera 1 has a picture each fourth tick.
    bundles = [bundle(n, b"a%d" % n, b"b%d" % n if n % 4 == 0 else b"") for n in range(30)]
    # A tick comes up to 2 ms too early or too late.
    parts = [slow.of(b, made, b.seq / 30 + (-1) ** b.seq * 0.002) for b in bundles]
    got = [part for part in parts if part is not None]
    assert [part.seq for part in got] == list(range(0, 30, 3))
    pictures = [bytes(part.frames[1].payload) for part in got]
    assert [p for p in pictures if p] == [b"b%d" % n for n in range(0, 28, 4)]


def test_a_picture_of_a_camera_that_is_no_longer_wanted_does_not_come_late() -> None:
    slow, made = share(Demand(None, 1.0)), Demand(None)
    slow.of(bundle(1, b"a", b"b"), made, 0.0)
    assert slow.of(bundle(2, b"c", b"d"), made, 0.1) is None
    slow.demand = Demand((0,), 1.0)
    assert slow.of(bundle(3, b"", b""), made, 1.0) == bundle(3, b"c", b"")
    slow.of(bundle(4, b"e", b""), made, 1.1)
    slow.demand = Demand(())
    slow.of(bundle(5, b"", b""), made, 1.2)
    slow.demand = Demand(None)
    assert slow.of(bundle(6, b"", b""), made, 1.3) == bundle(6, b"", b"")


def test_a_picture_that_came_early_is_not_lost_when_the_faster_reader_goes() -> None:
    slow, made = share(Demand((0, 1), 1.0)), Demand(None)
    slow.of(bundle(1, b"a", b"b", b"c"), made, 0.0)
    assert slow.of(bundle(2, b"d", b"e", b"f"), made, 0.1) is None
    part = slow.of(bundle(3, b"", b"g", b""), Demand((0, 1), 1.0), 1.0)
    assert part == bundle(3, b"d", b"g", b"")


def test_the_turn_of_a_reader_that_paused_is_at_once() -> None:
    slow, made = share(Demand(None, 1.0)), Demand(None)
    times = [0.0, 0.5, 1.0, 9.0, 9.5, 10.0]
    parts = [slow.of(bundle(n, b"a"), made, t) for n, t in enumerate(times)]
    assert [part is not None for part in parts] == [True, False, True, True, False, True]


@given(st.floats(0.2, 50.0), st.floats(0.001, 0.2))
def test_never_faster_than_wanted_in_the_long_run(max_fps: float, step_s: float) -> None:
    slow, made = share(Demand(None, max_fps)), Demand(None)
    times = [n * step_s for n in range(200)]
    sent = sum(slow.of(bundle(n, b"a"), made, t) is not None for n, t in enumerate(times))
    assert sent <= times[-1] * max_fps + 1.5
    assert sent >= min(len(times), times[-1] * max_fps) * 0.5
