"""A server double for the page: serves the static files, speaks a scripted WebSocket.

It can lie as no real bridge would: wrong sizes, damaged JPEGs, a wrong magic, silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import structs

from camstrm.bridge.page.files import PageFiles
from camstrm.wire import (
    FROM_VIEWER,
    TO_VIEWER,
    Ack,
    Call,
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Encoding,
    FrameBundle,
    GrantedView,
    Hello,
    Leases,
    Limits,
    Reply,
    Status,
    Subscribe,
    View,
    ViewerStatus,
    Views,
    encode_bundle,
    rounded,
    select_cameras,
)
from tests.fakes.pictures.moving_pictures import moving_jpegs
from tests.fakes.pictures.sensor_picture import SensorPicture

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
BGR8 = 0x02180015
MONO8 = 0x01080001


def now_us() -> int:
    """Return UTC in microseconds."""
    return time.time_ns() // 1000


@dataclass
class ScriptedCamera:
    """What one camera of the double shows; a test changes the fields while it streams."""

    info: CameraInfo
    status: CameraStatus
    width: int = 320
    height: int = 240
    pixel_format: int = MONO8
    state: int = CameraState.STREAMING
    since_us: int = field(default_factory=now_us)
    sends_pictures: bool = True
    sensor: SensorPicture | None = None
    lie: Callable[[CameraFrame], CameraFrame] = lambda frame: frame

    def frame(self, tick: int) -> CameraFrame:
        """Return the camera's part of bundle number ``tick``."""
        frame = CameraFrame(
            self.info.index,
            self.state,
            pixel_format=self.pixel_format,
            state_since_us=self.since_us,
            source_width=self.status.width,
            source_height=self.status.height,
        )
        if not self.sends_pictures or self.state != CameraState.STREAMING:
            return frame
        if self.sensor is not None:
            whole = View(self.info.index, None, self.width, self.height)
            return self.lie(_with_picture(frame, tick, *self.sensor.jpeg(whole)))
        grey = self.pixel_format == MONO8
        loop = moving_jpegs(self.width, self.height, self.info.index, grey=grey)
        return self.lie(_with_picture(frame, tick, self.width, self.height, loop[tick % len(loop)]))

    def view_frame(self, tick: int, view: View) -> CameraFrame:
        """Return the entry of a view in bundle number ``tick``."""
        assert self.sensor is not None
        part = self.sensor.part(view)
        frame = structs.replace(
            self.frame(tick),
            view=view.id,
            x=part.x,
            y=part.y,
            region_width=part.width,
            region_height=part.height,
        )
        return _with_picture(frame, tick, *self.sensor.jpeg(view))


def _with_picture(
    frame: CameraFrame, tick: int, width: int, height: int, jpeg: bytes
) -> CameraFrame:
    time_us = now_us()
    return structs.replace(
        frame,
        encoding=Encoding.JPEG,
        frame_id=tick,
        capture_time_us=time_us - 12_000,
        encoded_time_us=time_us - 4_000,
        width=width,
        height=height,
        payload=jpeg,
    )


def three_cameras(scale: int = 1) -> list[ScriptedCamera]:
    """Return the reference set: two small fast cameras and one large one."""
    names = (("left", "MV-CA003-21UM", "Hikrobot"), ("right", "MV-CA003-21UM", "Hikrobot"))
    cameras = [
        ScriptedCamera(
            CameraInfo(i, name, f"DA97955{i:02}", model, vendor),
            CameraStatus(i, 2, 0, "", "Mono8", 640, 480, gaps=i, grab_fps=398.6 + i),
            320 * scale,
            240 * scale,
        )
        for i, (name, model, vendor) in enumerate(names)
    ]
    top = ScriptedCamera(
        CameraInfo(2, "top", "22623682", "Blackfly S BFS-U3-63S4C", "FLIR"),
        CameraStatus(2, 2, 0, "", "BayerRG8", 2656, 2304, incomplete=2, grab_fps=59.6),
        332 * scale,
        288 * scale,
        BGR8,
    )
    return [*cameras, top]


def large_camera() -> ScriptedCamera:
    """Return one camera of 6 megapixels whose usual picture has a quarter of its resolution."""
    return ScriptedCamera(
        CameraInfo(0, "top", "22623682", "Blackfly S BFS-U3-63S4C", "FLIR"),
        CameraStatus(0, 2, 0, "", "BayerRG8", 2656, 2304, grab_fps=59.6),
        664,
        576,
        BGR8,
        sensor=large_sensor(),
    )


