"""A hub with a source of all that is demanded, and viewers without a connection."""

from __future__ import annotations

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
    Demand,
    Encoding,
    FrameBundle,
    GrantedView,
    Hello,
    Limits,
    Region,
    Subscribe,
    View,
    Views,
    decode_bundle,
    encode_bundle,
    rounded,
)

CAMERAS = (CameraInfo(0, "left", "SN0"), CameraInfo(1, "right", "SN1"))
HELLO = Hello("run1", cameras=CAMERAS, limits=Limits(stream_fps=30.0, max_views=2))
TILE = View(0, max_width=320, max_height=320)


def region(x: int, camera: int = 0) -> View:
    return View(camera, Region(x, 0, 64, 64), max_width=640)


class FakeSource:
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
