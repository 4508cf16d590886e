"""Smaller pictures for slow viewers, among the views that viewers asked for."""

from __future__ import annotations

from msgspec.structs import replace

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.ladder import RUNGS
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.wire import Demand, Subscribe, View, rounded
from tests.fakes.bridge.viewed_hub import FakeSource, asks, drain, granted, join, region
from tests.fakes.clock import Clock


def step(hub: BundleHub, viewer: ViewerSender, rung: int) -> None:
    viewer.outbox.ladder.rung = rung
    hub._step(viewer.outbox)


def smaller(view: View, rung: int) -> View:
    side, quality, _ = RUNGS[rung]
    return replace(view, max_width=side, max_height=side, quality=quality)


def test_slow_viewer_gets_small_pictures_in_the_place_of_whole_ones(
    hub: BundleHub, source: FakeSource
) -> None:
    fast, slow, other = join(hub), join(hub), join(hub)
    step(hub, slow, 3)
    small = [smaller(View(i), 3) for i in range(2)]
    assert set(source.views()) == set(small)
    assert source.demands[-1].cameras is None, "the fast ones still watch"
    step(hub, other, 3)
    assert len(source.views()) == 2, "viewers on one rung share the pictures"
    source.tick()
    assert drain(fast) == [{0: "0.0#1", 1: "1.0#1"}]
    assert drain(slow) == drain(other) == [{i: f"{i}.{small[i].id}#1" for i in range(2)}]
    assert (fast.outbox.status().reduced, slow.outbox.status().reduced) == (0, 320)
    step(hub, slow, 0)
    step(hub, other, 0)
    assert source.views() == ()
    source.tick()
    assert drain(slow) == [{0: "0.0#2", 1: "1.0#2"}]
    assert slow.outbox.status().reduced == 0


def test_whole_pictures_that_nobody_sees_are_not_made(hub: BundleHub, source: FakeSource) -> None:
    slow = join(hub)
    step(hub, slow, 4)
    fast = join(hub)
    hub.leave(fast)
    assert [demand.cameras for demand in source.demands[-3:]] == [(), None, ()]
    hub.leave(slow)
    assert source.demands[-1] == Demand(())


def test_after_a_step_no_large_picture_goes(
    hub: BundleHub, source: FakeSource, clock: Clock
) -> None:
    join(hub)
    slow = join(hub)
    source.tick()
    step(hub, slow, 3)
    assert drain(slow) == [], "the bundle that waits has whole pictures"
    source.tick()
    assert drain(slow) == [{i: f"{i}.{smaller(View(i), 3).id}#2" for i in range(2)}]
    step(hub, slow, 4)
    made = source.demands[-1]
    source.demands[-1] = Demand(None)  # a source that does not make them
    source.tick()
    assert drain(slow) == []
    clock.now += 0.6
    source.tick()
    assert drain(slow) == [{0: "0.0#4", 1: "1.0#4"}], "what it asked for is better than nothing"
    source.demands[-1] = made


def test_views_of_a_slow_viewer_are_reduced_too(hub: BundleHub, source: FakeSource) -> None:
    slow, fast = join(hub), join(hub)
    asks(hub, slow, View(0, max_width=640, max_height=640), region(0), cameras=())
    asks(hub, fast, region(80), cameras=())
    step(hub, slow, 4)
    tile, zoomed = View(0, max_width=640, max_height=640), rounded(region(0))
    made = {smaller(tile, 4), smaller(zoomed, 4)}
    assert set(source.views()) == {*made, rounded(region(80))}, "the large ones have no viewer"
    source.tick()
    drained = drain(slow)
    assert drained == [
        {
            tile.id << 16: f"0.{smaller(tile, 4).id}#1",
            zoomed.id << 16: f"0.{smaller(zoomed, 4).id}#1",
        }
    ], "under the numbers that it was answered"


def test_where_no_place_is_left_a_slow_viewer_gets_what_it_asked_for(
    hub: BundleHub, source: FakeSource
) -> None:
    slow, fast = join(hub), join(hub)
    asks(hub, slow, region(0), cameras=())
    asks(hub, fast, region(0), region(80), cameras=())
    step(hub, slow, 2)
    assert set(source.views()) == {rounded(region(0)), rounded(region(80))}
    hub.leave(fast)
    assert set(source.views()) == {smaller(rounded(region(0)), 2)}


def test_wishes_go_before_smaller_pictures(hub: BundleHub, source: FakeSource) -> None:
    slow, fast = join(hub), join(hub)
    asks(hub, slow, region(0), cameras=())
    asks(hub, fast, region(0), cameras=())
    step(hub, slow, 2)
    assert len(source.views()) == 2
    assert asks(hub, fast, region(0), region(80), cameras=()) == (
        granted(region(0)),
        granted(region(80)),
    )
    assert set(source.views()) == {rounded(region(0)), rounded(region(80))}


def test_an_ack_that_comes_late_leads_to_smaller_pictures(
    hub: BundleHub, source: FakeSource, clock: Clock
) -> None:
    join(hub)
    slow = join(hub)
    for _ in range(2):
        source.tick()
        slow.outbox.last_size = 450_000
        drain(slow)
        clock.now += 1.5
        slow.acknowledge(source.seq)
    assert slow.outbox.ladder.rung == 3
    assert source.views() == tuple(smaller(View(i), 3) for i in range(2))


def test_a_viewer_that_wants_no_smaller_pictures_gets_none(
    hub: BundleHub, source: FakeSource, clock: Clock
) -> None:
    slow = join(hub)
    hub.subscribe_message(slow, Subscribe(reduce=False))
    acknowledge_late(slow, source, clock)
    assert slow.outbox.ladder.rung == 0
    hub.subscribe_message(slow, Subscribe())
    acknowledge_late(slow, source, clock)
    assert slow.outbox.ladder.rung > 0
    assert source.views()
    hub.subscribe_message(slow, Subscribe(reduce=False))
    assert slow.outbox.ladder.rung == 0
    assert slow.outbox.reduced == 0
    assert source.views() == ()


def acknowledge_late(viewer: ViewerSender, source: FakeSource, clock: Clock) -> None:
    """Acknowledge two bundles, each 1.5 seconds after it went."""
    for _ in range(2):
        source.tick()
        viewer.outbox.last_size = 450_000
        drain(viewer)
        clock.now += 1.5
        viewer.acknowledge(source.seq)


def test_a_viewer_that_never_acknowledges_is_never_reduced(
    hub: BundleHub, source: FakeSource, clock: Clock
) -> None:
    viewer = join(hub)
    for _ in range(20):
        source.tick()
        drain(viewer)
        clock.now += 5
    assert viewer.outbox.ladder.rung == 0
    assert source.views() == ()