@functools.cache
def large_sensor() -> SensorPicture:
    """Return what it sees; it takes a second to draw."""
    return SensorPicture(2656, 2304)


@dataclass
class PageViewer:
    """One page that is connected, and what it has said."""

    socket: web.WebSocketResponse
    received: list[object] = field(default_factory=list)
    cameras: tuple[int, ...] | None = None
    views: tuple[View, ...] = ()
    sent_seqs: list[int] = field(default_factory=list)
    skipped: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acks(self) -> list[int]:
        """Return the sequence numbers that were acknowledged, in order."""
        return [m.seq for m in self.received if isinstance(m, Ack)]

    @property
    def in_flight(self) -> int:
        """Return how many bundles were sent after the newest acknowledged one."""
        newest = self.acks[-1] if self.acks else -1
        return sum(1 for seq in self.sent_seqs[-8:] if seq > newest)

    @property
    def subscriptions(self) -> list[tuple[int, ...] | None]:
        """Return the cameras that were asked for, in order."""
        return [m.cameras for m in self.received if isinstance(m, Subscribe)]

    @property
    def wishes(self) -> list[tuple[View, ...]]:
        """Return the views that were asked for, in order."""
        return [m.views for m in self.received if isinstance(m, Subscribe)]

    @property
    def wish(self) -> tuple[View, ...]:
        """Return the views that were asked for last."""
        return self.wishes[-1] if self.wishes else ()

    async def until(self, true: Callable[[PageViewer], object], timeout_s: float = 10) -> None:
        """Wait until ``true(self)`` holds after a message of the page."""

        async def wait() -> None:
            while not true(self):
                self.heard.clear()
                await self.heard.wait()

        await asyncio.wait_for(wait(), timeout_s)


