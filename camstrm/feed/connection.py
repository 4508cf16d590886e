"""FeedConnection: what one grabber sends over the UNIX socket, and what it is sent."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import select
import socket
import sys
import termios
import time
from collections.abc import Callable
from typing import Protocol

from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.errors import WireError
from camstrm.feed.socket_path import peer_pid
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    PROTOCOL,
    Demand,
    Goodbye,
    Hello,
    Packet,
    PacketKind,
    PacketSplitter,
    Refused,
    Status,
    decode_bundle,
    encode_packet_parts,
)

__all__ = ["ConnectionOwner", "FeedConnection", "GrabberSink"]

_log = logging.getLogger(__name__)

MAX_UNREAD_DEMAND = 65536
"""Bytes of demands that a grabber may leave unread before it counts as stuck."""


class GrabberSink(Protocol):
    """Who takes what the grabber sends (the hub)."""

    def grabber_came(self, hello: Hello, send_demand: Callable[[Demand], None]) -> None:
        """Take the first hello of a connection and the way back to the grabber."""

    def grabber_said_hello(self, hello: Hello) -> None:
        """Take a later hello of the same connection."""

    def grabber_sent_status(self, status: Status) -> None:
        """Take the grabber's counters."""

    def grabber_sent_bundle(self, bundle: SharedBundle, size: int) -> None:
        """Take a bundle of ``size`` bytes."""

    def grabber_went(self) -> None:
        """Learn that the connection is over."""

    def set_input(self, state: str) -> None:
        """Learn that the grabber is silent ("none") or speaks again ("ok")."""


class ConnectionOwner(Protocol):
    """Who accepts connections and decides which of them speaks (the subscriber)."""

    sink: GrabberSink
    hello_timeout_s: float
    silence_s: float
    overtaken: int

    def arrived(self, connection: FeedConnection, peer: socket.socket) -> bool:
        """Decide whether a new connection may speak."""

    def introduced(self, connection: FeedConnection, hello: Hello) -> None:
        """Learn that a connection has said its first hello."""

    def ended(self, connection: FeedConnection) -> None:
        """Learn that a connection is closed."""

    def refuse(self, error: WireError) -> None:
        """Learn that somebody sent what is not camstrm's format."""


