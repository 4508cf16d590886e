"""The routes of the bridge and what every request must pass first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, web
from msgspec import to_builtins

from camstrm import __version__
from camstrm.bridge.http.auth import unauthorized
from camstrm.bridge.http.feature_routes import TREES, FeatureTrees, features
from camstrm.bridge.http.metrics import REGISTRY, make_registry, metrics
from camstrm.bridge.http.picture_routes import motion_jpeg
from camstrm.bridge.http.qr_routes import qr_code
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

_OPEN_PATH = "/healthz"
"""Holds no secret and asks for no token: load balancers ask it without a Host, or with any."""

_LOG_IN_STYLE = "/static/log_in.css"
"""Of the page that asks for the token: it is needed before there is one."""

_TOKEN_IN_URL = ("/", "/ws", "/api/status", "/metrics", "/cam.zip")
_TOKEN_IN_URL_BELOW = ("/cam/", "/api/cameras/")

_METHODS = ("GET", "HEAD")

_VERSION = "13"
"""Of WebSocket, as RFC 6455 numbers it; aiohttp also takes the drafts 7 and 8."""

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

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(state: BridgeState, page: PageFiles | None = None) -> web.Application:
    """Return the application; its start and end are the caller's."""
    app = web.Application(middlewares=[guard], client_max_size=_MAX_BODY)
    app[STATE] = state
    app[PAGE] = page or PageFiles()
    app[REGISTRY] = make_registry(state)
    app[ROOM] = StillRoom()
    app[TREES] = FeatureTrees()
    app.on_response_prepare.append(_add_headers)
    for path, handler in (
        ("/", front),
        (_OPEN_PATH, health),
        ("/api/status", api_status),
        ("/metrics", metrics),
        ("/api/cameras/{name:[^/]+}/features", features),
        ("/cam/{name:[^/]+}.jpg", jpeg),
        ("/cam/{name:[^/]+}.png", png),
        ("/cam/{name:[^/]+}.tiff", tiff),
        ("/cam.zip", cameras_zip),
        ("/qr.svg", qr_code),
        ("/static/{name:.+}", static_file),
    ):
        app.router.add_get(path, handler, allow_head=True)
    # Streams have no end.
    app.router.add_get("/ws", web_socket, allow_head=False)
    app.router.add_get("/cam/{name:[^/]+}.mjpg", motion_jpeg, allow_head=False)
    return app


@web.middleware
async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Let a request through if host, method, origin and token are right."""
    state = request.app[STATE]
    host = request.headers.get("Host", "")
    if request.path != _OPEN_PATH and not state.hosts.host_allowed(host):
        raise web.HTTPForbidden(
            text=f"{host!r} is not a name of this server. Use its address, or add the name "
            "to bridge.allowed_hosts.\n"
        )
    if request.method not in _METHODS:
        text = "Only GET and HEAD are allowed.\n"
        raise web.HTTPMethodNotAllowed(request.method, _METHODS, text=text)
    origin = request.headers.get("Origin")
    if origin is not None and not state.hosts.origin_allowed(origin, request.scheme, host):
        raise web.HTTPForbidden(
            text=f"Pages of {origin!r} may not ask here. If they should, add it to "
            "bridge.allowed_origins.\n"
        )
    if request.path not in (_OPEN_PATH, _LOG_IN_STYLE):
        grant = state.tokens.grant(request, query=_token_in_url_allowed(request))
        if grant is None:
            raise unauthorized(request)
        request[GRANT] = grant
    return await handler(request)


async def front(request: web.Request) -> web.StreamResponse:
    """Answer ``/``: WebSocket, log-in by ``?token=``, or the page."""
    if _wants_web_socket(request):
        return await web_socket(request)
    if "token" in request.query:
        raise request.app[STATE].tokens.log_in(request)
    return request.app[PAGE].response("index.html")


async def web_socket(request: web.Request) -> web.StreamResponse:
    """Serve a viewer."""
    state = request.app[STATE]
    version = request.headers.get("Sec-WebSocket-Version", "")
    if not _wants_web_socket(request) or version.strip() != _VERSION:
        raise web.HTTPUpgradeRequired(
            text=f"This is a WebSocket of version {_VERSION} (RFC 6455).\n",
            headers={"Upgrade": "websocket", "Sec-WebSocket-Version": _VERSION},
        )
    address = request.remote or ""
    with state.limits.admit(address):
        viewer = WebSocketViewer(state.hub, address, state.settings.send_timeout_s)
        with state.control.present(viewer, request[GRANT]):
            state.hub.join(viewer)
            try:
                return await viewer.run(request)
            finally:
                state.hub.leave(viewer)


async def health(request: web.Request) -> web.Response:
    """Answer ``/healthz``: 200 as long as the bridge lives, and whether it has input."""
    state = request.app[STATE].hub.input
    return web.json_response({"status": "ok" if state == "ok" else "no input", "input": state})


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


def _token_in_url_allowed(request: web.Request) -> bool:
    """Tell whether the URL may carry the token: log-in, WebSocket, pictures and tools."""
    return request.path in _TOKEN_IN_URL or request.path.startswith(_TOKEN_IN_URL_BELOW)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value
    # Kept by who asks, and asked about before each use: of the tree of features only.
    if "ETag" in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    # A page that knows the token may show a picture; others may not even embed it.
    embeddable = request.path.startswith("/cam/") and request.app[STATE].tokens.in_url(request)
    policy = "cross-origin" if embeddable else "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = policy
