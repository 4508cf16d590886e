"""Views in the bundles: what is asked for, and which entries come."""

from __future__ import annotations

import pytest

from camstrm.config import CameraSettings
from camstrm.wire import CameraFrame, CameraState, Demand, FrameBundle, Region, View, encode_bundle
from tests.fakes.grabber.bundle_loop_rig import PERIOD, Rig, ages_of_frames
from tests.fakes.grabber.grab_links import FakeLink

PART, SMALL, OTHER = (
    View(0, Region(0, 0, 64, 64)),
    View(0, max_width=160, max_height=160),
    View(1, max_width=960),
)


def test_views_are_asked_of_their_camera_and_come_behind_all_cameras(two: Rig) -> None:
    two.demand(Demand(None, views=(OTHER, PART)))
    assert two.links[0].requests[0].views == (PART,)
    assert two.links[1].requests[0].views == (OTHER,)
    assert two.links[0].requests[0].cameras == (0,)
    two.answer_all()
    (bundle,) = two.sent
    keys = [(f.camera_index, f.view) for f in bundle.frames]
    assert keys == [(0, 0), (1, 0), (1, OTHER.id), (0, PART.id)]
    assert two.pictures(bundle) == {0: b"picture 0", 1: b"picture 1"}
    assert two.views(bundle) == {OTHER.id: b"view picture 1", PART.id: b"view picture 0"}


def test_a_camera_that_is_only_viewed_has_its_state_and_no_picture(two: Rig) -> None:
    two.demand(Demand((1,), views=(PART,)))
    assert (two.links[0].requests[0].cameras, two.links[0].requests[0].views) == ((), (PART,))
    two.answer_all()
    assert [(f.camera_index, f.state) for f in two.sent[0].frames] == [(0, 2), (1, 2), (0, 2)]
    assert two.pictures(two.sent[0]) == {1: b"picture 1"}
    two.demand(Demand((), views=(PART,)))
    two.loop.advance(PERIOD)
    assert len(two.links[1].requests) == 1
    two.answer_all()
    assert two.views(two.sent[1]) == {PART.id: b"view picture 0"}


def test_without_a_new_picture_a_view_has_an_entry_with_the_camera_s_state(two: Rig) -> None:
    two.links[0].opened = False
    two.supervisor.set_state(0, CameraState.LOST)
    two.demand(Demand((1,), views=(PART,)))
    two.answer_all()
    frame = two.sent[0].frames[-1]
    assert (frame.view, frame.payload, frame.encoding) == (PART.id, b"", 0)
    assert (frame.camera_index, frame.state, frame.state_since_us) == (0, CameraState.LOST, 7)


def test_a_late_view_goes_with_the_next_bundle_and_is_missed_once(two: Rig) -> None:
    two.demand(Demand((1,), views=(PART,)))
    two.answer(two.links[1], 1)
    two.loop.advance(0.048)
    assert two.views(two.sent[0]) == {PART.id: b""}
    assert (two.missed(0), two.missed(1)) == (1, 0)
    two.answer(two.links[0], 0, text="late")
    two.loop.advance(0.002)
    two.answer(two.links[1], 1)
    two.bundles.answer(two.links[0], FrameBundle(2, 0, ()))  # type: ignore[arg-type]
    assert two.views(two.sent[1]) == {PART.id: b"view late 0"}
    assert two.missed(0) == 1


def test_a_tick_without_any_of_a_camera_s_pictures_is_missed_once(one: Rig) -> None:
    one.demand(Demand(None, views=(PART, SMALL)))
    one.loop.advance(0.048)
    assert one.missed(0) == 1


def test_what_comes_of_a_view_that_was_left_is_dropped(one: Rig) -> None:
    one.demand(Demand(None, views=(PART, SMALL)))
    one.loop.advance(0.048)
    one.demand(Demand(None, views=(PART,)))
    one.answer_all()
    one.demand(Demand(None, views=(PART, SMALL)))
    one.loop.advance(0.002)
    one.answer(one.links[0])
    assert one.views(one.sent[1]) == {PART.id: b"view picture 0", SMALL.id: b""}


