"""FeedSender: the grabber's connection to one reader of the feed, e.g. the bridge."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from camstrm.backoff import Backoff
from camstrm.errors import BridgeTakenError, SocketPathError, WireError
from camstrm.feed.bundle_queue import BundleQueue, NewestBundle
from camstrm.feed.open_calls import CallBack, refuse_call
from camstrm.feed.packet_protocol import PacketProtocol, open_packets
from camstrm.feed.packet_socket import give_room
from camstrm.feed.reply_queue import MAX_TEXTS, ReplyQueue
from camstrm.feed.socket_path import check_peer, check_socket_path
from camstrm.repeat_log import RepeatLog
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    Call,
    Demand,
    FrameBundle,
    Goodbye,
    Hello,
    Packet,
    PacketKind,
    Refused,
    Status,
    encode_bundle_parts,
)

__all__ = ["FeedReader", "FeedSender"]

_log = logging.getLogger(__name__)

_RETRY_S = 0.2
"""Pause between attempts to connect: a bridge that was restarted is found at once."""

_PATIENCE_S = 2.0
"""A bridge that is just starting is no news."""

_ANSWER_S = 8.0
"""How long the bridge may take to say whether this grabber has the place: one whose grabber
hangs needs 5 s. One that takes longer hangs itself, and will be started again."""

_STAND_BY_S = (1.0, 2.0, 5.0, 10.0)
"""Pauses between attempts while the bridge has another grabber; the last one repeats."""

_REMIND_S = 30.0
"""Time between two log lines while there is no bridge."""


@dataclass(frozen=True)
class FeedReader:
    """A reader of what the grabber makes: where it listens, and what waits for it."""

    path: str
    queue: BundleQueue = field(default_factory=NewestBundle)


class FeedSender:
    """Sends hello, status and bundles to a reader and passes on what it demands.

    What waits for a reader that is slow is up to its queue. While there is no reader nothing
    is kept and the demand is empty. ``on_demand`` is called for each demand, of which the
    first comes at once, and with an empty one when the connection ends or the reader gives no
    answer. ``on_refused`` is called when the reader has another grabber; if it returns True,
    the reader is asked again, at longer and longer intervals. ``on_call`` is called for each
    call, with the way back of its reply, which leads nowhere when the connection has ended.

    Data of replies goes piece by piece, when nothing else waits.

    Belongs to the event loop in which it is started.
    """

    def __init__(
        self,
        reader: FeedReader,
        hello: Callable[[], Hello],
        on_demand: Callable[[FeedSender, Demand], None],
        on_refused: Callable[[BridgeTakenError], bool],
        *,
        on_call: Callable[[Call, CallBack], None] = refuse_call,
        allowed_uids: tuple[int, ...] = (),
    ) -> None:
        self._path = reader.path
        self._queue = reader.queue
        self._hello = hello
        self._on_demand = on_demand
        self._on_refused = on_refused
        self._on_call = on_call
        self._allowed_uids = allowed_uids  # users beside root and this one who may listen
        self._protocol: PacketProtocol | None = None  # None: no reader is there
        self._status: Status | None = None  # waits until what is under way has gone
        self._hello_due = False  # the same
        self._replies = ReplyQueue(self._flush)  # of this connection
        self._piece_turn: asyncio.Handle | None = None  # sends the next piece of data
        self._timer: asyncio.TimerHandle | None = None  # next attempt, or limit of the answer
        self._stand_by = Backoff(*_STAND_BY_S)  # its count: refusals in a row
        self._alone_since_s = 0.0  # on the loop's clock

    @property
    def connected(self) -> bool:
        """Whether a reader is there."""
        return self._protocol is not None

    @property
    def dropped(self) -> int:
        """Bundles that the reader did not get because it was slow."""
        return self._queue.dropped

    @property
    def idle(self) -> bool:
        """Whether everything that was published has gone out."""
        return self._protocol is not None and self._protocol.idle

    def start(self) -> bool:
        """Connect, and again whenever the connection ends; return whether a reader was there."""
        self._loop = asyncio.get_running_loop()
        self._alone_since_s = self._loop.time()
        self._alone_log = RepeatLog(_log, _REMIND_S, more="", clock=self._loop.time)
        return self._connect()

    def stop(self) -> None:
        """Say goodbye, if that is possible at once, and close the connection."""
        if self._protocol is not None:
            self._protocol.send_text(FEED_UP.encode(Goodbye()))
        self._close()

    def announce(self) -> None:
        """Send hello (again): the cameras have changed."""
        self._hello_due = True
        self._flush()

    def send_status(self, status: Status) -> None:
        """Send the status; one that still waits is replaced."""
        self._status = status
        self._flush()

    def publish(self, bundle: FrameBundle) -> None:
        """Send the bundle when those before it have gone and its queue lets it."""
        if self._protocol is not None:
            self._queue.put(bundle)
            self._flush()

    def _close(self) -> None:
        """Close the connection; what waits for it is forgotten."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._piece_turn is not None:
            self._piece_turn.cancel()
            self._piece_turn = None
        self._queue.clear()
        self._replies.close()
        self._status = None
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.abort()

    def _connect(self) -> bool:
        self._timer = None
        try:
            sock = self._connected_socket()
        except (OSError, SocketPathError) as error:
            self._note(error)
            self._timer = self._loop.call_later(_RETRY_S, self._connect)
            return False
        if not self._stand_by.count:
            _log.info("connected to the bridge at %s", self._path)
        self._alone_log.forget()
        self._queue.clear()
        self._status = None
        self._hello_due = True
        self._replies = ReplyQueue(self._flush)
        self._protocol = PacketProtocol(self._read, self._ended, self._flush, self._opened)
        open_packets(sock, self._protocol)
        self._timer = self._loop.call_later(_ANSWER_S, self._unanswered)
        return True

    def _connected_socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            give_room(sock)
            # The bridge makes the folder, too: without it there is none.
            Path(self._path).lstat()
            check_socket_path(self._path, self._allowed_uids)
            sock.connect(self._path)
            check_peer(sock, self._path, self._allowed_uids)
        except BaseException:
            sock.close()
            raise
        return sock

    def _unanswered(self) -> None:
        self._timer = None
        _log.warning("the bridge at %s gives no answer", self._path)
        self._on_demand(self, Demand())

    def _note(self, error: OSError | SocketPathError) -> None:
        if isinstance(error, SocketPathError):
            text = str(error)
        elif error.errno in (errno.ENOENT, errno.ECONNREFUSED):
            text = f"socket {self._path}: no bridge there; start 'camstrm bridge'"
        else:
            text = f"socket {self._path}: {error.strerror}"
        if self._loop.time() - self._alone_since_s >= _PATIENCE_S:
            self._alone_log.warning("%s (retrying)", text, key=text)

    def _opened(self, _sock: socket.socket) -> None:
        self._flush()

    def _flush(self) -> None:
        while self._protocol is not None and self._protocol.idle and self._send_next():
            pass
        if self._replies.texts_size > MAX_TEXTS:
            self._disconnected("it does not read the replies to its calls")
        elif self._replies.has_data and self._piece_turn is None and self.idle:
            # In the loop's next turn: a bundle that is there by then goes first.
            self._piece_turn = self._loop.call_soon(self._send_piece)

    def _send_piece(self) -> None:
        self._piece_turn = None
        if self._protocol is not None and self._protocol.idle:
            payload = self._replies.piece()
            if payload is not None:
                self._protocol.send(PacketKind.DATA, payload)
            self._flush()

    def _send_next(self) -> bool:
        assert self._protocol is not None
        if self._hello_due:
            self._hello_due = False
            self._protocol.send_text(FEED_UP.encode(self._hello()))
        elif (reply := self._replies.text()) is not None:
            self._protocol.send_text(reply)
        elif self._status is not None:
            status, self._status = self._status, None
            self._protocol.send_text(FEED_UP.encode(status))
        else:
            bundle = self._queue.take()
            if bundle is None:
                return False
            self._protocol.send(PacketKind.BUNDLE, encode_bundle_parts(bundle))
        return True

    def _read(self, packets: list[Packet]) -> None:
        protocol = self._protocol
        for packet in packets:
            if self._protocol is not protocol:
                return  # closed by what was said before
            if packet.kind is not PacketKind.TEXT:
                continue
            message = FEED_DOWN.decode(packet.payload)
            if isinstance(message, Demand):
                self._accepted()
                self._on_demand(self, message)
            elif isinstance(message, Refused):
                self._refused(message.reason)
            elif isinstance(message, Call):
                self._on_call(message, self._replies)

    def _ended(self, error: OSError | WireError | None) -> None:
        if isinstance(error, WireError):
            _log.warning("socket %s: what listens there is no bridge: %s", self._path, error)
            self._disconnected("it sent something that is no demand")
        elif error is not None:
            self._disconnected(error.strerror or str(error))

    def _accepted(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._stand_by.count:
            self._stand_by.reset()
            _log.info("the bridge at %s has no other grabber any more", self._path)

    def _refused(self, reason: str) -> None:
        self._close()
        error = BridgeTakenError(self._path, reason)
        if not self._on_refused(error):
            return
        if not self._stand_by.count:
            _log.warning("%s (waiting for its end)", error)
        self._timer = self._loop.call_later(self._stand_by.next(), self._connect)

    def _disconnected(self, reason: str) -> None:
        _log.info("the bridge is gone: %s", reason)
        self._close()
        self._alone_since_s = self._loop.time()
        self._on_demand(self, Demand())
        self._timer = self._loop.call_later(_RETRY_S, self._connect)
