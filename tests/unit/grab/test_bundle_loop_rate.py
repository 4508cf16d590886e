"""When the bundle loop ticks: at the rate that viewers want and cameras give."""

from __future__ import annotations

from camstrm.config import StreamSettings
from camstrm.wire import CameraState, Demand
from tests.fakes.clock import START_NS
from tests.fakes.grabber.bundle_loop_rig import ALL, FPS, PERIOD, Rig, ages_of_frames
from tests.fakes.grabber.grab_links import FakeLink


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
