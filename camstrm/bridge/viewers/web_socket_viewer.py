"""WebSocketViewer: one viewer on a WebSocket, and what it says."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from aiohttp import WSCloseCode, web

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.sender import DISCARD, ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.throttle import Throttle
from camstrm.bridge.viewers.web_socket_frames import (
    MessageReader,
    Opcode,
    WebSocketError,
    check_close,
    close_frame,
    frame,
    text_of,
)
from camstrm.errors import WireError
from camstrm.wire import FROM_VIEWER, Ack, Call, Subscribe

__all__ = ["WebSocketViewer"]

_log = logging.getLogger(__name__)

MAX_GARBAGE = 10
"""Wrong messages after which a viewer is closed (1008)."""

MESSAGES_PER_S = 200.0
"""Messages a viewer may send in the long run: an ack for each bundle and some more. One above
4 KB counts once more for each 4 KB: the largest as 17; one in fragments, for each 16 of them."""

MAX_UNREAD_REPLIES = 256 * 1024
"""Bytes of replies that a viewer may leave unread; then it is not read either, until it reads.
At most as many replies more may come as it has open calls."""

MAX_WAITING_REPLIES = 16
"""The same as a number of replies: refusals are short, and many."""

MESSAGE_BURST = 200.0
"""Messages that may come at once: those of a second."""

PAUSE_S = 0.1
"""How long a viewer's messages wait when it has sent too many."""

SUBSCRIBE_INTERVAL_S = 0.2
"""Seconds between two ``subscribe`` of a viewer that are done; of those between them the last one
counts. Each may change what the grabber makes and sends fresh pictures, which costs as much as a
bundle. Page and Qt viewer ask no more often while somebody zooms."""

SUBSCRIBE_COST = 4
"""Messages as which one counts beside itself that takes the place of one that waits: reading it
takes as long."""

CLOSE_TIMEOUT_S = 0.5
"""How long the bridge waits for the viewer's answer to a close frame."""


