"""Run a bridge: from settings to an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from camstrm import __version__
from camstrm.bridge.control.records import note_record
from camstrm.bridge.control.room import ControlRoom
from camstrm.bridge.events.event_calls import EventCalls
from camstrm.bridge.events.event_log import EventLog
from camstrm.bridge.http.access_log import access_logger, without_request_text
from camstrm.bridge.http.auth import TokenCheck
from camstrm.bridge.http.certificate import Certificate
from camstrm.bridge.http.descriptors import connections_within_limit
from camstrm.bridge.http.door import Door
from camstrm.bridge.http.health_place import health_door, health_place
from camstrm.bridge.http.limits import ClientLimits
from camstrm.bridge.http.listen import bind_tcp
from camstrm.bridge.http.origin import HostRules, own_names
from camstrm.bridge.http.own_addresses import own_addresses
from camstrm.bridge.http.places import Places
from camstrm.bridge.http.reload import BridgeReload, load_shared_tokens
from camstrm.bridge.http.state import BridgeState
from camstrm.bridge.http.token_file import state_folder
from camstrm.bridge.http.web import make_app
from camstrm.bridge.viewers.hello_hold import HelloHold
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.send_watch import tune_listener
from camstrm.config import BridgeSettings
from camstrm.feed.listener import FeedListener
from camstrm.feed.listening_socket import listen_unix

__all__ = ["BridgeAddresses", "run_bridge", "viewer_urls"]

_log = logging.getLogger(__name__)
_ACCESS_LOGGER = logging.getLogger("camstrm.bridge.access")
_HTTP_LOGGER = logging.getLogger("camstrm.bridge.http")

KEEPALIVE_S = 10.0
"""Seconds after which an idle HTTP connection, or one whose request does not come to an end,
is closed."""

SHUTDOWN_S = 0.5
"""Seconds that viewers, and then requests, get to end by themselves."""

_LINGER_S = 1.0
"""Seconds for which the rest of a request that was answered early is read."""

_REQUESTS_AT_ONCE = 128
"""Connections beside two for each viewer: pages that load, pictures, /metrics."""

_CONNECTIONS_OF_A_VIEWER = 8
"""A browser opens up to six for HTTP/1.1 to one server (Chromium and Firefox), and a WebSocket."""


@dataclass(frozen=True)
class BridgeAddresses:
    """Where a running bridge is found.

    ``host`` as in the settings, ``port`` the real one; ``token`` is None without
    authentication. ``control_token``: with role control, None if there is none.
    """

    host: str
    port: int
    tls: bool
    token: str | None
    socket_path: str
    control_token: str | None = None


async def run_bridge(
    settings: BridgeSettings,
    socket_path: str,
    *,
    ready: Callable[[BridgeAddresses], None] | None = None,
    stop: asyncio.Event,
    allowed_uids: Collection[int] = (),
    environ: Mapping[str, str] = os.environ,
    listen: Sequence[socket.socket] | None = None,
    config_file: str = "",
    reload: BridgeReload | None = None,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Serve viewers until ``stop`` is set; ``ready`` is called when both sides listen.

    ``listen``: bound TCP sockets in place of settings.host and port; they are closed at
    the end. Port 0 takes a free one. ``config_file``: where the settings stand, for
    messages. ``reload``: takes new settings while it runs. ``alive``: called once a second by
    what sends viewers their status, for a watchdog. Handles no signals. Raises
    AddressInUseError, SocketPathError, ConfigError (token, certificate) or UsageError (host).
    """
    async with contextlib.AsyncExitStack() as stack:
        tokens = load_shared_tokens(settings, environ)
        folder = state_folder(settings.control.folder, settings.token_file, environ)
        tls = Certificate(settings.tls_cert, settings.tls_key) if settings.tls_cert else None
        sockets = list(listen) if listen else await bind_tcp(settings.host, settings.port)
        for sock in sockets:
            stack.callback(sock.close)
            tune_listener(sock, settings.send_timeout_s)
        grabber_socket = listen_unix(socket_path, environ, allowed_uids)
        stack.callback(grabber_socket.close)
        health_socket = stack.enter_context(health_place(grabber_socket.path, allowed_uids))

        events = EventLog()
        hub = BundleHub(f"camstrm {__version__}", settings.window, events=events)
        control = ControlRoom(
            settings.control,
            folder,
            tokens.roles(),
            lambda: hub.cameras,
            hub.publish_leases,
            config_file,
            lambda record: note_record(hub.changes, record),
        )
        hub.calls.gate = control.gate
        hub.calls.server.add("events", EventCalls(events, asyncio.get_running_loop()))
        for do in ("share", "shares", "unshare"):
            hub.calls.server.add(do, control.shares)
        state = _make_state(settings, hub, control, grabber_socket.path, allowed_uids, tls)
        await stack.enter_async_context(control.running())
        serving = _serving(state, grabber_socket.sock, sockets, health_socket, alive)
        await stack.enter_async_context(serving)
        if reload is not None:
            reload.attach(state, sockets, folder, environ)
        port, path = sockets[0].getsockname()[1], grabber_socket.path
        _log.info("viewers on %s port %d, grabber on %s", settings.host, port, path)
        if ready is not None:
            watch, control_token = tokens
            has_tls = tls is not None
            ready(BridgeAddresses(settings.host, port, has_tls, watch, path, control_token))
        await stop.wait()
        _log.info("the bridge stops")


