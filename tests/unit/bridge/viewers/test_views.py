"""Views of several viewers, through the hub: who gets a place, who gets which entries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.ladder import RUNGS
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.views import MAX_WISHES
from camstrm.wire import (
    TO_VIEWER,
    Call,
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Demand,
    Encoding,
    FrameBundle,
    GrantedView,
    Hello,
    Limits,
    Region,
    Status,
    Subscribe,
    View,
    Views,
    decode_bundle,
    encode_bundle,
    rounded,
)
from tests.fakes.clock import Clock

CAMERAS = (CameraInfo(0, "left", "SN0"), CameraInfo(1, "right", "SN1"))
HELLO = Hello("run1", cameras=CAMERAS, limits=Limits(stream_fps=30.0, max_views=2))
TILE = View(0, max_width=320, max_height=320)


def region(x: int, camera: int = 0) -> View:
    return View(camera, Region(x, 0, 64, 64), max_width=640)


class FakeGrabber:
    """Makes what is demanded, each picture with its key and the bundle's number as payload."""

    def __init__(self, hub: BundleHub) -> None:
        self.hub = hub
        self.demands: list[Demand] = []
        self.seq = 0

    def __call__(self, message: Demand | Call) -> bool:
        assert isinstance(message, Demand)
        self.demands.append(message)
        return True

    def views(self) -> tuple[View, ...]:
        return self.demands[-1].views

    def tick(self, *, pictures: bool = True) -> None:
        self.seq += 1
        demand = self.demands[-1]
        frames = [
            self.frame(CameraFrame(i, CameraState.STREAMING), pictures and wanted)
            for i in range(len(CAMERAS))
            for wanted in (demand.cameras is None or i in demand.cameras,)
        ]
        frames += [
            self.frame(CameraFrame(v.camera, CameraState.STREAMING, view=v.id), pictures)
            for v in demand.views
        ]
        bundle = FrameBundle(self.seq, 0, tuple(frames))
        data = memoryview(encode_bundle(bundle))
        self.hub.grabber_sent_bundle(SharedBundle(decode_bundle(data), data), len(data))

    def frame(self, frame: CameraFrame, picture: bool) -> CameraFrame:
        if not picture:
            return frame
        payload = f"{frame.camera_index}.{frame.view}#{self.seq}".encode()
        return replace(frame, encoding=Encoding.JPEG, payload=payload)


class FakeViewer(ViewerSender):
    """A viewer without a connection: what it is to get stays in its outbox."""

    kind = "fake"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock: Clock) -> BundleHub:
    return BundleHub("camstrm test", window=4, clock=clock, demand=DemandKeeper(interval_s=0.0))


@pytest.fixture
def grabber(hub: BundleHub) -> Iterator[FakeGrabber]:
    grabber = FakeGrabber(hub)
    hub.grabber_came(HELLO, grabber)
    yield grabber
    hub.grabber_went()


def join(hub: BundleHub) -> FakeViewer:
    viewer = FakeViewer(hub.make_outbox(), "a", send_timeout_s=1.0)
    hub.join(viewer)
    drain(viewer)
    return viewer


def drain(viewer: ViewerSender) -> list[object]:
    """Take all: answers, and of bundles the keys and payloads of what has a picture."""
    items: list[object] = []
    while (item := viewer.outbox.take()) is not None:
        if isinstance(item, bytes):
            message = TO_VIEWER.decode(item)
            if isinstance(message, Views):
                items.append(message.views)
        else:
            parts, size = item.message(viewer.outbox.selection)
            data = b"".join(parts)
            frames = decode_bundle(data[len(data) - size :]).frames
            items.append({f.key: bytes(f.payload).decode() for f in frames if f.payload})
    return items


def asks(
    hub: BundleHub, viewer: ViewerSender, *views: View, cameras: tuple[()] | None = None
) -> tuple[GrantedView, ...] | None:
    """Let a viewer subscribe; return the answer."""
    hub.subscribe_message(viewer, Subscribe(cameras, None, views))
    answers = [item for item in drain(viewer) if isinstance(item, tuple)]
    assert len(answers) <= 1
    return answers[0] if answers else None


