"""FeedConnection: what one grabber sends over the UNIX socket, and what it is sent."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import select
import socket
import time
from collections.abc import Callable
from typing import Protocol

from camstrm.errors import WireError
from camstrm.feed.packet_protocol import PacketProtocol
from camstrm.feed.socket_path import peer_pid
from camstrm.repeat_log import RepeatLog
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    PROTOCOL,
    Call,
    Demand,
    FrameBundle,
    Goodbye,
    Hello,
    Packet,
    PacketKind,
    Refused,
    Reply,
    Status,
    decode_bundle,
    decode_data,
)

__all__ = ["FeedConnection", "FeedSink"]

_log = logging.getLogger(__name__)

MAX_UNREAD_CALLS = 512 * 1024
"""Bytes that a grabber may leave unread before calls are refused; a call has 64 KB at most."""

QUIET_S = 1.4
"""A grabber that was sending pictures, and has said nothing for so long, is no input: its status
alone comes each second. Viewers hear of it within 1.5 s."""

_SILENT_LOG_S = 60.0
"""A grabber that is silent again and again is logged once in this time."""

_PACES = 3.0
"""One that sends pictures seldom is given so many times its last pause."""

MAX_UNREAD = 2 * MAX_UNREAD_CALLS
"""Bytes that a grabber may leave unread before it counts as stuck: demands always go."""


class FeedSink(Protocol):
    """Takes what comes from the grabber that has the place: the bridge, for one."""

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        """Take the first hello of a connection and the way back to the grabber.

        ``send`` returns False for a call that the grabber has no room for, or if it is gone.
        """

    def grabber_said(self, message: Hello | Status) -> None:
        """Take a later message of the same connection."""

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        """Take a bundle; ``data`` are its bytes, into which its payloads point."""

    def grabber_replied(self, reply: Reply) -> None:
        """Take the reply to a call."""

    def grabber_sent_data(self, call_id: int, piece: memoryview) -> None:
        """Take a piece of the data of a reply that is to come."""

    def grabber_caught_up(self) -> None:
        """Learn that no bundle that the grabber has sent waits unread."""

    def grabber_went(self) -> None:
        """Learn that the connection is over."""

    def set_input(self, state: str) -> None:
        """Learn that the grabber is silent ("none") or speaks again ("ok")."""


class FeedConnection:
    """One connection of a grabber.

    ``arrived`` decides with the socket whether it is read at all, ``introduced`` is called at
    its first hello, ``ended`` once when it is over, with WireError if that was for what it
    sent. What it sends beside hello goes to the sink from :meth:`let_speak` on.

    Belongs to one event loop, whose clock it uses.
    """

    def __init__(
        self,
        sink: FeedSink,
        arrived: Callable[[FeedConnection, socket.socket], bool],
        introduced: Callable[[FeedConnection, Hello], None],
        ended: Callable[[FeedConnection, OSError | WireError | None], None],
        *,
        hello_timeout_s: float,
        silence_s: float,
    ) -> None:
        self.protocol = PacketProtocol(self._read, self._ended, on_open=self._opened)
        self.said_goodbye = False  # it ends on purpose
        self.came_s = 0.0  # when it connected, UTC since 1970: for the log
        self._sink = sink
        self._arrived = arrived
        self._introduced = introduced
        self._on_end = ended
        self._hello_timeout_s = hello_timeout_s
        self._log = RepeatLog(_log, _SILENT_LOG_S)
        self._silence_s = silence_s
        self._clock = asyncio.get_running_loop().time
        self._pid = 0  # of the far side; 0: not known
        self._hello: Hello | None = None  # the newest
        self._hello_s = 0.0  # when the first one came, on the loop's clock
        self._heard_s = 0.0  # when anything came last, on the loop's clock
        self._bundle_s = -math.inf  # when a bundle came last, on the loop's clock
        self._pace_s = math.inf  # between the last two bundles; infinite while none come
        self._may_speak = False
        self._silent = False  # and the sink knows it
        self._problem: WireError | None = None  # for which it was closed from here
        self._timer: asyncio.TimerHandle | None = None  # the next look at the silence

    @property
    def session(self) -> str:
        """Of the hello; empty before it."""
        return "" if self._hello is None else self._hello.session

    def send(self, message: Demand | Call) -> bool:
        """Send a message; return False for a call that there is no room for.

        A grabber that does not read its demands is dropped: it would never follow them.
        """
        if isinstance(message, Call) and self.protocol.unsent > MAX_UNREAD_CALLS:
            return False
        if self.protocol.unsent > MAX_UNREAD:
            _log.warning("the grabber does not read its demands: connection closed")
            self.abort()
            return False
        self.protocol.send_text(FEED_DOWN.encode(message))
        return self.protocol.is_open

    def turn_away(self, reason: str) -> None:
        """Say why, and close."""
        self.protocol.send_text(FEED_DOWN.encode(Refused(reason)))
        self.protocol.close()

    def abort(self) -> None:
        """Close at once."""
        self.protocol.abort()

    def describe(self) -> str:
        """Return how the log names it."""
        # repr: a session is text from the far side.
        session = f"session {self.session[:64]!r}"
        return f"pid {self._pid}, {session}" if self._pid else session

    def is_gone(self) -> bool:
        """Return whether the far side has closed, or its process is no more.

        The end of the connection is seen here even while unread bytes wait before it. A
        process that forked may leave its end open in a child.
        """
        if not self.protocol.is_open or self.said_goodbye:
            return True
        poll = select.poll()
        poll.register(self.protocol.fileno(), 0)
        if poll.poll(0):  # POLLHUP or POLLERR, which need not be asked for
            return True
        if self._pid:
            try:
                os.kill(self._pid, 0)
            except ProcessLookupError:
                return True
            except OSError:
                return False  # another user's: it is there
        return False

    def silent_for_s(self) -> float:
        """Return how long it has said nothing."""
        return self._clock() - self._heard_s

    def spoke_after(self, rival: FeedConnection) -> bool:
        """Return whether it has said anything since the rival's first hello."""
        return self._heard_s > rival._hello_s

    def let_speak(self) -> None:
        """Let what it sends count from now on, and hand its hello to the sink."""
        assert self._hello is not None
        self._may_speak = True
        self._watch(min(QUIET_S, self._silence_s))
        _log.info("grabber connected: %s, %s", self._hello.server or "unnamed", self.describe())
        self._sink.grabber_came(self._hello, self.send)

    def _opened(self, sock: socket.socket) -> None:
        if not self._arrived(self, sock):
            self.abort()
            return
        self._pid = peer_pid(sock)
        self.came_s = time.time()
        self._heard_s = self._clock()
        self._watch(self._hello_timeout_s)

    def _ended(self, error: OSError | WireError | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._on_end(self, self._problem or error)

    def _read(self, packets: list[Packet]) -> None:
        self._heard_s = self._clock()
        self._note_pace(packets)
        if self._silent:
            self._silent = False
            self._sink.set_input("ok")
        for packet in packets:
            if not self.protocol.is_open:
                return
            if packet.kind is PacketKind.TEXT:
                self._text_received(packet.payload)
            elif self._hello is None:
                raise WireError("UdsPacketHeader", "a bundle came first, wanted a hello")
            elif not self._may_speak:
                continue
            elif packet.kind is PacketKind.BUNDLE:
                self._sink.grabber_sent(decode_bundle(packet.payload), packet.payload)
            else:
                # It is sent only when no bundle waits, so what came before is the newest.
                self._sink.grabber_caught_up()
                self._sink.grabber_sent_data(*decode_data(packet.payload))
        if self._may_speak and not self.protocol.more_waits():
            self._sink.grabber_caught_up()

    def _note_pace(self, packets: list[Packet]) -> None:
        pause_s = self._heard_s - self._bundle_s
        if any(packet.kind is PacketKind.BUNDLE for packet in packets):
            self._pace_s, self._bundle_s = pause_s, self._heard_s
        elif pause_s > QUIET_S:
            self._pace_s = math.inf  # nobody watches any more: its status comes each second

    def _text_received(self, payload: memoryview) -> None:
        message = FEED_UP.decode(payload)
        if isinstance(message, Hello):
            self._hello_received(message)
        elif self._hello is None:
            name = type(message).__name__.lower()
            raise WireError("control message", f"{name} came first, wanted hello")
        elif isinstance(message, Goodbye):
            self.said_goodbye = True
        elif isinstance(message, Status):
            self._pass_on(message)
        elif isinstance(message, Reply) and self._may_speak:
            self._sink.grabber_replied(message)

    def _hello_received(self, hello: Hello) -> None:
        if hello.protocol != PROTOCOL:
            raise WireError("hello.protocol", f"version {hello.protocol}, wanted {PROTOCOL}")
        first, self._hello = self._hello is None, hello
        if first:
            self._hello_s = self._clock()
            self._watch(min(QUIET_S, self._silence_s))
            self._introduced(self, hello)
        else:
            self._pass_on(hello)

    def _pass_on(self, message: Hello | Status) -> None:
        if self._may_speak:
            self._sink.grabber_said(message)

    def _watch(self, limit_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        left_s = max(0.0, limit_s - self.silent_for_s()) or limit_s
        self._timer = asyncio.get_running_loop().call_later(left_s, self._time_is_over)

    def _time_is_over(self) -> None:
        # If this process was stopped, what the grabber said meanwhile is still unread: the
        # next turn of the loop reads it before it calls this.
        self._timer = asyncio.get_running_loop().call_later(0, self._check_silence)

    def _check_silence(self) -> None:
        self._timer = None
        if self._hello is None:
            self._problem = WireError("hello", f"none within {self._hello_timeout_s} s")
            self.abort()
            return
        quiet_s = min(QUIET_S, self._silence_s)
        limit_s = min(max(quiet_s, _PACES * self._pace_s), self._silence_s)
        silent_s = self.silent_for_s()
        if self._may_speak and not self._silent and silent_s >= limit_s:
            self._silent = True
            self._log.warning("the grabber has said nothing for %.1f s: no frame input", limit_s)
            self._sink.set_input("none")
        # A pace may become quicker meanwhile: the next look is not later than for the quickest.
        self._watch(quiet_s if silent_s < quiet_s else limit_s)