def viewer_urls(addresses: BridgeAddresses, token: str | None) -> list[str]:
    """Return URLs to open in a browser with ``token``, the most useful first.

    A bridge on all addresses gives the machine's name, which other machines may not know, and
    its addresses.
    """
    hosts = [addresses.host]
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(addresses.host)
        if address.is_unspecified:
            found = own_addresses(ipv6=address.version == 6) or ["127.0.0.1"]
            hosts = [socket.gethostname(), *found]
    hosts = [f"[{host}]" if ":" in host else host for host in hosts]
    scheme = "https" if addresses.tls else "http"
    query = "" if token is None else f"?token={quote(token, safe='')}"
    return [f"{scheme}://{host}:{addresses.port}/{query}" for host in hosts]


def _make_state(
    settings: BridgeSettings,
    hub: BundleHub,
    control: ControlRoom,
    path: str,
    allowed_uids: Collection[int],
    certificate: Certificate | None,
) -> BridgeState:
    names = own_names(settings.host)
    return BridgeState(
        settings=settings,
        hub=hub,
        control=control,
        listener=FeedListener(HelloHold(hub), path, allowed_uids),
        tokens=TokenCheck(control.tokens, open_to_all=not settings.auth),
        hosts=HostRules(names, settings.allowed_hosts, settings.allowed_origins),
        limits=ClientLimits(settings.max_clients, settings.max_clients_per_address),
        places=_places(settings),
        certificate=certificate,
    )


def _places(settings: BridgeSettings) -> Places:
    """Return the places for connections: two for each viewer, and some for other requests.

    Those without a token may be as many as viewers that come back all at once, and requests.
    """
    most_clients = settings.max_clients
    total = connections_within_limit(2 * most_clients + _REQUESTS_AT_ONCE, most_clients)
    per_address = settings.max_connections_per_address
    per_address = per_address or _CONNECTIONS_OF_A_VIEWER * settings.max_clients_per_address
    return Places(total, min(per_address, total), min(most_clients + _REQUESTS_AT_ONCE, total))


@contextlib.asynccontextmanager
async def _serving(
    state: BridgeState,
    grabber_socket: socket.socket,
    sockets: Sequence[socket.socket],
    health_socket: socket.socket | None,
    alive: Callable[[], None],
) -> AsyncIterator[None]:
    async def grabber_side(app: web.Application) -> AsyncIterator[None]:  # noqa: ARG001  aiohttp's
        await state.listener.start(grabber_socket)
        yield
        await state.listener.close()

    async def each_second(app: web.Application) -> AsyncIterator[None]:  # noqa: ARG001  aiohttp's
        task = asyncio.create_task(_tick(state.hub, alive), name="bridge status")
        yield
        task.cancel()
        await asyncio.wait({task}, timeout=1.0)

    app = make_app(state)
    app.cleanup_ctx.extend([each_second, grabber_side])
    if without_request_text not in _HTTP_LOGGER.filters:
        _HTTP_LOGGER.addFilter(without_request_text)
    runner = web.AppRunner(
        app,
        access_log_class=access_logger(_ACCESS_LOGGER),
        access_log=_ACCESS_LOGGER,
        logger=_HTTP_LOGGER,
        keepalive_timeout=KEEPALIVE_S,
        lingering_time=_LINGER_S,
        shutdown_timeout=SHUTDOWN_S,
        # No request here has a body: nothing that somebody sends is unpacked.
        auto_decompress=False,
    )

    async def end_viewers(app: web.Application) -> None:  # noqa: ARG001  aiohttp's
        await _end_viewers(state.hub, runner)

    app.on_shutdown.append(end_viewers)
    doors: list[Door] = []
    try:
        await runner.setup()
        assert runner.server is not None
        doors.append(Door(state.places, runner.server, state.certificate))
        for sock in sockets:
            doors[0].open(sock)
        if health_socket is not None:
            doors.append(health_door(runner.server))
            doors[1].open(health_socket)
        yield
    finally:
        for door in doors:
            await door.close()
        await runner.cleanup()


async def _tick(hub: BundleHub, alive: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    next_s = loop.time()
    while True:
        next_s = max(next_s + 1.0, loop.time())
        await asyncio.sleep(next_s - loop.time())
        hub.tick()
        alive()


async def _end_viewers(hub: BundleHub, runner: web.AppRunner) -> None:
    """Say goodbye to the viewers, then drop those that do not go."""
    hub.close()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(hub.empty.wait(), SHUTDOWN_S)
    server = runner.server
    for connection in server.connections if server is not None else ():
        if connection.transport is not None:
            connection.transport.abort()
