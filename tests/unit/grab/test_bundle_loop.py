from __future__ import annotations

import itertools

from camstrm.wire import MAX_CAMERAS, CameraState, Demand, View, decode_bundle, encode_bundle
from tests.fakes.clock import START_NS
from tests.fakes.grabber.bundle_loop_rig import ALL, PERIOD, Rig
from tests.fakes.grabber.grab_links import FakeLink


def test_while_nobody_watches_nothing_is_asked(two: Rig) -> None:
    two.loop.advance(5.0)
    two.demand(Demand(cameras=()))
    two.loop.advance(5.0)
    assert two.links[0].requests == []
    assert two.sent == []


def test_a_bundle_goes_as_soon_as_all_have_answered(two: Rig) -> None:
    two.demand()
    two.answer(two.links[1], 1)
    assert two.sent == []
    two.loop.advance(0.01)
    two.answer(two.links[0], 0)
    (bundle,) = two.sent
    assert (bundle.seq, bundle.timestamp_us) == (1, START_NS // 1000)
    assert two.pictures(bundle) == {0: b"picture 0", 1: b"picture 1"}
    assert [frame.camera_index for frame in bundle.frames] == [0, 1]


def test_one_bundle_a_tick_and_seq_grows(two: Rig) -> None:
    two.demand()
    for _ in range(10):
        two.answer_all()
        two.loop.advance(PERIOD)
    assert [bundle.seq for bundle in two.sent] == list(range(1, 11))
    assert two.bundles.bundles == 10
    stamps = [bundle.timestamp_us for bundle in two.sent]
    assert {b - a for a, b in itertools.pairwise(stamps)} == {50_000}
    assert [request.seq for request in two.links[0].requests] == list(range(1, 12))


def test_a_slow_camera_delays_nobody(two: Rig) -> None:
    two.demand()
    two.answer(two.links[0], 0)
    two.loop.advance(0.044)
    assert two.sent == []
    two.loop.advance(0.002)
    (bundle,) = two.sent
    assert two.pictures(bundle) == {0: b"picture 0"}
    assert (two.missed(0), two.missed(1)) == (0, 1)


def test_a_picture_that_comes_too_late_goes_with_the_next_bundle(two: Rig) -> None:
    two.demand()
    two.answer(two.links[0], 0)
    two.loop.advance(0.048)
    two.answer(two.links[1], 1, text="late")
    assert len(two.sent) == 1
    two.loop.advance(0.002)
    two.answer(two.links[0], 0)
    two.answer(two.links[1])
    assert two.pictures(two.sent[1]) == {0: b"picture 0", 1: b"late 1"}
    assert two.missed(1) == 1


def test_a_newer_picture_goes_before_a_late_one(one: Rig) -> None:
    one.demand()
    one.loop.advance(0.048)
    one.answer(one.links[0], 0, text="late")
    one.loop.advance(0.002)
    one.answer(one.links[0], 0, text="new")
    assert one.pictures(one.sent[1]) == {0: b"new 0"}


def test_a_camera_that_has_not_answered_is_not_asked_again(two: Rig) -> None:
    two.demand()
    for _ in range(4):
        if two.links[0].busy:
            two.answer(two.links[0], 0)
        two.loop.advance(PERIOD)
    assert len(two.links[1].requests) == 1
    assert len(two.links[0].requests) == 5
    # The first bundle waited for it, the later ones did not.
    assert two.missed(1) == 4
    assert two.missed(0) == 0


def test_a_camera_without_a_new_frame_has_missed_nothing(one: Rig) -> None:
    one.demand()
    one.answer(one.links[0])
    (bundle,) = one.sent
    assert one.pictures(bundle) == {}
    assert bundle.frames[0].state == CameraState.STREAMING
    assert one.missed(0) == 0


def test_a_camera_that_does_not_stream_has_missed_nothing(two: Rig) -> None:
    two.supervisor.set_state(1, CameraState.LOST)
    two.demand()
    two.answer(two.links[0], 0)
    two.loop.advance(PERIOD)
    frame = two.sent[0].frames[1]
    assert (frame.state, frame.state_since_us, len(frame.payload)) == (CameraState.LOST, 7, 0)
    assert two.missed(1) == 0


def test_a_camera_of_the_same_process_that_was_not_asked_has_missed_nothing() -> None:
    rig = Rig(FakeLink(0, 1))
    rig.demand(Demand(cameras=(0,)))
    rig.loop.advance(0.048)
    assert (rig.missed(0), rig.missed(1)) == (1, 0)


def test_a_process_that_is_not_up_is_not_waited_for(two: Rig) -> None:
    two.links[1].opened = False
    two.demand()
    two.answer(two.links[0], 0)
    assert len(two.sent) == 1
    assert two.missed(1) == 0


def test_cameras_without_any_process_are_in_every_bundle(one: Rig) -> None:
    one.supervisor.list.clear()
    one.supervisor.set_state(0, CameraState.BACKING_OFF)
    one.demand()
    (bundle,) = one.sent
    assert bundle.frames[0].state == CameraState.BACKING_OFF


def test_only_wanted_cameras_are_asked(two: Rig) -> None:
    two.demand(Demand(cameras=(1, 5)))
    assert two.links[0].requests == []
    assert [r.cameras for r in two.links[1].requests] == [(1,)]
    two.answer(two.links[1], 1)
    assert [f.camera_index for f in two.sent[0].frames] == [0, 1], "all states are told"


def test_a_demand_for_cameras_that_are_not_there_still_tells_the_states(two: Rig) -> None:
    two.demand(Demand(cameras=(9,)))
    assert len(two.sent) == 1
    assert two.pictures(two.sent[0]) == {}


def test_hello_status_and_bundles_speak_of_the_same_256_cameras() -> None:
    rig = Rig(*(FakeLink(index) for index in range(MAX_CAMERAS + 3)))
    rig.demand()
    rig.answer_all()
    bundle = rig.sent[-1]
    ledgers = rig.supervisor.ledgers
    assert len(ledgers) == MAX_CAMERAS + 3
    of_bundle = [frame.camera_index for frame in bundle.frames]
    assert of_bundle == [info.index for info in ledgers.infos()]
    assert of_bundle == [status.index for status in ledgers.statuses()]
    assert len(of_bundle) == MAX_CAMERAS
    assert set(rig.pictures(decode_bundle(encode_bundle(bundle)))) == set(of_bundle)
    rig.bundles.demand(Demand(cameras=(), views=(View(MAX_CAMERAS), View(0))))
    rig.loop.advance(PERIOD)
    assert len(rig.sent[-1].frames) == MAX_CAMERAS, "views have no room"


def test_a_late_picture_of_a_camera_that_nobody_wants_any_more_is_dropped(two: Rig) -> None:
    two.demand()
    two.answer(two.links[0], 0)
    two.loop.advance(0.048)
    two.answer(two.links[1], 1)
    two.demand(Demand(cameras=(0,)))
    two.loop.advance(0.002)
    two.answer(two.links[0], 0)
    assert two.pictures(two.sent[1]) == {0: b"picture 0"}


def test_refresh_is_asked_once_of_each_camera(two: Rig) -> None:
    two.links[1].opened = False
    two.demand(Demand(cameras=None, refresh=True))
    assert two.links[0].requests[0].refresh == (0,)
    two.answer(two.links[0], 0)
    two.loop.advance(PERIOD)
    assert two.links[0].requests[1].refresh == ()
    two.answer(two.links[0])
    two.links[1].opened = True
    two.loop.advance(PERIOD)
    assert two.links[1].requests[0].refresh == (1,), "asked when its process is up"
    two.answer_all()
    two.loop.advance(PERIOD)
    assert two.links[1].requests[1].refresh == ()


def test_refresh_of_a_camera_that_is_not_wanted_any_more_is_forgotten(two: Rig) -> None:
    two.links[1].opened = False
    two.demand(Demand(cameras=None, refresh=True))
    two.demand(Demand(cameras=(0,)))
    two.links[1].opened = True
    two.answer_all()
    two.demand(ALL)
    two.loop.advance(PERIOD)
    assert two.links[1].requests[0].refresh == ()


def test_when_the_last_viewer_goes_it_stops_at_once(two: Rig) -> None:
    two.demand()
    two.demand(Demand(cameras=()))
    two.answer_all()
    two.loop.advance(5.0)
    assert two.sent == []
    assert two.loop.waiting == []
    two.demand()
    two.answer_all()
    assert len(two.sent) == 1
    assert two.sent[0].seq == 2
    assert two.missed(0) == 0


def test_pictures_of_cameras_that_the_process_does_not_have_are_refused(two: Rig) -> None:
    two.demand()
    foreign = FakeLink(1)
    foreign.requests = two.links[1].requests
    two.bundles.answer(two.links[0], foreign.picture(1))  # type: ignore[arg-type]
    two.answer(two.links[1])
    assert two.pictures(two.sent[0]) == {}


def test_an_answer_out_of_turn_makes_no_bundle(one: Rig) -> None:
    one.demand()
    one.answer_all()
    one.answer(one.links[0], 0)
    assert len(one.sent) == 1


def test_pictures_are_reduced_to_the_budget() -> None:
    rig = Rig(FakeLink(0), max_mbit=1.0)
    rig.demand()
    for _ in range(100):
        rig.answer(rig.links[0], 0, text="x" * 100_000)
        rig.loop.advance(PERIOD)
    first, last = rig.links[0].requests[0], rig.links[0].requests[-1]
    assert (first.quality, first.halvings) == (100, 0), "as camera and view say"
    assert (last.quality, last.halvings) == (30, 3), "16 Mbit/s come, whatever is asked for"
    rig.demand(Demand(cameras=()))
    rig.loop.advance(60.0)
    rig.demand()
    rig.answer(rig.links[0], 0)
    assert rig.links[0].requests[-1].quality == 30, "the pause was no room"


def test_processes_know_how_long_the_bundle_waits(one: Rig) -> None:
    one.demand()
    one.demand(Demand(None, max_fps=10.0))
    one.answer_all()
    one.loop.advance(PERIOD)
    assert [r.within_us for r in one.links[0].requests] == [45_000, 90_000]