class FeedConnection(asyncio.BufferedProtocol):
    """One connection: cuts the stream into packets, reading payloads into place.

    What it sends beside hello counts from :meth:`let_speak` on. ``came_s`` is when it
    connected (UTC since 1970), ``said_goodbye`` whether it ends on purpose.
    """

    def __init__(self, owner: ConnectionOwner) -> None:
        self._owner = owner
        self._splitter = PacketSplitter()
        self.said_goodbye = False
        self.came_s = 0.0
        self._transport: asyncio.Transport | None = None
        self._pid = 0
        self._hello: Hello | None = None  # the newest
        self._hello_s = 0.0
        self._may_speak = False
        self._silent = False
        self._heard_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._held: tuple[SharedBundle, int] | None = None
        self._room = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the owner whether this one may speak."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if not self._owner.arrived(self, transport.get_extra_info("socket")):
            self.abort()
            return
        self._pid = peer_pid(transport.get_extra_info("socket"))
        self.came_s = time.time()
        self._heard_s = time.monotonic()
        self._watch(self._owner.hello_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's call
        """Tell the owner."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._owner.ended(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  the splitter knows better
        """Return where the next bytes belong."""
        buffer = self._splitter.get_buffer()
        self._room = len(buffer)
        return buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Obey what is complete now."""
        self._heard_s = time.monotonic()
        if self._silent:
            self._silent = False
            self._owner.sink.set_input("ok")
        try:
            for packet in self._splitter.bytes_received(nbytes):
                self._packet_received(packet)
            # A read that filled less than it might have found no more.
            if self._held is not None and (nbytes < self._room or not self._more_waits()):
                self._pass_on()
            self._splitter.bytes_received(0)  # raises if garbage came behind these packets
        except WireError as error:
            self._owner.refuse(error)
            self.abort()
            return
        # The memory for the next packet is made now, not when its bytes are there.
        self._splitter.get_buffer()

    def send_demand(self, demand: Demand) -> None:
        """Write a demand; a grabber that does not read is dropped, it would never obey."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > MAX_UNREAD_DEMAND:
            _log.warning("the grabber does not read its demands: connection closed")
            self.abort()
            return
        text = FEED_DOWN.encode(demand)
        self._transport.writelines(encode_packet_parts(PacketKind.TEXT, [text]))

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def session(self) -> str:
        """Of the hello; empty before it."""
        return "" if self._hello is None else self._hello.session

    def who(self) -> str:
        """Return how the log names it."""
        # repr: a session is text from the far side.
        session = f"session {self.session[:64]!r}"
        return f"pid {self._pid}, {session}" if self._pid else session

    def is_gone(self) -> bool:
        """Tell whether the far side has closed, or its process is no more.

        The end of the connection is seen here even while unread bytes wait before it. A
        process that forked may leave its end open in a child.
        """
        if self._transport is None or self._transport.is_closing() or self.said_goodbye:
            return True
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), 0)
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
        return time.monotonic() - self._heard_s

    def spoke_after(self, rival: FeedConnection) -> bool:
        """Tell whether it has said anything since the rival's first hello."""
        return self._heard_s > rival._hello_s

    def let_speak(self) -> Hello:
        """Let what it sends count from now on; return its hello."""
        assert self._hello is not None
        self._may_speak = True
        self._watch(self._owner.silence_s)
        return self._hello

    def turn_away(self, reason: str) -> None:
        """Say why, and close."""
        if self._transport is not None and not self._transport.is_closing():
            text = FEED_DOWN.encode(Refused(reason))
            self._transport.writelines(encode_packet_parts(PacketKind.TEXT, [text]))
            self._transport.close()

    def _packet_received(self, packet: Packet) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if packet.kind == PacketKind.TEXT:
            self._text_received(packet.payload)
        elif self._hello is None:
            raise WireError("UdsPacketHeader", "a bundle came first, wanted a hello")
        elif self._may_speak:
            bundle = SharedBundle(decode_bundle(packet.payload), packet.payload)
            self._hold(bundle, len(packet.payload))

    def _hold(self, bundle: SharedBundle, size: int) -> None:
        if self._held is not None:
            older = self._held[0]
            if bundle.bundle.seq <= older.bundle.seq:
                self._pass_on()  # another run of the grabber: nothing of it is overtaken
            else:
                self._owner.overtaken += 1
                bundle = bundle.over(older)
        self._held = bundle, size

    def _pass_on(self) -> None:
        if self._held is not None:
            (bundle, size), self._held = self._held, None
            self._owner.sink.grabber_sent_bundle(bundle, size)

    def _more_waits(self) -> bool:
        """Tell whether the kernel holds bytes that will be read in the loop's next round."""
        assert self._transport is not None
        sock = self._transport.get_extra_info("socket")
        waiting = bytearray(4)
        try:
            fcntl.ioctl(sock.fileno(), termios.FIONREAD, waiting)
        except OSError:
            return False  # the connection has just ended
        return int.from_bytes(waiting, sys.byteorder) > 0

    def _text_received(self, payload: memoryview) -> None:
        message = FEED_UP.decode(payload)
        if isinstance(message, Hello):
            self._hello_received(message)
        elif self._hello is None:
            name = type(message).__name__.lower()
            raise WireError("control message", f"{name} came first, wanted hello")
        elif isinstance(message, Status):
            if self._may_speak:
                self._owner.sink.grabber_sent_status(message)
        elif isinstance(message, Goodbye):
            self.said_goodbye = True

    def _hello_received(self, hello: Hello) -> None:
        if hello.protocol != PROTOCOL:
            raise WireError("hello.protocol", f"version {hello.protocol}, wanted {PROTOCOL}")
        first, self._hello = self._hello is None, hello
        if first:
            self._hello_s = time.monotonic()
            self._watch(self._owner.silence_s)
            self._owner.introduced(self, hello)
        elif self._may_speak:
            self._pass_on()  # it belongs to what was said before
            self._owner.sink.grabber_said_hello(hello)

    def _watch(self, limit_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        left_s = max(0.0, self._heard_s + limit_s - time.monotonic()) or limit_s
        self._timer = asyncio.get_running_loop().call_later(left_s, self._time_is_over)

    def _time_is_over(self) -> None:
        # If this process was stopped, what the grabber said meanwhile is still unread: the
        # next turn of the loop reads it before it calls this.
        self._timer = asyncio.get_running_loop().call_later(0, self._check_silence)

    def _check_silence(self) -> None:
        self._timer = None
        if self._hello is None:
            self._owner.refuse(WireError("hello", f"none within {self._owner.hello_timeout_s} s"))
            self.abort()
            return
        limit_s = self._owner.silence_s
        if self._may_speak and not self._silent and self.silent_for_s() >= limit_s:
            self._silent = True
            _log.warning("the grabber has said nothing for %.1f s: no frame input", limit_s)
            self._owner.sink.set_input("none")
        self._watch(limit_s)