def test_a_view_outside_the_frame_says_so_by_the_frame_s_size(one: Rig) -> None:
    one.demand(Demand(None, views=(PART,)))
    outside = CameraFrame(0, CameraState.STREAMING, source_width=32, source_height=9, view=PART.id)
    one.bundles.answer(one.links[0], FrameBundle(1, 0, (outside,)))  # type: ignore[arg-type]
    assert one.sent[0].frames[1] == outside


def test_a_refresh_asks_for_views_too(two: Rig) -> None:
    two.demand(Demand((1,), refresh=True, views=(PART,)))
    assert [link.requests[0].refresh for link in two.links] == [(0,), (1,)]
    two.answer_all()
    two.loop.advance(PERIOD)
    assert [link.requests[1].refresh for link in two.links] == [(), ()]


def test_no_more_views_than_allowed_and_the_older_ones_stay() -> None:
    rig = Rig(FakeLink(0), FakeLink(1), max_views=1)
    rig.demand(Demand(None, views=(OTHER, SMALL)))
    rig.demand(Demand(None, views=(PART, OTHER, SMALL)))
    rig.answer_all()
    assert set(rig.views(rig.sent[0])) == {OTHER.id, SMALL.id}
    rig.demand(Demand(None, views=(PART, SMALL)))
    rig.loop.advance(PERIOD)
    rig.answer_all()
    assert set(rig.views(rig.sent[1])) == {PART.id, SMALL.id}


def test_views_of_a_camera_that_is_found_later(two: Rig) -> None:
    absent = View(2, max_width=160)
    two.demand(Demand(None, refresh=True, views=(absent, View(2**40), PART)))
    two.answer_all()
    assert set(two.views(two.sent[0])) == {PART.id}
    link = FakeLink(2)
    two.supervisor.list.append(link)
    two.supervisor.ledgers.index_of(CameraSettings(serial="cam2"))
    two.loop.advance(PERIOD)
    assert link.requests[0].views == (absent,)


def test_every_bundle_can_be_encoded_however_many_cameras_there_are() -> None:
    rig = Rig(FakeLink(*range(250)), max_views=64)
    rig.demand(Demand(None, views=tuple(View(n, max_width=80) for n in range(20))))
    rig.answer_all()
    assert len(rig.sent[0].frames) == 256
    assert encode_bundle(rig.sent[0])


def test_a_bundle_that_would_be_too_large_goes_without_views(
    two: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camstrm.wire.bundle_change.MAX_BUNDLE_SIZE", 32 + 2 * 72 + 2 * 96 + 20)
    two.demand(Demand(None, views=(PART, OTHER)))
    two.answer_all()
    assert two.pictures(two.sent[0]) == {0: b"picture 0", 1: b"picture 1"}
    assert two.views(two.sent[0]) == {PART.id: b"", OTHER.id: b""}


def test_what_others_view_changes_no_entry_of_a_camera(two: Rig) -> None:
    two.demand()
    two.answer_all()
    two.demand(Demand(None, views=(PART, OTHER)))
    two.loop.advance(PERIOD)
    two.answer_all()
    assert two.sent[1].frames[:2] == two.sent[0].frames


def test_the_tick_follows_a_camera_that_is_only_viewed() -> None:
    rig = Rig(FakeLink(0), FakeLink(1))
    rig.supervisor.set_state(0, CameraState.STREAMING, grab_fps=8.0)
    rig.supervisor.set_state(1, CameraState.STREAMING, grab_fps=7.0)
    rig.demand(Demand((), max_fps=4.0, views=(PART,)))
    ages_ms = ages_of_frames(rig, {0: (125_000, 60_000)}, ticks=60)[0]
    assert ages_ms[0] == 60.0
    assert 0.0 <= min(ages_ms[-10:]) <= max(ages_ms[-10:]) <= 4.0


def test_views_count_for_the_budget() -> None:
    rig = Rig(FakeLink(0), max_mbit=1.0)
    rig.demand(Demand((), views=(PART,)))
    for _ in range(100):
        rig.answer(rig.links[0], 0, text="x" * 100_000)
        rig.loop.advance(PERIOD)
    assert rig.links[0].requests[-1].quality == 30
