"""What every request must pass first: host, method, origin, token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from camstrm.bridge.http.auth import unauthorized
from camstrm.bridge.http.entrant import for_health_only, with_right_token
from camstrm.bridge.http.state import GRANT, STATE

__all__ = [
    "HEALTH_PATH",
    "LOG_IN_STYLE",
    "READY_PATH",
    "guard",
    "token_in_url_allowed",
]

HEALTH_PATH = "/healthz"
READY_PATH = "/readyz"
_OPEN_PATHS = (HEALTH_PATH, READY_PATH)
"""They hold no secret and ask for no token: load balancers ask without a Host, or with any."""

LOG_IN_STYLE = "/static/log_in.css"
"""Of the page that asks for the token: it is needed before there is one."""

_TOKEN_IN_URL = ("/", "/ws", "/api/status", "/metrics", "/cam.zip", READY_PATH)
_TOKEN_IN_URL_BELOW = ("/cam/", "/api/cameras/")

_METHODS = ("GET", "HEAD")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Let a request through if host, method, origin and token are right."""
    state = request.app[STATE]
    host = request.headers.get("Host", "")
    if for_health_only(request) and request.path not in _OPEN_PATHS:
        raise web.HTTPNotFound(text=f"Only {' and '.join(_OPEN_PATHS)} are served here.\n")
    named = state.hosts.host_allowed(host)
    if not named and request.path not in _OPEN_PATHS:
        raise web.HTTPForbidden(
            text=f"{host!r} is not a name of this server. Use its address, or add the name "
            "to bridge.allowed_hosts.\n"
        )
    _check_target(request, host)
    if request.method not in _METHODS:
        text = "Only GET and HEAD are allowed.\n"
        raise web.HTTPMethodNotAllowed(request.method, _METHODS, text=text)
    _check_origins(request, host)
    if request.path in (HEALTH_PATH, LOG_IN_STYLE):
        return await handler(request)
    in_url = token_in_url_allowed(request.path)
    # By a name that is not this server's nobody hears more than that pictures flow.
    grant = state.tokens.grant(request, query=in_url) if named else None
    if grant is not None:
        request[GRANT] = grant
        with with_right_token(request):
            return await handler(request)
    if request.path != READY_PATH:
        raise unauthorized(request, in_url=in_url)
    return await handler(request)


def token_in_url_allowed(path: str) -> bool:
    """Tell whether the URL may carry the token: log-in, WebSocket, pictures and tools."""
    return path in _TOKEN_IN_URL or path.startswith(_TOKEN_IN_URL_BELOW)


def _check_target(request: web.Request, host: str) -> None:
    """Refuse a request line with a whole URL that names another server than Host does.

    RFC 9112 (3.2.2) gives such a URL the word over Host, so that both have to say the same.
    """
    target = request.raw_path
    if target.startswith("/") or target == "*":
        return
    try:
        parts = urlsplit(target)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() != request.scheme or parts.netloc.lower() != host.lower():
        raise web.HTTPBadRequest(
            text="The request line names another server than the header Host does.\n"
        )


def _check_origins(request: web.Request, host: str) -> None:
    """Refuse a page of another server; of several Origin headers each has to be right."""
    hosts = request.app[STATE].hosts
    origins = request.headers.getall("Origin", [])
    if len(origins) > 1:
        raise web.HTTPBadRequest(text="There is more than one header Origin.\n")
    for origin in origins:
        if not hosts.origin_allowed(origin, request.scheme, host):
            raise web.HTTPForbidden(
                text=f"Pages of {origin!r} may not make requests here. If they should, add it to "
                "bridge.allowed_origins.\n"
            )
