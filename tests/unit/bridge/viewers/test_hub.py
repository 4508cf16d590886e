from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
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
    Hello,
    Limits,
    Reply,
    Status,
    Subscribe,
)
from tests.fakes.bridge.viewed_hub import FakeViewer
from tests.fakes.clock import Clock

CAMERAS = (CameraInfo(0, "left", "SN0"), CameraInfo(1, "right", "SN1"))
HELLO = Hello("run1", cameras=CAMERAS, limits=Limits(stream_fps=20.0))


class FakeGrabberLink:
    def __init__(self) -> None:
        self.demands: list[Demand] = []
        self.calls: list[Call] = []

    def __call__(self, message: Demand | Call) -> bool:
        if isinstance(message, Demand):
            self.demands.append(message)
        else:
            self.calls.append(message)
        return True


@pytest.fixture
def link(hub: BundleHub) -> Iterator[FakeGrabberLink]:
    link = FakeGrabberLink()
    hub.grabber_came(HELLO, link)
    yield link
    hub.grabber_went()


def frame(camera: int, payload: bytes = b"") -> CameraFrame:
    encoding = Encoding.JPEG if payload else Encoding.NONE
    return CameraFrame(camera, CameraState.STREAMING, encoding, payload=payload)


def send(hub: BundleHub, seq: int, *pictures: int) -> None:
    frames = tuple(frame(i, b"%d" % seq if i in pictures else b"") for i in range(2))
    hub.grabber_sent_bundle(SharedBundle(FrameBundle(seq, 0, frames)), 100)


def join(
    hub: BundleHub,
    address: str,
    cameras: frozenset[int] | None = None,
    max_fps: float | None = None,
) -> ViewerSender:
    """Let somebody join whose connection is not there yet: puts stay in the outbox."""
    viewer = FakeViewer(hub.make_outbox(), address, send_timeout_s=1.0)
    hub.join(viewer, cameras, max_fps)
    return viewer


def drain(viewer: ViewerSender) -> list[object]:
    """Take all that the viewer may have: messages decoded, bundles as (seq, payloads)."""
    items: list[object] = []
    while (item := viewer.outbox.take()) is not None:
        if isinstance(item, bytes):
            items.append(TO_VIEWER.decode(item))
        else:
            payloads = [bytes(f.payload) for f in item.bundle.frames]
            items.append((item.bundle.seq, *payloads))
    return items


def test_first_comes_hello_even_without_a_grabber(hub: BundleHub) -> None:
    hello, status = drain(join(hub, "a"))
    assert isinstance(hello, Hello)
    assert (hello.session, hello.cameras, hello.server) == ("", (), "camstrm test")
    assert isinstance(status, Status)
    assert (status.input, status.viewers) == ("none", 1)
    assert status.viewer is not None
    assert status.viewer.id == 1


def test_hello_tells_the_bridges_limits_and_the_grabbers_rate(
    hub: BundleHub, link: FakeGrabberLink
) -> None:
    hello = drain(join(hub, "a"))[0]
    assert isinstance(hello, Hello)
    assert (hello.session, hello.cameras) == ("run1", CAMERAS)
    assert hello.limits == Limits(4, 65536, stream_fps=20.0, max_calls=8)


def test_new_viewer_gets_each_cameras_latest_picture(hub: BundleHub, link: FakeGrabberLink) -> None:
    join(hub, "a")
    send(hub, 1, 0, 1)
    send(hub, 2, 0)
    late = join(hub, "b")
    assert drain(late)[2:] == [(2, b"2", b"1")]
    send(hub, 3, 1)
    assert drain(late) == [(3, b"", b"3")]


def test_new_viewer_gets_no_old_picture_but_a_refresh_is_asked_for(
    hub: BundleHub, link: FakeGrabberLink, clock: Clock
) -> None:
    join(hub, "a")
    send(hub, 1, 0, 1)
    link.demands.clear()
    join(hub, "b")
    assert link.demands == [], "both pictures are fresh, the demand is the same"
    clock.now += 1.5
    send(hub, 2, 0)
    late = join(hub, "c")
    assert link.demands == [Demand(None, None, refresh=True)]
    assert drain(late)[2:] == [(2, b"2", b"")]


def test_no_refresh_for_pictures_that_nobody_new_wants(
    hub: BundleHub, link: FakeGrabberLink
) -> None:
    join(hub, "a")
    send(hub, 1, 0)
    link.demands.clear()
    join(hub, "b", frozenset({0}))
    assert link.demands == []


def test_demand_is_the_union_and_ends_with_the_last_viewer(
    hub: BundleHub, link: FakeGrabberLink
) -> None:
    assert link.demands == [Demand(())]
    one = join(hub, "a", frozenset({0}), 5.0)
    two = join(hub, "b", frozenset({1}), 10.0)
    assert link.demands[1:] == [
        Demand((0,), 5.0, refresh=True),
        Demand((0, 1), 10.0, refresh=True),
    ]
    hub.leave(two)
    hub.leave(two)
    hub.leave(one)
    assert link.demands[3:] == [Demand((0,), 5.0), Demand(())]
    assert hub.empty.is_set()


