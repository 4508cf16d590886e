from __future__ import annotations

import itertools
from typing import Any

import pytest

from camstrm.config import CameraSettings, StreamSettings
from camstrm.grab.bundle_loop import BundleLoop
from camstrm.wire import (
    MAX_CAMERAS,
    CameraFrame,
    CameraState,
    Demand,
    FrameBundle,
    Region,
    View,
    decode_bundle,
    encode_bundle,
)
from tests.fakes.clock import START_NS
from tests.fakes.grabber.grab_links import FakeLink, FakeSupervisor
from tests.fakes.manual_loop import ManualLoop

ALL = Demand(cameras=None)
FPS = 20.0
PERIOD = 1 / FPS


class Rig:
    """A BundleLoop at 20 fps on links that answer when told to."""

    def __init__(self, *links: FakeLink, max_mbit: float = 0.0, max_views: int = 8) -> None:
        self.loop = ManualLoop()
        self.links = links
        self.supervisor = FakeSupervisor(*links)
        self.sent: list[FrameBundle] = []
        supervisor: Any = self.supervisor
        stream = StreamSettings(fps=FPS, max_mbit=max_mbit, max_views=max_views)
        loop: Any = self.loop
        self.bundles = BundleLoop(
            loop,
            supervisor,
            supervisor.ledgers,
            stream,
            self.sent.append,
            utc_ns=self.loop.clock.time_ns,
        )

    def demand(self, demand: Demand = ALL) -> None:
        """Say what is wanted and let what is due at once happen."""
        self.bundles.demand(demand)
        self.loop.advance(0)

    def answer(self, link: FakeLink, *indices: int, text: str = "picture") -> None:
        self.bundles.answer(link, link.picture(*indices, text=text))  # type: ignore[arg-type]

    def answer_all(self) -> None:
        for link in self.links:
            if link.busy:
                self.answer(link, *link.group.indices)

    def pictures(self, bundle: FrameBundle) -> dict[int, bytes]:
        frames = [f for f in bundle.frames if not f.view]
        return {f.camera_index: bytes(f.payload) for f in frames if len(f.payload)}

    def views(self, bundle: FrameBundle) -> dict[int, bytes]:
        return {f.view: bytes(f.payload) for f in bundle.frames if f.view}

    def missed(self, index: int) -> int:
        return int(self.supervisor.ledgers[index].counters.missed)


@pytest.fixture
def one() -> Rig:
    return Rig(FakeLink(0))


@pytest.fixture
def two() -> Rig:
    return Rig(FakeLink(0), FakeLink(1))


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


def test_no_more_often_than_the_viewers_want(one: Rig) -> None:
    one.demand(Demand(cameras=None, max_fps=5.0))
    for _ in range(40):
        one.answer_all()
        one.loop.advance(PERIOD)
    assert len(one.sent) == 10


def test_never_more_often_than_configured(one: Rig) -> None:
    one.demand(Demand(cameras=None, max_fps=500.0))
    for _ in range(20):
        one.answer_all()
        one.loop.advance(PERIOD)
    assert len(one.sent) == 20


def test_a_viewer_that_wants_more_does_not_wait_for_the_slow_one_s_tick(one: Rig) -> None:
    one.demand(Demand(cameras=None, max_fps=0.01))
    one.answer_all()
    assert one.loop.waiting == [10.0], "once in ten seconds is the slowest"
    one.loop.advance(3.0)
    one.demand(ALL)
    one.answer_all()
    assert len(one.sent) == 2
    one.demand(ALL)
    assert one.loop.waiting == [PERIOD], "a repeated demand is no reason for another tick"


def test_a_demand_right_after_a_tick_waits_for_the_period(one: Rig) -> None:
    one.demand(Demand(cameras=None, max_fps=1.0))
    one.answer_all()
    one.loop.advance(0.01)
    one.demand(ALL)
    assert one.loop.waiting == [0.04]


def test_a_loop_that_was_held_up_makes_up_for_nothing(one: Rig) -> None:
    one.demand()
    one.answer_all()
    one.loop.clock.advance(1.0)
    one.loop.advance(0)
    assert len(one.links[0].requests) == 2
    one.answer_all()
    one.loop.advance(0)
    assert len(one.sent) == 2
    assert one.loop.waiting == [PERIOD]


def test_a_tick_that_is_a_little_late_keeps_the_beat(one: Rig) -> None:
    one.demand()
    one.answer_all()
    one.loop.clock.advance(0.06)
    one.loop.advance(0)
    assert one.loop.waiting[0] == 0.04


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


