"""ViewerSender: one viewer, from the bundle that is new to the bytes on its connection."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from typing import ClassVar

from aiohttp import web

from camstrm.bridge.viewers.outbox import TextKind, ViewerOutbox
from camstrm.bridge.viewers.send_watch import SendWatch, gone, tune_transport
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.sight import Sight
from camstrm.bridge.viewers.unsent_rest import UnsentRest
from camstrm.feed.packet_socket import unsent
from camstrm.wire.bundle import Buffer

__all__ = ["DISCARD", "ViewerSender"]

_log = logging.getLogger(__name__)

DISCARD = memoryview(bytearray(4096))
"""Where bytes go that nobody is to read: one buffer serves all."""

_FLUSH_S = 0.5
"""What was written before the end of a connection may take so long to leave this process."""


class ViewerSender(asyncio.BufferedProtocol):
    """Somebody who gets bundles: puts go into the outbox and from there to the connection.

    What is put is written at once if the kernel has taken all that was written before, else
    as soon as it has: no task, no queue behind the outbox. The connection is aiohttp's until
    the response's head is out, then :meth:`serve` makes this the transport's protocol, and
    nothing else writes to it. Before and after that, puts only fill the outbox.

    Subclasses say what goes over the connection (:meth:`_encode`, which may not write) and
    take what comes. Everything belongs to the bridge's event loop.
    """

    kind: ClassVar[str] = ""
    """What the viewer is: for the log, /api/status and /metrics."""

    def __init__(self, outbox: ViewerOutbox, address: str, send_timeout_s: float) -> None:
        """Send to a viewer at ``address``; drop it if it takes nothing for ``send_timeout_s``."""
        self.outbox = outbox
        self.address = address
        self.sight: Sight = None
        """Names of the cameras that its token is for; None: all. Set before it joins."""
        self.wish: tuple[frozenset[int] | None, float | None] = None, None
        """Cameras and rate that it asked for, of which it gets what it may see. The hub's."""
        self.stuck = False
        """Whether it was cut off because it took nothing."""
        self._send_timeout_s = send_timeout_s
        self._transport: asyncio.Transport | None = None
        """The connection from :meth:`serve` to its loss."""
        self._descriptor = -1
        """Of the connection's socket, for a write past the transport; -1 under TLS."""
        self._http: asyncio.BaseProtocol | None = None
        """What had the connection before, which must hear of its end."""
        self._rest: UnsentRest | None = None
        """What the kernel has not taken of what was written; there while the connection is."""
        self._room = False
        """Whether a write now goes to the kernel: connected, not ending, nothing waits there."""
        self._turn: asyncio.TimerHandle | None = None
        """Calls when a bundle that came before its turn may go."""
        self._watch: SendWatch | None = None
        """Looks whether a write that the kernel has not taken makes progress."""
        self._stopped = False
        """Whether the connection is to end, also one that is about to begin."""
        self._farewell = "the bridge stops"
        """Why, for the user."""
        self._dismissed = False
        """Whether it ends because the viewer may not stay."""
        self._lost: asyncio.Future[None] | None = None
        """Done when the connection is lost."""

    # What the hub calls.

    def put_text(self, kind: TextKind, text: bytes) -> None:
        """Send ``text`` before any bundle; the newest of a kind replaces those that wait."""
        self.outbox.put_text(kind, text)
        self._send()

    def put_reply(self, text: bytes) -> None:
        """Send the reply to a call before any bundle; none replaces another."""
        self.outbox.put_reply(text)
        self._send()

    def put_bundle(self, bundle: SharedBundle) -> None:
        """Send ``bundle`` as soon as viewer and rate allow, unless a newer one comes before."""
        if self._room and self.outbox.goes_at_once(bundle):
            if parts := self._encode(bundle):
                self._write(parts)
            return
        self.outbox.put_bundle(bundle)
        self._send()

    def go_on(self) -> None:
        """Send what may go now that the outbox has other wishes."""
        self._send()

    def acknowledge(self, seq: int) -> None:
        """Take bundle ``seq`` and all sent before it as shown; ignore one never sent."""
        if self.outbox.acknowledge(seq):
            self._send()

    def start_session(self) -> None:
        """Forget bundles of an earlier grabber run: sequence numbers start again."""
        self.outbox.start_session()

    def close(self) -> None:
        """End the connection, also one that is about to be: the bridge stops."""
        self._stopped = True
        if self._transport is not None:
            self._goodbye()

    # What control calls.

    @property
    def id(self) -> int:
        """Number of the viewer since the bridge's start."""
        return self.outbox.id

    @property
    def name(self) -> str:
        """Of the viewer's token."""
        return self.outbox.name

    @property
    def role(self) -> str:
        """Of the viewer's token."""
        return self.outbox.role

    def introduce(self, name: str, role: str, sight: Sight = None) -> None:
        """Let the status say name and role of the viewer's token; ``sight``: what it may see."""
        self.outbox.name, self.outbox.role = name, role
        self.sight = sight

    def dismiss(self, reason: str) -> None:
        """End the connection as :meth:`close`, because the viewer may not stay."""
        self._farewell = reason
        self._dismissed = True
        self.close()

    # What the route calls.

    async def serve(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """Send ``response``'s head and then what is put, until the connection is lost."""
        transport = request.transport
        if transport is None:
            return gone()
        tune_transport(transport)
        try:
            await response.prepare(request)
        except ConnectionError:
            return gone()
        if request.transport is None:
            return gone()
        self._loop = asyncio.get_running_loop()
        self._lost = self._loop.create_future()
        self._http = transport.get_protocol()
        self._transport = transport
        if transport.get_extra_info("sslcontext") is None:
            self._descriptor = transport.get_extra_info("socket").fileno()
        self._watch = SendWatch(transport, self._send_timeout_s)
        self._rest = UnsentRest(transport)
        transport.set_protocol(self)
        transport.resume_reading()
        if transport.get_write_buffer_size():
            self.pause_writing()
        else:
            self._room = not transport.is_closing()
        try:
            if self._stopped:
                self._goodbye()
            self._send()
            await self._lost
        finally:
            self._end()
            transport.abort()
        return response

    # What asyncio calls.

    def pause_writing(self) -> None:
        """Stop: the kernel has not taken all of the last write."""
        self._room = False
        if self._watch is not None:
            self._watch.begin()

    def resume_writing(self) -> None:
        """Go on: it has taken the last piece."""
        assert self._rest is not None
        assert self._transport is not None
        all_taken = self._rest.push()
        # A write to a connection that the far side has ended would let asyncio end it twice.
        if all_taken and self._watch is not None and not self._transport.is_closing():
            self._watch.end()
            self._room = True
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._transport = None
        if self._rest is not None:
            self._rest.clear()
        if self._http is not None:
            self._http.connection_lost(exc)
            self._http = None
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

    # What subclasses use.

    def _encode(self, item: bytes | SharedBundle) -> Sequence[Buffer]:
        """Return the bytes to write in parts, counting those of a bundle; maybe none."""
        raise NotImplementedError

    def _goodbye(self) -> None:
        """End the connection because the bridge stops."""
        self._flush()

    def _send(self) -> None:
        """Write what may go and fits."""
        take = self.outbox.take
        while self._room and (item := take()) is not None:
            if isinstance(item, bytes):
                # At least each second: a far side that confirms nothing is found by this.
                assert self._watch is not None
                self._watch.look()
            if parts := self._encode(item):
                self._write(parts)
        if self.outbox.max_fps is not None and self._room and self._turn is None:
            self._wait_for_turn()

    def _write(self, parts: Sequence[Buffer]) -> None:
        """Write ``parts`` behind what waits."""
        if self._room and self._descriptor >= 0:
            # One call of the system for all parts, past the transport: its write() takes one
            # part and its writelines() joins them before Python 3.12.
            try:
                sent = os.writev(self._descriptor, parts)
            except OSError:
                sent = 0  # the transport meets the same, and knows what to do
            if sent == sum(map(len, parts)):
                return
            parts = unsent(parts, sent)
        assert self._rest is not None
        self._rest.put(parts)
        self._rest.push()

    def _flush(self) -> None:
        """Close the connection when the kernel has all that was written, or soon."""
        self._end()
        if self._transport is not None and self._rest is not None:
            self._loop.call_later(_FLUSH_S, self._transport.abort)
            self._rest.when_gone(self._transport.close)

    def _end(self) -> None:
        """Send nothing more of the outbox."""
        self._room = False
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        if self._watch is not None:
            self._watch.close()
            self.stuck = self._watch.stuck
            self._watch = None
            if self.stuck:
                _log.warning(
                    "viewer %d (%s, %s) took nothing for %g s: cut off",
                    self.outbox.id,
                    self.address,
                    self.kind,
                    self._send_timeout_s,
                )

    def _wait_for_turn(self) -> None:
        wait_s = self.outbox.wait_s()
        if wait_s is not None:
            self._turn = self._loop.call_later(wait_s, self._turn_comes)

    def _turn_comes(self) -> None:
        self._turn = None
        self._send()