def test_grabber_that_comes_is_told_what_is_wanted(hub: BundleHub) -> None:
    join(hub, "a", frozenset({1}))
    link = FakeGrabberLink()
    hub.grabber_came(HELLO, link)
    assert link.demands == [Demand((1,), None, refresh=True)]
    hub.grabber_went()


def test_subscribe_adds_the_latest_picture_at_once(hub: BundleHub, link: FakeGrabberLink) -> None:
    join(hub, "all")
    viewer = join(hub, "a", frozenset({0}))
    send(hub, 1, 0, 1)
    drain(viewer)
    hub.subscribe_message(viewer, Subscribe((0, 1), 5.0))
    assert drain(viewer) == [(1, b"", b"1")]
    assert viewer.outbox.cameras == frozenset({0, 1})
    assert viewer.outbox.max_fps == 5.0
    hub.subscribe_message(viewer, Subscribe((0, 1), 5.0))
    assert drain(viewer) == [], "nothing changed"
    assert not viewer.outbox.skipped


def test_subscribe_to_cameras_that_do_not_exist(hub: BundleHub, link: FakeGrabberLink) -> None:
    viewer = join(hub, "a")
    hub.subscribe_message(viewer, Subscribe((-1, 2**63, 0, 0), 1e-300))
    assert viewer.outbox.cameras == frozenset({0})
    assert viewer.outbox.max_fps == 0.001


def test_grabber_goes_and_comes_back_as_a_new_run(hub: BundleHub, link: FakeGrabberLink) -> None:
    viewer = join(hub, "a")
    for seq in (500, 501):
        send(hub, seq, 0, 1)
        drain(viewer)
    viewer.acknowledge(500)
    hub.grabber_went()
    (status,) = drain(viewer)
    assert isinstance(status, Status)
    assert status.input == "none"
    assert status.input_since_us > 0
    assert drain(join(hub, "late"))[2:] == [], "no picture while there is no input"
    again = FakeGrabberLink()
    hub.grabber_came(replace(HELLO, session="run2"), again)
    assert again.demands == [Demand(None, None, refresh=True)]
    hello, status = drain(viewer)
    assert isinstance(hello, Hello)
    assert isinstance(status, Status)
    assert (hello.session, status.input, status.bundles) == ("run2", "ok", 0)
    assert viewer.outbox.credit.in_flight == 0
    for seq in (1, 2):
        send(hub, seq, 0)
        assert drain(viewer) == [(seq, b"%d" % seq, b"")]
        viewer.acknowledge(seq)


async def test_a_call_goes_to_the_grabber_that_is_there(
    hub: BundleHub, link: FakeGrabberLink
) -> None:
    viewer = join(hub, "a")
    drain(viewer)
    hub.calls.take(viewer, Call(7, 1, "values"))
    assert link.calls == [Call(1, 1, "values")]
    hub.grabber_went()
    assert [message.code for message in drain(viewer) if isinstance(message, Reply)] == ["gone"]
    hub.calls.take(viewer, Call(8, 1, "values"))
    (reply,) = drain(viewer)
    assert isinstance(reply, Reply)
    assert (reply.id, reply.code) == (8, "gone")
    hub.grabber_came(HELLO, link)
    assert link.calls == [Call(1, 1, "values")]


async def test_calls_of_a_viewer_that_has_left_have_no_reply(
    hub: BundleHub, link: FakeGrabberLink
) -> None:
    viewer = join(hub, "a")
    drain(viewer)
    hub.calls.take(viewer, Call(7, 1, "values"))
    hub.leave(viewer)
    hub.calls.replied(Reply(1, ok=True))
    assert drain(viewer) == []
    assert len(hub.calls) == 0


def test_what_is_granted_stands_in_the_hello(hub: BundleHub) -> None:
    (hello, _) = drain(join(hub, "a"))
    assert isinstance(hello, Hello)
    assert (hello.limits.max_calls, hello.limits.max_views) == (8, 0)
    hub.grabber_came(replace(HELLO, limits=Limits(max_views=5)), FakeGrabberLink())
    (hello, _) = drain(join(hub, "b"))
    assert isinstance(hello, Hello)
    assert (hello.limits.max_calls, hello.limits.max_views) == (8, 5)
    hub.grabber_went()


def test_same_run_reconnects(hub: BundleHub, link: FakeGrabberLink) -> None:
    viewer = join(hub, "a")
    for seq in (5, 6):
        send(hub, seq, 0, 1)
        drain(viewer)
    viewer.acknowledge(5)
    hub.grabber_went()
    hub.grabber_came(HELLO, link)
    assert viewer.outbox.credit.in_flight == 1, "what is on its way still counts"
    assert drain(join(hub, "b"))[2:] == [(6, b"6", b"6")]


