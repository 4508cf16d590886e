"""Whether the bridge lives and whether pictures flow: for load balancers, containers, people."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from camstrm.bridge.http.camera_answers import state_word
from camstrm.bridge.http.state import GRANT, STATE
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.sight import Sight, sees
from camstrm.camera_state import HEALTHY_STATES

__all__ = ["health", "ready"]

_RETRY_AFTER_S = 1
"""Cameras, and grabbers that were started again, are back within seconds."""


async def health(request: web.Request) -> web.Response:
    """Answer ``/healthz``: 200 as long as the bridge lives, and whether it has input."""
    state = request.app[STATE].hub.input
    return web.json_response({"status": "ok" if state == "ok" else "no input", "input": state})


async def ready(request: web.Request) -> web.Response:
    """Answer ``/readyz``: 200 while at least one camera delivers, else 503 with what is wrong.

    A camera that waits for its trigger delivers, too: it would, if one came. Whoever asks with a
    token also gets the state of each camera that the token is for.
    """
    hub = request.app[STATE].hub
    problem, remedy = _problem(hub)
    said: dict[str, Any] = {"status": "not ready" if problem else "ready"}
    if problem:
        said.update(problem=problem, remedy=remedy)
    grant = request.get(GRANT)
    if grant is not None:
        said["cameras"] = _cameras(hub, grant.sight)
    if not problem:
        return web.json_response(said)
    return web.json_response(said, status=503, headers={"Retry-After": str(_RETRY_AFTER_S)})


def _problem(hub: BundleHub) -> tuple[str, str]:
    """Return why no pictures flow and what to do; two empty texts if they do."""
    if hub.input != "ok":
        return (
            "no frame input: no grabber is connected to the bridge, or it says nothing",
            "Start 'camstrm grab', or read its log",
        )
    if not hub.cameras:
        return "the grabber has no cameras", "Run 'camstrm doctor' on the server"
    if not any(camera.state in HEALTHY_STATES for camera in hub.status().cameras):
        return (
            "no camera delivers pictures",
            "Ask with a token for the state of each, or run 'camstrm doctor' on the server",
        )
    return "", ""


def _cameras(hub: BundleHub, sight: Sight) -> list[dict[str, str]]:
    states = {status.index: status for status in hub.status().cameras}
    found = []
    for info in hub.cameras.values():
        if sees(sight, info):
            status = states.get(info.index)
            word = "unknown" if status is None else state_word(status.state)
            reason = "" if status is None else status.reason
            found.append({"name": info.name, "state": word, "reason": reason})
    return found