def test_the_tick_follows_the_slowest_camera() -> None:
    rig = Rig(FakeLink(0), FakeLink(1))
    rig.supervisor.set_state(0, CameraState.STREAMING, grab_fps=40.0)
    rig.supervisor.set_state(1, CameraState.STREAMING, grab_fps=400.0)
    rig.demand()
    ages_ms = []
    for _ in range(60):
        # The camera's frames come at whole 25 ms, the first tick 10 ms after one of them.
        tick_us = rig.loop.clock.time_ns() // 1000
        age_us = (tick_us - START_NS // 1000 + 10_000) % 25_000
        ages_ms.append(age_us / 1000)
        for link, capture_us in ((rig.links[0], tick_us - age_us), (rig.links[1], tick_us)):
            bundle = link.picture(*link.group.indices, capture_time_us=capture_us)
            rig.bundles.answer(link, bundle)  # type: ignore[arg-type]
        rig.loop.advance(rig.loop.waiting[0] + 1e-6)  # it is rounded
    assert ages_ms[0] == 10.0
    assert 1.0 <= min(ages_ms) <= max(ages_ms[-10:]) <= 3.0
    assert len(rig.sent) == 60


def test_slow_ticks_follow_the_camera_that_is_watched() -> None:
    """At 4 Hz for one viewer, of an 8 fps camera; nobody watches the slower one."""
    rig = Rig(FakeLink(0), FakeLink(1))
    rig.supervisor.set_state(0, CameraState.STREAMING, grab_fps=8.0)
    rig.supervisor.set_state(1, CameraState.STREAMING, grab_fps=7.0)
    rig.demand(Demand(cameras=(0,), max_fps=4.0))
    ages_ms = ages_of_frames(rig, {0: (125_000, 60_000)}, ticks=60)[0]
    assert ages_ms[0] == 60.0
    assert 0.0 <= min(ages_ms[-10:]) <= max(ages_ms[-10:]) <= 4.0


def test_of_two_cameras_of_one_rate_the_ticks_follow_one() -> None:
    """Measured rates jitter: now one, now the other is the slower."""
    rig = Rig(FakeLink(0), FakeLink(1))
    rig.demand()
    frames = {0: (25_000, 10_000), 1: (25_000, 20_000)}
    ages_ms: list[float] = []
    for turn in range(60):
        for index in (0, 1):
            fps = 39.9 if turn % 2 == index else 40.1
            rig.supervisor.set_state(index, CameraState.STREAMING, grab_fps=fps)
        ages_ms += ages_of_frames(rig, frames, ticks=1)[0]
    assert 0.0 <= min(ages_ms[-10:]) <= max(ages_ms[-10:]) <= 4.0


def ages_of_frames(
    rig: Rig, frames: dict[int, tuple[int, int]], ticks: int
) -> dict[int, list[float]]:
    """Answer ticks with cameras' newest frames; return their ages in ms.

    ``frames``: for each camera the period of its frames and the age of the newest one at the
    clock's start, in microseconds.
    """
    ages: dict[int, list[float]] = {index: [] for index in frames}
    for _ in range(ticks):
        tick_us = rig.loop.clock.time_ns() // 1000
        for index, (period_us, offset_us) in frames.items():
            age_us = (tick_us - START_NS // 1000 + offset_us) % period_us
            ages[index].append(age_us / 1000)
            link = rig.links[index]
            bundle = link.picture(index, capture_time_us=tick_us - age_us)
            rig.bundles.answer(link, bundle)  # type: ignore[arg-type]
        rig.loop.advance(rig.loop.waiting[0] + 1e-6)  # it is rounded
    return ages


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


def test_processes_know_how_long_the_bundle_waits(one: Rig) -> None:
    one.demand()
    one.demand(Demand(None, max_fps=10.0))
    one.answer_all()
    one.loop.advance(PERIOD)
    assert [r.within_us for r in one.links[0].requests] == [45_000, 90_000]


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


def test_it_is_on_time_while_its_ticks_come_and_while_nobody_watches() -> None:
    rig = Rig(FakeLink(0))
    assert rig.bundles.on_time
    rig.demand()
    for _ in range(3):
        rig.loop.advance(PERIOD)
        rig.answer_all()
    assert rig.bundles.on_time
    # The loop itself stood still, or the tick was lost: the watchdog must notice.
    assert rig.bundles._tick_timer is not None
    rig.bundles._tick_timer.cancel()
    rig.loop.advance(6.0)
    stands_still = not rig.bundles.on_time
    assert stands_still
    rig.demand(Demand())
    assert rig.bundles.on_time


def test_a_reload_changes_the_rate_of_the_ticks() -> None:
    rig = Rig(FakeLink(0))
    rig.demand()
    rig.bundles.reload(StreamSettings(fps=2 * FPS))
    before = rig.bundles.bundles
    for _ in range(20):
        rig.loop.advance(PERIOD / 2)
        rig.answer_all()
    assert rig.bundles.bundles - before in (19, 20, 21)
