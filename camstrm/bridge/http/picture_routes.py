"""One camera as a single JPEG or as MJPEG, for tools that speak no WebSocket."""

from __future__ import annotations

import math
import time

from aiohttp import web

from camstrm.bridge.http.camera_answers import camera_of, state_word, unavailable
from camstrm.bridge.http.state import GRANT, STATE
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.jpeg_orientation import oriented
from camstrm.bridge.viewers.motion_jpeg_viewer import STREAM_TYPE, MotionJpegViewer, time_headers
from camstrm.wire import CameraInfo

__all__ = ["motion_jpeg", "picture"]

PICTURE_TIMEOUT_S = 2.0
"""Longest wait for a picture: a camera that streams slower than this gives none."""


async def picture(request: web.Request) -> web.Response:
    """Answer ``/cam/<name>.jpg`` with the first picture that comes after the request."""
    state = request.app[STATE]
    hub = state.hub
    camera = camera_of(request)
    if hub.input != "ok":
        raise unavailable("no frame input: no grabber is connected to the bridge")
    asked_s = time.monotonic()
    who = object()
    with state.limits.admit(request.remote or ""):
        hub.wish_pictures(who, frozenset({camera.index}))
        try:
            found = await hub.pictures.next_after(camera.index, asked_s, PICTURE_TIMEOUT_S)
        finally:
            hub.withdraw(who)
    if found is None:
        raise unavailable(
            f"camera {camera.name} gave no picture within {PICTURE_TIMEOUT_S:g} s "
            f"(it is {_state_name(hub, camera)})"
        )
    begin, rest = oriented(found.frame.payload, camera)
    return web.Response(
        body=begin + bytes(rest),
        content_type="image/jpeg",
        headers=time_headers(found.frame),
    )


async def motion_jpeg(request: web.Request) -> web.StreamResponse:
    """Answer ``/cam/<name>.mjpg[?fps=N]`` with each newest picture until the client goes."""
    state = request.app[STATE]
    camera = camera_of(request)
    max_fps = _max_fps(request)
    if request.method == "HEAD":
        return web.Response(headers={"Content-Type": STREAM_TYPE})
    address = request.remote or ""
    with state.limits.admit(address):
        viewer = MotionJpegViewer(state.hub, camera, address, state.settings.send_timeout_s)
        with state.control.present(viewer, request[GRANT]):
            state.hub.join(viewer, frozenset({camera.index}), max_fps)
            try:
                return await viewer.run(request)
            finally:
                state.hub.leave(viewer)


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
            name = state_word(status.state)
            return f"{name}: {status.reason}" if status.reason else name
    return "in an unknown state"