class WebSocketViewer(ViewerSender):
    """Sends bundles and texts as WebSocket messages and acts on what the viewer sends.

    aiohttp makes the handshake; its reader and writer are not used after that. Messages are
    handled where they arrive, in the loop's callback.
    """

    kind = "websocket"

    def __init__(
        self,
        hub: BundleHub,
        address: str,
        send_timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(hub.make_outbox(), address, send_timeout_s)
        self._hub = hub
        self._clock = clock
        self._reader = MessageReader()
        self._garbage = 0
        """Wrong messages that it has sent."""
        self._allowance = MESSAGE_BURST
        """Messages that it may send now."""
        self._allowed_s = clock()
        """When the allowance was computed, in the clock's seconds."""
        self._pauses = False
        """Whether its messages wait because it has sent too many, or leaves replies unread."""
        self._pong = b""
        """The last frame that answered a ping."""
        self._wished: Subscribe | None = None
        """The last ``subscribe``, until it is done."""
        self._subscribes = Throttle(SUBSCRIBE_INTERVAL_S, self._subscribe)
        """Does what ``_wished`` says."""
        self._closing = False
        """Whether a close frame was sent: nothing follows it, and only its answer is awaited."""

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Serve the viewer until it is gone; return the finished response."""
        # JPEG does not compress: deflate would cost 11 ms of CPU a message for nothing.
        return await self.serve(request, web.WebSocketResponse(compress=False))

    def _goodbye(self) -> None:
        code = WSCloseCode.POLICY_VIOLATION if self._dismissed else WSCloseCode.GOING_AWAY
        self._close(code, self._farewell)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  the reader knows better
        return self._reader.get_buffer()

    def buffer_updated(self, nbytes: int) -> None:
        """Do what the messages that have come ask for."""
        self._reader.received(nbytes)
        self._take_messages()

    def _encode(self, item: bytes | SharedBundle) -> Sequence[bytes | memoryview]:
        if isinstance(item, bytes):
            return (frame(Opcode.TEXT, item),)
        outbox = self.outbox
        parts, size = item.message(outbox.selection)
        outbox.sent_bytes += size
        outbox.last_size = size
        return parts

    def _take_messages(self) -> None:
        try:
            while (message := self._reader.next()) is not None:
                opcode, payload = message
                if self._closing:
                    if opcode == Opcode.CLOSE:
                        self._flush()
                        return
                elif opcode == Opcode.TEXT:
                    self._take_text(text_of(payload))
                else:
                    self._take_frame(opcode, payload)
                self._allowance -= 1 + (len(payload) >> 12) + (self._reader.fragments >> 4)
                if self._allowance < 0 and not self._may_say_more():
                    self._pause_reading()
                    return
        except WebSocketError as error:
            self._fail(error)

    def _take_text(self, text: str) -> None:
        try:
            message = FROM_VIEWER.decode(text)
            if isinstance(message, Ack):
                self.acknowledge(message.seq)
            elif isinstance(message, Subscribe):
                if message.max_fps is not None and message.max_fps <= 0:
                    raise WireError("subscribe.max_fps", f"{message.max_fps}, wanted more than 0")
                if self._wished is not None:
                    self._allowance -= SUBSCRIBE_COST
                self._wished = message
                self._subscribes.ask()
            elif isinstance(message, Call):
                self._hub.calls.take(self, message)
                if self._leaves_replies():
                    self._allowance = min(self._allowance, 0.0)
        except WireError as error:
            self._garbage += 1
            self._hub.counters.viewer_garbage += 1
            if self._garbage == 1:
                _log.warning("viewer %d: wrong message: %s", self.outbox.id, error)
            elif self._garbage == MAX_GARBAGE:
                self._close(WSCloseCode.POLICY_VIOLATION, "too many wrong messages")

    def _subscribe(self) -> bool:
        """Do what the viewer wished last; return whether that was anything new."""
        wished, self._wished = self._wished, None
        return wished is not None and self._hub.subscribe_message(self, wished)

    def _take_frame(self, opcode: int, payload: bytes) -> None:
        """Do what a frame that is no text asks for."""
        if opcode == Opcode.PING:
            self._answer_ping(payload)
        elif opcode == Opcode.BINARY:
            _log.warning("viewer %d sent a binary message: closed", self.outbox.id)
            self._hub.counters.viewer_garbage += 1
            self._close(WSCloseCode.UNSUPPORTED_DATA, "viewers send text only")
        elif opcode == Opcode.CLOSE:
            self._close(check_close(payload))
            self._flush()

    def _answer_ping(self, payload: bytes) -> None:
        """Send a pong; one that leaves them unread gets that to its last ping (RFC 6455, 5.5.3)."""
        assert self._rest is not None
        before, self._pong = self._pong, frame(Opcode.PONG, payload)
        if not self._rest.replace_last(before, self._pong):
            self._write((self._pong,))

    def _may_say_more(self) -> bool:
        """Return whether it may send another message now; the clock is read once for many."""
        now = self._clock()
        earned = (now - self._allowed_s) * MESSAGES_PER_S
        self._allowed_s = now
        self._allowance = min(MESSAGE_BURST, self._allowance + earned)
        return self._allowance >= 0 and not self._leaves_replies()

    def _leaves_replies(self) -> bool:
        """Return whether too many replies wait for it to say more."""
        outbox = self.outbox
        return outbox.replies > MAX_WAITING_REPLIES or outbox.reply_size > MAX_UNREAD_REPLIES

    def _pause_reading(self) -> None:
        if self._transport is not None:
            self._pauses = True
            self._transport.pause_reading()
            self._loop.call_later(PAUSE_S, self._go_on_reading)

    def _go_on_reading(self) -> None:
        if self._transport is None:
            return
        if self._leaves_replies():
            self._loop.call_later(PAUSE_S, self._go_on_reading)
            return
        self._pauses = False
        self._take_messages()
        if not self._pauses and self._transport is not None:
            self._transport.resume_reading()

    def _end(self) -> None:
        super()._end()
        self._subscribes.cancel()

    def _fail(self, error: WebSocketError) -> None:
        """End a connection on which nothing more can be understood.

        What comes is read and dropped: the kernel would throw away the close frame, too, if the
        connection was closed with unread bytes.
        """
        self._reader = _DeafReader()
        if not self._closing:
            _log.warning("viewer %d broke the protocol: %s: closed", self.outbox.id, error)
            self._hub.counters.viewer_garbage += 1
            self._close(error.code, str(error))
        if self._transport is not None and self._transport.can_write_eof():
            assert self._rest is not None
            self._rest.when_gone(self._transport.write_eof)

    def _close(self, code: int | None, reason: str = "") -> None:
        """Say why it ends, and send nothing more; the connection ends with the answer."""
        if self._closing or self._transport is None:
            return
        self._closing = True
        self._end()
        self._write((close_frame(code, reason),))
        self._loop.call_later(CLOSE_TIMEOUT_S, self._transport.abort)


class _DeafReader(MessageReader):
    """Reads on, and hears nothing."""

    def get_buffer(self) -> memoryview:
        return DISCARD

    def received(self, count: int) -> None:
        pass

    def next(self) -> None:
        return None
