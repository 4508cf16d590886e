"""Which camera a request is about, and what its failures are in HTTP."""

from __future__ import annotations

from aiohttp import web

from camstrm.bridge.http.state import GRANT, STATE
from camstrm.bridge.viewers.sight import sees
from camstrm.camera_state import CameraState
from camstrm.wire import CameraInfo, Reply

__all__ = ["camera_of", "named", "refused", "state_word", "unavailable"]

_STATUS = {
    "wrong": web.HTTPBadRequest,
    "unknown": web.HTTPNotImplemented,
    "busy": web.HTTPServiceUnavailable,
    "gone": web.HTTPServiceUnavailable,
    "timeout": web.HTTPGatewayTimeout,
}
"""By the reply's code; others are HTTP's 500. Only what a retry may cure is a 503."""


def camera_of(request: web.Request) -> CameraInfo:
    """Return the camera that the path names, by name or serial number; raise 404 with the names.

    For a token of some cameras there are no others.
    """
    return named(request, request.match_info["name"])


def named(request: web.Request, name: str) -> CameraInfo:
    """Return the camera of this name or serial number, as :func:`camera_of`; raise 404."""
    hub, sight = request.app[STATE].hub, request[GRANT].sight
    camera = hub.camera_named(name, sight)
    if camera is not None:
        return camera
    known = [info.name for info in hub.cameras.values() if sees(sight, info)]
    names = ", ".join(known) or "none"
    raise web.HTTPNotFound(text=f"There is no camera {name!r}. Cameras: {names}\n")


def refused(reply: Reply) -> web.HTTPException:
    """Return the error for a call that failed."""
    status = _STATUS.get(reply.code, web.HTTPInternalServerError)
    text = f"{reply.problem}. {reply.remedy}" if reply.remedy else reply.problem
    headers = {"Retry-After": "1"} if status is web.HTTPServiceUnavailable else None
    return status(text=f"{text}\n", headers=headers)


def state_word(state: int) -> str:
    """Return what a camera does in words; a state of a later version by its number."""
    try:
        return CameraState(state).name.lower().replace("_", " ")
    except ValueError:
        return f"in state {state}"


def unavailable(why: str) -> web.HTTPException:
    """Return a 503 that says why, and that it may be over soon."""
    return web.HTTPServiceUnavailable(text=f"{why}\n", headers={"Retry-After": "1"})
