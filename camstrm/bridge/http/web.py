"""The routes of the bridge."""

from __future__ import annotations

import re

from aiohttp import HttpVersion11, web
from msgspec import to_builtins

from camstrm import __version__
from camstrm.bridge.http.feature_routes import TREES, FeatureTrees, features
from camstrm.bridge.http.guard import HEALTH_PATH, READY_PATH, guard
from camstrm.bridge.http.health_routes import health, ready
from camstrm.bridge.http.metrics import REGISTRY, make_registry, metrics
from camstrm.bridge.http.picture_routes import motion_jpeg
from camstrm.bridge.http.qr_routes import qr_code
from camstrm.bridge.http.response_counts import ResponseCounts
from camstrm.bridge.http.state import GRANT, STATE, BridgeState
from camstrm.bridge.http.still_routes import ROOM, StillRoom, jpeg, png, tiff
from camstrm.bridge.http.tick_routes import cameras_zip
from camstrm.bridge.page.files import PageFiles
from camstrm.bridge.viewers.sight import seen, sees, status_within
from camstrm.bridge.viewers.web_socket_viewer import WebSocketViewer

__all__ = ["make_app"]

PAGE: web.AppKey[PageFiles] = web.AppKey("page", PageFiles)

_MAX_BODY = 1024
"""Bytes. No request has a body; aiohttp reads one up to this size nevertheless."""

_VERSION = "13"
"""Of WebSocket, as RFC 6455 numbers it; aiohttp also takes the drafts 7 and 8."""

_KEY = re.compile(r"\s*[A-Za-z0-9+/]{22}==\s*")
"""16 bytes in base64 (RFC 6455, 4.2.1); aiohttp fails on what is not ASCII."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "camstrm",
}


def make_app(state: BridgeState, page: PageFiles | None = None) -> web.Application:
    """Return the application; its start and end are the caller's."""
    app = web.Application(middlewares=[guard], client_max_size=_MAX_BODY)
    app[STATE] = state
    app[PAGE] = page or PageFiles()
    responses = ResponseCounts()
    app[REGISTRY] = make_registry(state, responses)
    app[ROOM] = StillRoom()
    app[TREES] = FeatureTrees()
    app.on_response_prepare.append(_add_headers)
    app.on_response_prepare.append(responses.count)
    for path, handler in (
        ("/", front),
        (HEALTH_PATH, health),
        (READY_PATH, ready),
        ("/api/status", api_status),
        ("/metrics", metrics),
        ("/api/cameras/{name:[^/]+}/features", features),
        ("/cam/{name:[^/]+}.jpg", jpeg),
        ("/cam/{name:[^/]+}.png", png),
        ("/cam/{name:[^/]+}.tiff", tiff),
        ("/cam.zip", cameras_zip),
        ("/qr.svg", qr_code),
        ("/static/{name:.+}", static_file),
        ("/ws", web_socket),
        ("/cam/{name:[^/]+}.mjpg", motion_jpeg),
    ):
        app.router.add_get(path, handler, allow_head=True)
    return app


async def front(request: web.Request) -> web.StreamResponse:
    """Answer ``/``: WebSocket, log-in by ``?token=``, or the page."""
    if _wants_web_socket(request):
        return await web_socket(request)
    if "token" in request.query:
        raise request.app[STATE].tokens.log_in(request)
    return request.app[PAGE].response("index.html")


async def web_socket(request: web.Request) -> web.StreamResponse:
    """Serve a viewer over a WebSocket; raise 426 for a request that asks for none."""
    state = request.app[STATE]
    version = request.headers.get("Sec-WebSocket-Version", "")
    if not _wants_web_socket(request) or version.strip() != _VERSION:
        raise web.HTTPUpgradeRequired(
            text=f"This is a WebSocket of version {_VERSION} (RFC 6455).\n",
            headers={"Upgrade": "websocket", "Sec-WebSocket-Version": _VERSION},
        )
    if not _KEY.fullmatch(request.headers.get("Sec-WebSocket-Key", "")):
        raise web.HTTPBadRequest(text="Sec-WebSocket-Key: wanted 16 bytes in base64.\n")
    address = request.remote or ""
    with state.limits.admit(address):
        viewer = WebSocketViewer(state.hub, address, state.settings.send_timeout_s)
        with state.control.present(viewer, request[GRANT]):
            state.hub.join(viewer)
            try:
                return await viewer.run(request)
            finally:
                state.hub.leave(viewer)


async def api_status(request: web.Request) -> web.Response:
    """Answer ``/api/status``: the status message's content and a list of the viewers."""
    hub, sight = request.app[STATE].hub, request[GRANT].sight
    status = to_builtins(status_within(hub.status(), seen(sight, hub.cameras)))
    del status["type"]
    viewers = [
        {
            **to_builtins(viewer.outbox.status()),
            "window": viewer.outbox.credit.window,
            "address": viewer.address,
            "kind": viewer.kind,
            "cameras": None if viewer.outbox.cameras is None else sorted(viewer.outbox.cameras),
            "max_fps": viewer.outbox.max_fps,
            "sent_bytes": viewer.outbox.sent_bytes,
            "skips": dict(viewer.outbox.skipped),
        }
        for viewer in hub.viewers.values()
        if sight is None  # of others a share says nothing
    ]
    return web.json_response(
        {
            "version": __version__,
            "status": status,
            "cameras": to_builtins([c for c in hub.cameras.values() if sees(sight, c)]),
            "viewers": viewers,
        }
    )


async def static_file(request: web.Request) -> web.Response:
    """Answer ``/static/<name>``: a file of the page."""
    return request.app[PAGE].response(request.match_info["name"])


def _wants_web_socket(request: web.Request) -> bool:
    upgrade = request.headers.get("Upgrade", "").strip().lower()
    wanted = request.method == "GET" and upgrade == "websocket"
    return wanted and request.version >= HttpVersion11


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    state = request.app[STATE]
    if state.certificate is not None:
        response.headers["Strict-Transport-Security"] = f"max-age={state.settings.hsts_max_age_s}"
    if GRANT not in request:
        # One question each for those without a right token: thousands could come at once. And the
        # door closes it soon (entrant.py): a load balancer's next one is not to meet that.
        response.headers["Connection"] = "close"
        response.force_close()
    # Clients keep the tree of features only, and ask about it before each use.
    if "ETag" in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    # A page that knows the token may show a picture; others may not even embed it.
    embeddable = request.path.startswith("/cam/") and request.app[STATE].tokens.in_url(request)
    policy = "cross-origin" if embeddable else "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = policy