class PageServer:
    """Serve the page on a port of its own, and keep the port when started again."""

    def __init__(self, cameras: list[ScriptedCamera], bundle_fps: float = 20.0) -> None:
        self.cameras = cameras
        self.bundle_fps = bundle_fps
        self.input = "ok"
        self.session = "first"
        self.refuse_status: int | None = None
        self.streaming = True
        self.max_views = 0
        self.answers_views = True
        self.refuses_views = ""
        self.reduced = 0
        self.skips: dict[str, int] = {}
        """Why bundles were skipped, as the status says; their sum is how many."""
        self.answers: dict[str, Callable[[Call], object]] = {}
        """What a call of an operation is answered with, a Reply as it is; others are refused."""
        self.role = "view"
        """Of all viewers."""
        self.downloads: dict[str, bytes] = {}
        """Files by the path that they are asked for, such as "cam/left.tiff"."""
        self.viewers: list[PageViewer] = []
        self.connected: asyncio.Queue[PageViewer] = asyncio.Queue()
        self.tokens: list[str | None] = []
        self.port = 0
        self.tick = 0
        self._files = PageFiles()
        self._runner: web.AppRunner | None = None
        self._stream: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Return the page's URL."""
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        """Listen and stream."""
        app = web.Application()
        app.router.add_get("/", self._file)
        app.router.add_get("/static/{name:.+}", self._file)
        app.router.add_get("/{path:cam[/.].+}", self._download)
        app.router.add_get("/ws", self._websocket)
        app.router.add_get("/api/status", self._status)
        app.on_response_prepare.append(_add_policy)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._stream = asyncio.create_task(self._run(), name="page-server-stream")

    async def stop(self) -> None:
        """End like a server that dies: connections are cut, nobody says good-bye."""
        if self._stream is not None:
            self._stream.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._stream
            self._stream = None
        await self.disconnect()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def disconnect(self) -> None:
        """Cut every viewer's connection."""
        for viewer in list(self.viewers):
            await viewer.socket.close(code=WSCloseCode.GOING_AWAY, drain=False)

    async def send_raw(self, data: bytes | str) -> None:
        """Send something of the test's own to every viewer."""
        for viewer in list(self.viewers):
            if isinstance(data, str):
                await viewer.socket.send_str(data)
            else:
                await viewer.socket.send_bytes(data)

    async def send_leases(self, leases: Leases) -> None:
        """Say who may change which camera."""
        await self.send_raw(TO_VIEWER.encode(leases).decode())

    async def send_hello(self) -> None:
        """Send every viewer the cameras of the present script."""
        await self.send_raw(TO_VIEWER.encode(self._hello()).decode())

    def _hello(self) -> Hello:
        cameras = tuple(camera.info for camera in self.cameras)
        return Hello(
            self.session,
            "camstrm 0.1.0",
            cameras=cameras,
            limits=Limits(max_views=self.max_views, max_calls=8 if self.answers else 0),
        )

    async def answer_views(self, viewer: PageViewer, wishes: tuple[View, ...]) -> None:
        """Grant the views, rounded, or refuse them all."""
        viewer.views = () if self.refuses_views else tuple(map(rounded, wishes))
        granted = tuple(
            GrantedView(0, wish.camera, refused=self.refuses_views)
            if self.refuses_views
            else GrantedView(rounded(wish).id, wish.camera, rounded(wish).region)
            for wish in wishes
        )
        await viewer.socket.send_str(TO_VIEWER.encode(Views(granted)).decode())

    async def send_status(self, viewer: PageViewer) -> None:
        """Send one status message."""
        states = tuple(
            structs.replace(c.status, state=c.state, since_us=c.since_us, sent_fps=self.bundle_fps)
            for c in self.cameras
        )
        status = Status(
            now_us(),
            self.input,
            now_us() if self.input == "none" else 0,
            self.bundle_fps,
            self.tick,
            cameras=states,
            viewers=len(self.viewers),
            viewer=ViewerStatus(
                *(1, len(viewer.sent_seqs), sum(self.skips.values()) or viewer.skipped),
                sent_fps=self.bundle_fps,
                role=self.role,
                name="kim",
                reduced=self.reduced,
                window=2,
                round_trip_us=4_200,
                skips=self.skips,
            ),
        )
        await viewer.socket.send_str(TO_VIEWER.encode(status).decode())

    async def _run(self) -> None:
        while True:
            if self.streaming:
                self.tick += 1
                bundle = FrameBundle(
                    self.tick, now_us(), tuple(c.frame(self.tick) for c in self.cameras)
                )
                for viewer in list(self.viewers):
                    await self._send_bundle(viewer, bundle)
            if self.tick % 10 == 0 or not self.streaming:
                for viewer in list(self.viewers):
                    with contextlib.suppress(ConnectionError):
                        await self.send_status(viewer)
            await asyncio.sleep(1 / self.bundle_fps)

    async def _send_bundle(self, viewer: PageViewer, bundle: FrameBundle) -> None:
        if viewer.acks and viewer.in_flight >= 2:
            viewer.skipped += 1
            return
        if viewer.cameras is not None:
            bundle = select_cameras(bundle, viewer.cameras)
        if viewer.views:
            by_index = {camera.info.index: camera for camera in self.cameras}
            parts = (by_index[view.camera].view_frame(self.tick, view) for view in viewer.views)
            bundle = structs.replace(bundle, frames=(*bundle.frames, *parts))
        with contextlib.suppress(ConnectionError):
            await viewer.socket.send_bytes(encode_bundle(bundle))
            viewer.sent_seqs.append(bundle.seq)

    async def _file(self, request: web.Request) -> web.Response:
        return self._files.response(request.match_info.get("name", "index.html"))

    async def _download(self, request: web.Request) -> web.Response:
        content = self.downloads.get(request.match_info["path"])
        if content is None:
            raise web.HTTPNotFound(text="There is no such picture.\n")
        return web.Response(body=content)

    def _reply(self, call: Call) -> Reply:
        answer = self.answers.get(call.do)
        if answer is None:
            return Reply(call.id, False, problem=f"no {call.do} here", code="unknown")
        found = answer(call)
        if isinstance(found, Reply):
            return found
        return Reply(call.id, True, msgspec.Raw(msgspec.json.encode(found)))

    async def _status(self, _: web.Request) -> web.Response:
        return web.Response(status=self.refuse_status or 200)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        self.tokens.append(request.query.get("token"))
        if self.refuse_status is not None:
            return web.Response(status=self.refuse_status)
        socket = web.WebSocketResponse(compress=False, max_msg_size=4096, timeout=1)
        await socket.prepare(request)
        viewer = PageViewer(socket)
        await socket.send_str(TO_VIEWER.encode(self._hello()).decode())
        await self.send_status(viewer)
        self.viewers.append(viewer)
        self.connected.put_nowait(viewer)
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                said = FROM_VIEWER.decode(message.data)
                viewer.received.append(said)
                if isinstance(said, Subscribe):
                    viewer.cameras = said.cameras
                    viewer.views = ()
                    if said.views and self.answers_views:
                        await self.answer_views(viewer, said.views)
                if isinstance(said, Call):
                    await socket.send_str(TO_VIEWER.encode(self._reply(said)).decode())
                viewer.heard.set()
        finally:
            self.viewers.remove(viewer)
        return socket


async def _add_policy(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Cache-Control"] = "no-store"
