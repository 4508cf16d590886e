"""All cameras of one tick as a ZIP file."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from aiohttp import web
from msgspec import to_builtins

from camstrm import __version__
from camstrm.bridge.http.camera_answers import named, unavailable
from camstrm.bridge.http.state import GRANT, STATE
from camstrm.bridge.http.still_routes import ROOM
from camstrm.bridge.viewers.jpeg_orientation import oriented
from camstrm.bridge.viewers.sight import sees
from camstrm.camera_state import CameraState
from camstrm.wire import CameraFrame, CameraInfo, FrameBundle
from camstrm.wire.bundle import FrameFlag

__all__ = ["cameras_zip"]

TIMEOUT_S = 2.0
"""Seconds for a bundle with pictures of all cameras that could have one."""


async def cameras_zip(request: web.Request) -> web.Response:
    """Answer ``/cam.zip[?cameras=a,b]``: the JPEGs of one bundle, and metadata.json."""
    state = request.app[STATE]
    hub = state.hub
    cameras = _cameras(request)
    if hub.input != "ok":
        raise unavailable("no frame input: no grabber is connected to the bridge")
    who = object()
    with state.limits.admit(request.remote or ""), request.app[ROOM].admit():
        indices = frozenset(camera.index for camera in cameras)
        hub.wish_pictures(who, indices)
        try:
            bundle = await hub.pictures.next_bundle(indices, TIMEOUT_S)
        finally:
            hub.withdraw(who)
        if bundle is None:
            raise unavailable(f"no pictures came within {TIMEOUT_S:g} s")
        # In a thread: the checksums of large pictures take a while.
        body = await asyncio.to_thread(_zip, bundle, cameras)
    taken = datetime.fromtimestamp(bundle.timestamp_us / 1e6, timezone.utc)
    name = f"cameras_{taken:%Y%m%dT%H%M%S.%fZ}.zip"
    return web.Response(
        body=body,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Tick-Time-Us": str(bundle.timestamp_us),
        },
    )


def _cameras(request: web.Request) -> tuple[CameraInfo, ...]:
    """Return the wanted cameras, all without a wish; raise 404 for one that is not there."""
    hub, sight = request.app[STATE].hub, request[GRANT].sight
    text = request.query.get("cameras", "")
    if not text:
        found = [info for info in hub.cameras.values() if sees(sight, info)]
    elif hub.camera_named(text, sight) is not None:
        found = [named(request, text)]  # a name may hold a comma
    else:
        found = [named(request, name) for name in text.split(",")]
    if not found:
        raise web.HTTPNotFound(text="There are no cameras.\n")
    return tuple({info.index: info for info in found}.values())


def _zip(bundle: FrameBundle, cameras: Sequence[CameraInfo]) -> bytes:
    frames = {frame.camera_index: frame for frame in bundle.frames if not frame.view}
    moment = datetime.fromtimestamp(bundle.timestamp_us / 1e6, timezone.utc).timetuple()[:6]
    entries: list[dict[str, Any]] = []
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, data: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, moment), data)

        used: set[str] = set()
        for camera in cameras:
            frame = frames.get(camera.index)
            file = None
            if frame is not None and len(frame.payload):
                file = _file_name(camera, used)
                begin, rest = oriented(frame.payload, camera)
                add(file, begin + bytes(rest))
            entries.append(_entry(camera, frame, file))
        add("metadata.json", _metadata(bundle, entries))
    return held.getvalue()


def _metadata(bundle: FrameBundle, entries: list[dict[str, Any]]) -> bytes:
    metadata = {
        "server": f"camstrm {__version__}",
        "tick_time_us": bundle.timestamp_us,
        "seq": bundle.seq,
        "cameras": entries,
        "without_picture": [entry["name"] for entry in entries if entry["file"] is None],
    }
    return json.dumps(metadata, ensure_ascii=False, indent=2).encode()


def _entry(camera: CameraInfo, frame: CameraFrame | None, file: str | None) -> dict[str, Any]:
    """Return what is known of a camera and its picture; ``file`` is None without one."""
    entry: dict[str, Any] = {**to_builtins(camera), "file": file, "state": "unknown"}
    if frame is None:
        return entry
    states = {state.value: state.name.lower() for state in CameraState}
    entry["state"] = states.get(frame.state, str(frame.state))
    entry["state_since_us"] = frame.state_since_us
    if file is not None:
        entry.update(
            capture_time_us=frame.capture_time_us,
            frame_id=frame.frame_id if frame.flags & FrameFlag.FRAME_ID else None,
            device_timestamp_ns=(
                frame.device_timestamp_ns if frame.flags & FrameFlag.DEVICE_TIMESTAMP else None
            ),
            pixel_format=f"0x{frame.pixel_format:08X}",
            width=frame.width,
            height=frame.height,
            source_width=frame.source_width,
            source_height=frame.source_height,
        )
    return entry


def _file_name(camera: CameraInfo, used: set[str]) -> str:
    """Return a name that every system takes and that no other camera has."""
    safe = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]', "_", camera.name).strip(". ") or "camera"
    if safe.casefold() in used:
        safe = f"{safe}-{camera.index}"
    used.add(safe.casefold())
    return f"{safe}.jpg"
