"""One camera as a single JPEG or as MJPEG, for tools that speak no WebSocket."""

from __future__ import annotations

import contextlib
import logging
import math
import time

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from camstrm.bridge.http.state import STATE
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.send_watch import SendWatch, gone, tune_transport
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.viewer_entry import Viewer
from camstrm.wire import CameraFrame, CameraInfo, CameraState

__all__ = ["motion_jpeg", "picture"]

_log = logging.getLogger(__name__)

PICTURE_TIMEOUT_S = 2.0
BOUNDARY = "camstrm"


async def picture(request: web.Request) -> web.Response:
    """Answer ``/cam/<name>.jpg`` with the first picture that comes after the request."""
    state = request.app[STATE]
    hub = state.hub
    camera = _camera(request, hub)
    if hub.input != "ok":
        raise _unavailable("no frame input: no grabber is connected to the bridge")
    asked_s = time.monotonic()
    who = object()
    with state.limits.admit(request.remote or ""):
        hub.wish_picture(who, camera.index)
        try:
            found = await hub.pictures.next_after(camera.index, asked_s, PICTURE_TIMEOUT_S)
        finally:
            hub.withdraw(who)
    if found is None:
        raise _unavailable(
            f"camera {camera.name} gave no picture within {PICTURE_TIMEOUT_S:g} s "
            f"(it is {_state_name(hub, camera)})"
        )
    return web.Response(
        body=bytes(found.frame.payload),
        content_type="image/jpeg",
        headers=_time_headers(found.frame),
    )


async def motion_jpeg(request: web.Request) -> web.StreamResponse:
    """Answer ``/cam/<name>.mjpg[?fps=N]`` with each newest picture until the client goes."""
    state = request.app[STATE]
    camera = _camera(request, state.hub)
    max_fps = _max_fps(request)
    address = request.remote or ""
    with state.limits.admit(address):
        viewer = state.hub.join(address, "mjpeg", frozenset({camera.index}), max_fps)
        try:
            return await _stream(request, viewer, camera)
        finally:
            state.hub.leave(viewer)


async def _stream(request: web.Request, viewer: Viewer, camera: CameraInfo) -> web.StreamResponse:
    state = request.app[STATE]
    transport = request.transport
    if transport is None:
        return gone()
    tune_transport(transport)
    response = web.StreamResponse(
        headers={"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}"}
    )
    response.force_close()
    try:
        writer = await response.prepare(request)
    except ConnectionError:
        return gone()
    assert writer is not None
    watch = SendWatch(transport, state.settings.send_timeout_s)
    with contextlib.closing(watch), contextlib.suppress(ConnectionError):  # the client is gone
        await _send_parts(request, writer, watch, viewer, camera)
    if watch.stuck:
        state.hub.counters.viewers_stuck += 1
        _log.warning("MJPEG client %s took nothing: cut off", viewer.address)
    transport.abort()
    return response


async def _send_parts(
    request: web.Request,
    writer: AbstractStreamWriter,
    watch: SendWatch,
    viewer: Viewer,
    camera: CameraInfo,
) -> None:
    """Send the newest picture whenever the client has taken the one before."""
    outbox = viewer.outbox
    lead = f"--{BOUNDARY}\r\n".encode()
    while not outbox.closed:
        item = outbox.take()
        if item is None:
            await outbox.wait()
        elif isinstance(item, str):
            # Hello and status are not for this client, but wake it: is it still there,
            # and has its camera another index now?
            if request.transport is None:
                return
            camera = _follow(request.app[STATE].hub, viewer, camera)
        elif (frame := _frame(item, camera)) is not None:
            part = lead + _part(frame)
            lead = b""
            outbox.sent_bytes += len(part)
            with watch:
                await writer.write(part)
                await writer.drain()


def _part(frame: CameraFrame) -> bytes:
    """Return a part and the boundary after it: browsers show a part when the next begins."""
    lines = ["Content-Type: image/jpeg", f"Content-Length: {len(frame.payload)}"]
    lines += [f"{name}: {value}" for name, value in _time_headers(frame).items()]
    head = "\r\n".join(lines) + "\r\n\r\n"
    return b"".join((head.encode(), frame.payload, f"\r\n--{BOUNDARY}\r\n".encode()))


def _frame(bundle: SharedBundle, camera: CameraInfo) -> CameraFrame | None:
    for frame in bundle.bundle.frames:
        if frame.camera_index == camera.index and len(frame.payload):
            return frame
    return None


def _follow(hub: BundleHub, viewer: Viewer, camera: CameraInfo) -> CameraInfo:
    now = hub.camera_named(camera.name)
    if now is None or now.index == camera.index:
        return camera
    hub.subscribe(viewer, frozenset({now.index}), viewer.outbox.max_fps)
    return now


def _camera(request: web.Request, hub: BundleHub) -> CameraInfo:
    name = request.match_info["name"]
    camera = hub.camera_named(name)
    if camera is not None:
        return camera
    names = ", ".join(info.name for info in hub.cameras.values()) or "none"
    raise web.HTTPNotFound(text=f"There is no camera {name!r}. Cameras: {names}\n")


def _max_fps(request: web.Request) -> float | None:
    text = request.query.get("fps")
    if text is None:
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = math.nan
    if not 0.001 <= fps <= 1000:
        raise web.HTTPBadRequest(text="fps: wanted a number from 0.001 to 1000\n")
    return fps


def _state_name(hub: BundleHub, camera: CameraInfo) -> str:
    for status in hub.status().cameras:
        if status.index == camera.index:
            try:
                name = CameraState(status.state).name.lower().replace("_", " ")
            except ValueError:
                return f"in state {status.state}"
            return f"{name}: {status.reason}" if status.reason else name
    return "in an unknown state"


def _time_headers(frame: CameraFrame) -> dict[str, str]:
    return {"X-Capture-Time-Us": str(frame.capture_time_us)}


def _unavailable(why: str) -> web.HTTPException:
    return web.HTTPServiceUnavailable(text=f"{why}\n", headers={"Retry-After": "1"})