def granted(view: View) -> GrantedView:
    made = rounded(view)
    return GrantedView(made.id, made.camera, made.region)


def test_a_view_is_answered_demanded_and_sent(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    wish = View(1, Region(3, 5, 100, 50), max_width=700, quality=70)
    made = View(1, Region(0, 0, 104, 56), max_width=800, quality=80)
    assert asks(hub, viewer, wish) == (granted(wish),)
    assert grabber.demands[-1] == Demand(None, None, refresh=True, views=(made,))
    grabber.tick()
    key = made.id << 16 | 1
    assert drain(viewer) == [{0: "0.0#1", 1: "1.0#1", key: f"1.{made.id}#1"}]


def test_each_viewer_gets_the_entries_of_its_views_only(
    hub: BundleHub, grabber: FakeGrabber
) -> None:
    plain, one, two = join(hub), join(hub), join(hub)
    asks(hub, one, region(0))
    asks(hub, two, region(0), region(80))
    assert len(grabber.views()) == 2, "equal views are one"
    grabber.tick()
    first, second = (rounded(region(x)).id << 16 for x in (0, 80))
    assert [
        set(keys) for v in (plain, one, two) for keys in drain(v) if isinstance(keys, dict)
    ] == [
        {0, 1},
        {0, 1, first},
        {0, 1, first, second},
    ]


def test_a_tile_alone_leaves_the_whole_picture_out(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    asks(hub, viewer, TILE, cameras=())
    assert grabber.demands[-1] == Demand((), None, refresh=True, views=(rounded(TILE),))
    grabber.tick()
    assert drain(viewer) == [{TILE.id << 16: f"0.{TILE.id}#1"}]
    grabber.tick()
    item = viewer.outbox.take()
    assert isinstance(item, SharedBundle)
    parts, _ = item.message(viewer.outbox.selection)
    frames = decode_bundle(bytes(parts[1])).frames
    assert [f.key for f in frames] == [0, 1, TILE.id << 16], "the headers of all cameras come"


def test_one_view_too_many_waits_for_a_place(hub: BundleHub, grabber: FakeGrabber) -> None:
    one, two, three = join(hub), join(hub), join(hub)
    asks(hub, one, region(0))
    asks(hub, two, region(80))
    full = GrantedView(0, 0, None, "2 different views are watched already (stream.max_views)")
    assert asks(hub, three, region(160), region(80)) == (full, granted(region(80)))
    assert len(grabber.views()) == 2
    hub.leave(one)
    assert drain(three) == [(granted(region(160)), granted(region(80)))]
    assert drain(two) == [], "nothing has changed for it"
    assert set(grabber.views()) == {rounded(region(80)), rounded(region(160))}
    hub.leave(three)
    assert grabber.views() == (rounded(region(80)),)


def test_small_whole_pictures_take_no_place(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    asks(hub, viewer, region(0), region(80), TILE)
    assert len(grabber.views()) == 3


def test_who_has_a_place_keeps_it(hub: BundleHub, grabber: FakeGrabber) -> None:
    one, two = join(hub), join(hub)
    asks(hub, one, region(0))
    asks(hub, two, region(80))
    refused = asks(hub, one, region(160), region(240), region(0))
    assert isinstance(refused, tuple)
    assert [bool(view.refused) for view in refused] == [True, True, False]


def test_two_views_of_one_number(
    hub: BundleHub, grabber: FakeGrabber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camstrm.wire.views.zlib.crc32", lambda _: 7)
    viewer = join(hub)
    answer = asks(hub, viewer, region(0), region(80))
    assert isinstance(answer, tuple)
    assert answer[0] == GrantedView(7, 0, Region(0, 0, 64, 64))
    assert "the same number" in answer[1].refused
    assert grabber.views() == (rounded(region(0)),)


def test_wishes_that_cannot_be(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    (answer,) = asks(hub, viewer, View(7)) or ()
    assert answer == GrantedView(0, 7, None, "there is no camera 7; there are: 0, 1")
    hub.grabber_sent_status(Status(1, cameras=(CameraStatus(0, 2, width=640, height=480),)))
    (answer,) = asks(hub, viewer, region(648)) or ()
    assert answer.refused == "the region begins at 648, 0, outside of the picture of 640x480"
    many = asks(
        hub, viewer, *(View(0, max_width=640, max_height=w + 1) for w in range(MAX_WISHES + 2))
    )
    assert isinstance(many, tuple)
    assert [view.refused for view in many[MAX_WISHES:]] == [
        "a viewer can watch 16 views at most"
    ] * 2
    assert not any(view.refused for view in many[:MAX_WISHES])


def test_without_a_grabber_a_wish_waits(hub: BundleHub) -> None:
    viewer = join(hub)
    (answer,) = asks(hub, viewer, TILE) or ()
    assert answer.refused == "no grabber is connected yet, so there are no cameras"
    grabber = FakeGrabber(hub)
    hub.grabber_came(HELLO, grabber)
    assert drain(viewer) == [(granted(TILE),)]
    assert grabber.views() == (rounded(TILE),)
    hub.grabber_went()


def test_a_grabber_that_makes_no_views_is_asked_for_none(hub: BundleHub) -> None:
    grabber = FakeGrabber(hub)
    hub.grabber_came(replace(HELLO, limits=Limits()), grabber)
    viewer = join(hub)
    (answer,) = asks(hub, viewer, TILE) or ()
    assert answer.refused == "the grabber makes no views (stream.max_views is 0)"
    viewer.outbox.ladder.rung = 3
    hub._step(viewer.outbox)
    assert grabber.views() == ()
    assert viewer.outbox.reduced == 0
    hub.grabber_went()


def test_regions_are_cut_to_the_picture(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    wish = View(0, Region(600, 400, 100, 100))
    assert asks(hub, viewer, wish) == (granted(wish),)
    hub.grabber_sent_status(Status(1, cameras=(CameraStatus(0, 2, width=644, height=482),)))
    cut = View(0, Region(600, 400, 44, 82))
    assert drain(viewer) == [(GrantedView(cut.id, 0, cut.region),)]
    assert grabber.views() == (cut,)
    hub.grabber_sent_status(Status(2, cameras=(CameraStatus(0, 2, width=644, height=482),)))
    assert drain(viewer) == [], "nothing new"


def test_cameras_that_change_are_answered(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    wish = View(1, max_width=320, max_height=320)
    asks(hub, viewer, TILE, wish)
    hub.grabber_said_hello(replace(HELLO, cameras=CAMERAS[:1]))
    (answer,) = drain(viewer)
    assert isinstance(answer, tuple)
    assert answer == (granted(TILE), GrantedView(0, 1, None, "there is no camera 1; there are: 0"))
    assert grabber.views() == (rounded(TILE),)


def test_the_same_wish_again_is_answered_again(hub: BundleHub, grabber: FakeGrabber) -> None:
    viewer = join(hub)
    asks(hub, viewer, TILE)
    demands = len(grabber.demands)
    assert asks(hub, viewer, TILE) == (granted(TILE),)
    assert len(grabber.demands) == demands
    assert asks(hub, viewer) == ()
    assert asks(hub, viewer) is None, "who wants no views hears nothing of them"
    assert grabber.views() == ()


def test_who_joins_a_view_gets_its_picture_at_once(
    hub: BundleHub, grabber: FakeGrabber, clock: Clock
) -> None:
    one, two = join(hub), join(hub)
    asks(hub, one, TILE)
    grabber.tick()
    for viewer in (one, two):
        drain(viewer)
    demands = len(grabber.demands)
    hub.subscribe_message(two, Subscribe(None, None, (TILE,)))
    assert drain(two)[1:] == [{TILE.id << 16: f"0.{TILE.id}#1"}]
    assert len(grabber.demands) == demands, "it is fresh: nothing is asked for"
    clock.now += 2
    grabber.tick(pictures=False)
    three = join(hub)
    hub.subscribe_message(three, Subscribe((), None, (TILE,)))
    assert drain(three)[1:] == [{}]
    assert grabber.demands[-1].refresh, "it is old"


def test_pictures_of_views_that_nobody_wants_are_forgotten(
    hub: BundleHub, grabber: FakeGrabber
) -> None:
    viewer = join(hub)
    asks(hub, viewer, TILE)
    grabber.tick()
    assert hub.pictures.get(TILE.id << 16) is not None
    hub.leave(viewer)
    assert hub.pictures.get(TILE.id << 16) is None
    assert hub.pictures.get(0) is not None


def test_subscribe_of_a_viewer_that_has_left_is_nothing(
    hub: BundleHub, grabber: FakeGrabber
) -> None:
    viewer = join(hub)
    hub.leave(viewer)
    hub.subscribe_message(viewer, Subscribe(None, None, (TILE,)))
    viewer.outbox.ladder.rung = 2
    hub._step(viewer.outbox)
    assert grabber.demands[-1] == Demand(())


def step(hub: BundleHub, viewer: ViewerSender, rung: int) -> None:
    viewer.outbox.ladder.rung = rung
    hub._step(viewer.outbox)


def smaller(view: View, rung: int) -> View:
    side, quality, _ = RUNGS[rung]
    return replace(view, max_width=side, max_height=side, quality=quality)


def test_slow_viewer_gets_small_pictures_in_the_place_of_whole_ones(
    hub: BundleHub, grabber: FakeGrabber
) -> None:
    fast, slow, other = join(hub), join(hub), join(hub)
    step(hub, slow, 3)
    small = [smaller(View(i), 3) for i in range(2)]
    assert set(grabber.views()) == set(small)
    assert grabber.demands[-1].cameras is None, "the fast ones still watch"
    step(hub, other, 3)
    assert len(grabber.views()) == 2, "viewers on one rung share the pictures"
    grabber.tick()
    assert drain(fast) == [{0: "0.0#1", 1: "1.0#1"}]
    assert drain(slow) == drain(other) == [{i: f"{i}.{small[i].id}#1" for i in range(2)}]
    assert (fast.outbox.status().reduced, slow.outbox.status().reduced) == (0, 320)
    step(hub, slow, 0)
    step(hub, other, 0)
    assert grabber.views() == ()
    grabber.tick()
    assert drain(slow) == [{0: "0.0#2", 1: "1.0#2"}]
    assert slow.outbox.status().reduced == 0


def test_whole_pictures_that_nobody_sees_are_not_made(hub: BundleHub, grabber: FakeGrabber) -> None:
    slow = join(hub)
    step(hub, slow, 4)
    fast = join(hub)
    hub.leave(fast)
    assert [demand.cameras for demand in grabber.demands[-3:]] == [(), None, ()]
    hub.leave(slow)
    assert grabber.demands[-1] == Demand(())


def test_after_a_step_no_large_picture_goes(
    hub: BundleHub, grabber: FakeGrabber, clock: Clock
) -> None:
    join(hub)
    slow = join(hub)
    grabber.tick()
    step(hub, slow, 3)
    assert drain(slow) == [], "the bundle that waits has whole pictures"
    grabber.tick()
    assert drain(slow) == [{i: f"{i}.{smaller(View(i), 3).id}#2" for i in range(2)}]
    step(hub, slow, 4)
    made = grabber.demands[-1]
    grabber.demands[-1] = Demand(None)  # a grabber that does not make them
    grabber.tick()
    assert drain(slow) == []
    clock.now += 0.6
    grabber.tick()
    assert drain(slow) == [{0: "0.0#4", 1: "1.0#4"}], "what it asked for is better than nothing"
    grabber.demands[-1] = made


def test_views_of_a_slow_viewer_are_reduced_too(hub: BundleHub, grabber: FakeGrabber) -> None:
    slow, fast = join(hub), join(hub)
    asks(hub, slow, View(0, max_width=640, max_height=640), region(0), cameras=())
    asks(hub, fast, region(80), cameras=())
    step(hub, slow, 4)
    tile, zoomed = View(0, max_width=640, max_height=640), rounded(region(0))
    made = {smaller(tile, 4), smaller(zoomed, 4)}
    assert set(grabber.views()) == {*made, rounded(region(80))}, "the large ones have no viewer"
    grabber.tick()
    drained = drain(slow)
    assert drained == [
        {
            tile.id << 16: f"0.{smaller(tile, 4).id}#1",
            zoomed.id << 16: f"0.{smaller(zoomed, 4).id}#1",
        }
    ], "under the numbers that it was answered"


def test_where_no_place_is_left_a_slow_viewer_gets_what_it_asked_for(
    hub: BundleHub, grabber: FakeGrabber
) -> None:
    slow, fast = join(hub), join(hub)
    asks(hub, slow, region(0), cameras=())
    asks(hub, fast, region(0), region(80), cameras=())
    step(hub, slow, 2)
    assert set(grabber.views()) == {rounded(region(0)), rounded(region(80))}
    hub.leave(fast)
    assert set(grabber.views()) == {smaller(rounded(region(0)), 2)}


def test_wishes_go_before_smaller_pictures(hub: BundleHub, grabber: FakeGrabber) -> None:
    slow, fast = join(hub), join(hub)
    asks(hub, slow, region(0), cameras=())
    asks(hub, fast, region(0), cameras=())
    step(hub, slow, 2)
    assert len(grabber.views()) == 2
    assert asks(hub, fast, region(0), region(80), cameras=()) == (
        granted(region(0)),
        granted(region(80)),
    )
    assert set(grabber.views()) == {rounded(region(0)), rounded(region(80))}


def test_an_ack_that_comes_late_leads_to_smaller_pictures(
    hub: BundleHub, grabber: FakeGrabber, clock: Clock
) -> None:
    join(hub)
    slow = join(hub)
    for _ in range(2):
        grabber.tick()
        slow.outbox.last_size = 450_000
        drain(slow)
        clock.now += 1.5
        slow.acknowledge(grabber.seq)
    assert slow.outbox.ladder.rung == 3
    assert grabber.views() == tuple(smaller(View(i), 3) for i in range(2))


def test_a_viewer_that_wants_no_smaller_pictures_gets_none(
    hub: BundleHub, grabber: FakeGrabber, clock: Clock
) -> None:
    slow = join(hub)
    hub.subscribe_message(slow, Subscribe(reduce=False))
    acknowledge_late(slow, grabber, clock)
    assert slow.outbox.ladder.rung == 0
    hub.subscribe_message(slow, Subscribe())
    acknowledge_late(slow, grabber, clock)
    assert slow.outbox.ladder.rung > 0
    assert grabber.views()
    hub.subscribe_message(slow, Subscribe(reduce=False))
    assert slow.outbox.ladder.rung == 0
    assert slow.outbox.reduced == 0
    assert grabber.views() == ()


def acknowledge_late(viewer: ViewerSender, grabber: FakeGrabber, clock: Clock) -> None:
    """Acknowledge two bundles, each 1.5 seconds after it went."""
    for _ in range(2):
        grabber.tick()
        viewer.outbox.last_size = 450_000
        drain(viewer)
        clock.now += 1.5
        viewer.acknowledge(grabber.seq)


def test_a_viewer_that_never_acknowledges_is_never_reduced(
    hub: BundleHub, grabber: FakeGrabber, clock: Clock
) -> None:
    viewer = join(hub)
    for _ in range(20):
        grabber.tick()
        drain(viewer)
        clock.now += 5
    assert viewer.outbox.ladder.rung == 0
    assert grabber.views() == ()
