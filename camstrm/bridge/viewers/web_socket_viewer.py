"""WebSocketViewer: one connected viewer, with one task that sends and one that reads."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.abc import AbstractStreamWriter

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.send_watch import SendWatch, gone, tune_transport
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.viewer_entry import Viewer
from camstrm.errors import WireError
from camstrm.wire import FROM_VIEWER, MAX_VIEWER_TEXT_SIZE, Ack, Subscribe

__all__ = ["WebSocketViewer"]

_log = logging.getLogger(__name__)

MAX_GARBAGE = 10
"""Wrong messages after which a viewer is closed (1008)."""

MESSAGES_PER_S = 200.0
"""Messages a viewer may send in the long run: an ack for each bundle and some more."""

MESSAGE_BURST = 200.0

PAUSE_S = 0.1
"""How long a viewer's messages wait when it has sent too many."""

_CLOSE_TIMEOUT_S = 0.5


class WebSocketViewer:
    """Sends a viewer's outbox over its WebSocket and obeys its messages until one side ends it.

    A task sends. While it naps, because the outbox is empty, a bundle that comes is written
    at once by the hub's :meth:`nudge` and the task sleeps on: with 100 viewers a task's turn
    for each bundle and for each ack would cost as much as a third of the sending itself.
    """

    def __init__(self, hub: BundleHub, viewer: Viewer, send_timeout_s: float) -> None:
        self._hub = hub
        self._viewer = viewer
        self._outbox = viewer.outbox
        self._send_timeout_s = send_timeout_s
        self._garbage = 0
        self._close = (WSCloseCode.GOING_AWAY, b"the bridge stops")
        self._transport: asyncio.Transport | None = None
        self._writer: AbstractStreamWriter | None = None
        self._nap: asyncio.Future[str | None] | None = None
        self._emptied = False
        self._allowance = MESSAGE_BURST
        self._allowed_s = time.monotonic()
        self._socket = web.WebSocketResponse(
            compress=False,  # JPEG does not compress: 11 ms of CPU a message for nothing
            max_msg_size=MAX_VIEWER_TEXT_SIZE,
            timeout=_CLOSE_TIMEOUT_S,
            autoping=False,  # pings count as messages, see _too_many
            writer_limit=0,  # wait for the kernel after each message, not after 256 KiB
        )

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Serve the viewer until it is gone; return the finished response."""
        transport = request.transport
        if transport is None:
            return gone()
        tune_transport(transport)
        self._transport = transport
        try:
            self._writer = await self._socket.prepare(request)
        except ConnectionError:
            return gone()
        watch = SendWatch(transport, self._send_timeout_s)
        number = self._outbox.id
        self._viewer.nudge = self.nudge
        sender = asyncio.create_task(self._send(watch), name=f"viewer {number} sender")
        receiver = asyncio.create_task(self._receive(), name=f"viewer {number} receiver")
        try:
            await asyncio.wait({sender, receiver}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sender, receiver):
                task.cancel()
            await asyncio.wait({sender, receiver}, timeout=_CLOSE_TIMEOUT_S)
            watch.close()
            if not watch.stuck:
                await self._end()
            transport.abort()
        if watch.stuck:
            self._hub.counters.viewers_stuck += 1
            _log.warning(
                "viewer %d (%s) took nothing for %g s: cut off",
                number,
                self._viewer.address,
                self._send_timeout_s,
            )
        for task in (sender, receiver):
            if not task.cancelled():
                task.result()  # what nobody could foresee belongs into the log
        return self._socket

    def nudge(self) -> None:
        """Look into the outbox if the sender naps; write a bundle, wake it for all else."""
        self._emptied = False
        nap = self._nap
        if nap is None or nap.done():
            return
        item = self._outbox.take()
        if isinstance(item, SharedBundle):
            if self._write(item):
                return
            item = None
        nap.set_result(item)

    async def _send(self, watch: SendWatch) -> None:
        outbox = self._outbox
        with contextlib.suppress(ConnectionError):  # the viewer is gone
            while not outbox.closed:
                item = outbox.take()
                if item is None:
                    if self._emptied:
                        item = await self._take_nap()
                    else:
                        await outbox.wait()
                        continue
                with watch:
                    if isinstance(item, str):
                        await self._socket.send_str(item)
                    elif item is None or not self._write(item):
                        await self._drain()

    async def _take_nap(self) -> str | None:
        """Wait for a nudge; return what is to be sent, None for what is written already."""
        self._nap = asyncio.get_running_loop().create_future()
        try:
            # It ends by close(), which nudges, or with the connection, which cancels.
            return await self._nap
        finally:
            self._nap = None

    def _write(self, bundle: SharedBundle) -> bool:
        """Write a bundle; return whether the kernel has taken all of it."""
        assert self._transport is not None
        if self._socket.closed or self._transport.is_closing():
            return False
        self._emptied = True  # a bundle is what comes out last
        self._outbox.sent_bytes += len(bundle.encoded(self._outbox.cameras))
        for part in bundle.web_socket_frame(self._outbox.cameras):
            self._transport.write(part)
        return not self._transport.get_write_buffer_size()

    async def _drain(self) -> None:
        """Return when the kernel has taken all; raise ConnectionError if it never will."""
        assert self._writer is not None
        assert self._transport is not None
        if self._socket.closed or self._transport.is_closing():
            raise ConnectionResetError("the WebSocket is closed")
        await self._writer.drain()

    async def _receive(self) -> None:
        while True:
            # Without a timeout: a viewer need not say anything, and one that is gone is
            # found by the status that is sent to it each second.
            message = await self._socket.receive()
            if self._too_many():
                await asyncio.sleep(PAUSE_S)
            if message.type == WSMsgType.TEXT:
                self._obey(message.data)
                if self._garbage >= MAX_GARBAGE:
                    self._close = (WSCloseCode.POLICY_VIOLATION, b"too many wrong messages")
                    return
            elif message.type == WSMsgType.PING:
                with contextlib.suppress(ConnectionError):
                    await self._socket.pong(message.data)
            elif message.type == WSMsgType.BINARY:
                _log.warning("viewer %d sent a binary message: closed", self._outbox.id)
                self._hub.counters.viewer_garbage += 1
                self._close = (WSCloseCode.UNSUPPORTED_DATA, b"viewers send text only")
                return
            elif message.type != WSMsgType.PONG:
                return

    def _obey(self, text: str) -> None:
        try:
            message = FROM_VIEWER.decode(text)
            if isinstance(message, Ack):
                self._outbox.acknowledge(message.seq)
            elif isinstance(message, Subscribe):
                if message.max_fps is not None and message.max_fps <= 0:
                    raise WireError("subscribe.max_fps", f"{message.max_fps}, wanted more than 0")
                self._hub.subscribe_message(self._viewer, message)
        except WireError as error:
            self._garbage += 1
            self._hub.counters.viewer_garbage += 1
            if self._garbage == 1:
                _log.warning("viewer %d: wrong message: %s", self._outbox.id, error)

    def _too_many(self) -> bool:
        """Count a message; tell whether to pause, so that a flood waits in its own buffers."""
        now = time.monotonic()
        earned = (now - self._allowed_s) * MESSAGES_PER_S
        self._allowance = min(MESSAGE_BURST, self._allowance + earned)
        self._allowed_s = now
        too_many = self._allowance < 1
        self._allowance -= 1
        return too_many

    async def _end(self) -> None:
        """Say why it ends and hear the viewer's answer, if both is possible at once."""
        code, reason = self._close
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            await asyncio.wait_for(self._socket.close(code=code, message=reason), _CLOSE_TIMEOUT_S)
