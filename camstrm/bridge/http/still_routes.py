"""Stills over HTTP: a picture at the sensor's resolution, with all bits where that is wanted."""

from __future__ import annotations

import asyncio
import contextlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Literal
from urllib.parse import quote

from aiohttp import web
from msgspec import convert

from camstrm.bridge.http.camera_answers import camera_of, refused
from camstrm.bridge.http.picture_routes import picture
from camstrm.bridge.http.state import STATE
from camstrm.bridge.http.still_orientation import oriented_still
from camstrm.errors import WireError
from camstrm.wire.calls import unpack
from camstrm.wire.operations import Still, TakeStill
from camstrm.wire.views import MAX_SIDE

__all__ = ["ROOM", "StillRoom", "jpeg", "png", "tiff"]

MAX_STILLS = 8
"""Requests for stills at a time: each may hold 37 MB, a TIFF of 6 megapixels in colour."""

_REGION = ("x", "y", "width", "height")
_SIDES = ("max_width", "max_height")
_PARAMETERS = {
    "jpeg": (*_REGION, *_SIDES, "scale", "quality"),
    "png": (*_REGION, *_SIDES, "scale", "bits"),
    "tiff": (*_REGION, "raw"),
}
_ALL_PARAMETERS = frozenset(name for names in _PARAMETERS.values() for name in names)
_MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff"}
_ENDINGS = {"jpeg": "jpg", "png": "png", "tiff": "tiff"}

_WHOLE = {
    "x": (0, MAX_SIDE),
    "y": (0, MAX_SIDE),
    "width": (1, MAX_SIDE),
    "height": (1, MAX_SIDE),
    "max_width": (1, MAX_SIDE),
    "max_height": (1, MAX_SIDE),
    "quality": (1, 100),
    "raw": (0, 1),
}
"""Whole numbers that parameters may be, from and to."""

_Kind = Literal["jpeg", "png", "tiff"]


class StillRoom:
    """Counts the requests for stills; belongs to the bridge's event loop."""

    def __init__(self) -> None:
        self._taken = 0

    @contextlib.contextmanager
    def admit(self) -> Iterator[None]:
        """Count one while the block runs; raise 503 if there is no room."""
        if self._taken >= MAX_STILLS:
            raise web.HTTPServiceUnavailable(
                text=f"{MAX_STILLS} stills are being made or sent. Ask again in a moment.\n",
                headers={"Retry-After": "1"},
            )
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


ROOM: web.AppKey[StillRoom] = web.AppKey("still room", StillRoom)


async def jpeg(request: web.Request) -> web.StreamResponse:
    """Answer ``/cam/<name>.jpg``: the stream's next picture, or with parameters a still."""
    if _ALL_PARAMETERS.isdisjoint(request.query):
        return await picture(request)
    return await _still(request, "jpeg")


async def png(request: web.Request) -> web.StreamResponse:
    """Answer ``/cam/<name>.png``."""
    return await _still(request, "png")


async def tiff(request: web.Request) -> web.StreamResponse:
    """Answer ``/cam/<name>.tiff``: the raw bits, with ``raw=0`` in colour."""
    return await _still(request, "tiff")


async def _still(request: web.Request, kind: _Kind) -> web.StreamResponse:
    state = request.app[STATE]
    wish = wish_of(request, kind)
    camera = camera_of(request)
    if request.method == "HEAD":
        return web.Response(content_type=_MEDIA_TYPES[kind])
    with state.limits.admit(request.remote or ""), request.app[ROOM].admit():
        reply, data = await state.hub.calls.ask(camera.index, "still", wish)
        if not reply.ok:
            raise refused(reply)
        try:
            still = unpack(reply.result, Still, "still")
        except WireError as error:
            text = f"the camera's answer is not understood: {error}\n"
            raise web.HTTPBadGateway(text=text) from None
        data = oriented_still(data, camera)
        response = web.StreamResponse(headers=_headers(still, camera.name, kind, wish))
        response.content_type = _MEDIA_TYPES[kind]
        response.content_length = sum(map(len, data))
        await response.prepare(request)
        await _send(response, request, data, state.settings.send_timeout_s)
        return response


async def _send(
    response: web.StreamResponse,
    request: web.Request,
    parts: Sequence[memoryview],
    timeout_s: float,
) -> None:
    """Write a file piece by piece; a client that takes nothing for ``timeout_s`` is cut off."""
    for part in parts:
        try:
            await asyncio.wait_for(response.write(part), timeout_s)
        except asyncio.TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            return


def wish_of(request: web.Request, kind: _Kind) -> TakeStill:
    """Return what the query asks for; parameters that are not of stills are not looked at.

    Raises 400 that names the parameter.
    """
    given = {name: text for name, text in request.query.items() if name in _ALL_PARAMETERS}
    for name in given:
        if name not in _PARAMETERS[kind]:
            names = ", ".join(_PARAMETERS[kind])
            raise _wrong(f"{name}: not for a {kind.upper()}, which has {names}")
    values: dict[str, object] = {"format": kind}
    for name, text in given.items():
        values[name] = _value(name, text)
    if not given.keys().isdisjoint(_REGION):
        # Whatever is left out reaches to the edge, where the camera cuts it.
        x, y = values.pop("x", 0), values.pop("y", 0)
        width, height = values.pop("width", MAX_SIDE), values.pop("height", MAX_SIDE)
        values["region"] = (x, y, width, height)
    if "raw" in values:
        values["raw"] = bool(values["raw"])
    return convert(values, TakeStill)


def _value(name: str, text: str) -> float:
    if name == "scale":
        with contextlib.suppress(ValueError):
            scale = float(text)
            if 0 < scale <= 1:
                return scale
        raise _wrong(f"scale: wanted a number above 0 up to 1, not {text!r}")
    if name == "bits":
        if text in ("8", "16"):
            return int(text)
        raise _wrong(f"bits: wanted 8 or 16, not {text!r}")
    low, high = _WHOLE[name]
    if re.fullmatch("[0-9]{1,9}", text) and low <= int(text) <= high:
        return int(text)
    raise _wrong(f"{name}: wanted a whole number from {low} to {high}, not {text!r}")


def _wrong(text: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=f"{text}\n")


def _headers(still: Still, camera: str, kind: _Kind, wish: TakeStill) -> dict[str, str]:
    """Return what the file says too, for clients that only look at the headers."""
    region = still.region
    taken = datetime.fromtimestamp(still.capture_time_us / 1e6, timezone.utc)
    # One frame may be asked for twice, raw and in colour: two files.
    colour = "" if kind != "tiff" or wish.raw else "_colour"
    name = f"{camera}_{taken:%Y%m%dT%H%M%S.%fZ}{colour}.{_ENDINGS[kind]}"
    headers = {
        "Content-Disposition": _disposition(name),
        "X-Capture-Time-Us": str(still.capture_time_us),
        "X-Pixel-Format": still.pixel_format,
        "X-Bits": str(still.bits),
        "X-Region": f"{region.x},{region.y},{region.width},{region.height}",
        "X-Size": f"{still.width},{still.height}",
    }
    if still.frame_id is not None:
        headers["X-Frame-Id"] = str(still.frame_id)
    if still.device_timestamp_ns is not None:
        headers["X-Device-Timestamp-Ns"] = str(still.device_timestamp_ns)
    return headers


def _disposition(name: str) -> str:
    """Name the file for browsers that save it (RFC 6266), in ASCII and as it is."""
    safe = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]', "_", name)
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode("ascii")
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