def test_sequence_that_starts_again_without_a_new_session(
    hub: BundleHub, link: FakeGrabberLink
) -> None:
    viewer = join(hub, "a")
    send(hub, 7, 0)
    drain(viewer)
    viewer.acknowledge(7)
    send(hub, 1, 0)
    assert drain(viewer) == [(1, b"1", b"")]
    assert hub.status().bundles == 1


def test_changed_cameras(hub: BundleHub, link: FakeGrabberLink) -> None:
    viewer = join(hub, "a")
    send(hub, 1, 0, 1)
    drain(viewer)
    cameras = (CAMERAS[0], CameraInfo(1, "new", "SN9"))
    hub.grabber_said_hello(replace(HELLO, cameras=cameras))
    (hello,) = drain(viewer)
    assert isinstance(hello, Hello)
    assert hello.cameras == cameras
    assert hub.pictures.get(0) is not None
    assert hub.pictures.get(1) is None, "it was another camera's"
    assert hub.camera_named("new") == cameras[1]
    assert hub.camera_named("SN9") == cameras[1]
    assert hub.camera_named("right") is None


def test_status_is_the_grabbers_with_the_bridges_own_part(
    hub: BundleHub, link: FakeGrabberLink, clock: Clock
) -> None:
    viewer = join(hub, "a")
    send(hub, 1, 0)
    by_bundle = hub.status().cameras
    assert [(c.index, c.state) for c in by_bundle] == [(0, 2), (1, 2)]
    cameras = (CameraStatus(0, 2, delivered=99), CameraStatus(1, 4, reason="unplugged"))
    hub.grabber_sent_status(Status(1, "ok", bundles=40, bundles_dropped=3, cameras=cameras))
    drain(viewer)
    send(hub, 2, 0)
    clock.now += 2.0
    drain(viewer)
    hub.tick()
    (status,) = drain(viewer)
    assert isinstance(status, Status)
    assert status.cameras == cameras
    assert (status.bundles, status.bundles_dropped, status.bundle_fps) == (40, 3, 1.0)
    assert status.viewer is not None
    assert (status.viewer.sent, status.viewer.sent_fps) == (2, 1.0)
    hub.grabber_went()
    assert hub.status().cameras == cameras, "the last known"


def test_status_text_says_every_field(hub: BundleHub) -> None:
    viewer = join(hub, "ä")
    drain(viewer)
    hub.tick()
    text = viewer.outbox.take()
    assert isinstance(text, bytes)
    whole = json.loads(hub.status_text(viewer.outbox))
    assert json.loads(text).keys() == whole.keys()


def test_totals_outlive_viewers(hub: BundleHub, link: FakeGrabberLink) -> None:
    one, two = join(hub, "a"), join(hub, "b")
    send(hub, 1, 0)
    send(hub, 2, 0)
    drain(one)
    hub.leave(one)
    totals = hub.totals()
    assert (totals.sent, totals.skipped["slow link"], totals.viewers) == (1, 2, 2)
    drain(two)
    assert hub.totals().sent == 2
    assert hub.counters.bundle_bytes == 200


def test_a_slow_viewer_is_logged_when_it_begins_and_when_it_ends(
    hub: BundleHub, link: FakeGrabberLink, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    join(hub, "10.0.0.7")
    drain(join(hub, "10.0.0.8"))
    caplog.set_level("INFO")
    caplog.clear()
    told: list[tuple[float, str]] = []
    seq = 0
    begin_s = clock.now
    for second in range(1, 401):
        clock.now += 1
        if second < 200 or second == 290:
            seq += 1
            send(hub, seq, 0)
            for viewer in tuple(hub.viewers.values()):
                if viewer.address == "10.0.0.8":
                    drain(viewer)
        hub.tick()
        told += [(clock.now - begin_s, r.getMessage()) for r in caplog.records]
        caplog.clear()
    assert [second for second, _ in told] == [10, 260, 320, 380]
    assert told[0][1] == (
        "slow viewers: 1 (10.0.0.7); 9 bundles skipped in 10 s (the next line comes when they "
        "keep up)"
    )
    assert told[1][1] == "no viewer is slow any more; 198 bundles were skipped"
    assert "1 bundles skipped in 40 s" in told[2][1], "not within a minute of the line before"


def test_viewers_that_come_and_go_are_logged(
    hub: BundleHub, link: FakeGrabberLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    viewer = join(hub, "10.0.0.7")
    for seq in (1, 2):
        send(hub, seq, 0)
    drain(viewer)
    hub.leave(viewer)
    hub.leave(viewer)
    assert [r.getMessage() for r in caplog.records if "viewer" in r.getMessage()] == [
        "viewer 1 (10.0.0.7, fake) joins",
        "viewer 1 (10.0.0.7, fake) leaves: 1 bundles sent, 1 skipped",
    ]
