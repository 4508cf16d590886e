"""BundlePublisher: the grabber's connection to the bridge."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path

from camstrm.errors import BridgeTakenError, SocketPathError, WireError
from camstrm.feed.packet_socket import PacketConnection
from camstrm.feed.socket_path import check_peer, check_socket_path
from camstrm.grab.loop import READ, WRITE, Loop, Timer
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    Demand,
    FrameBundle,
    Goodbye,
    Hello,
    PacketKind,
    Refused,
    Status,
    encode_bundle_parts,
    merge_bundles,
)

__all__ = ["BundlePublisher"]

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


class BundlePublisher:
    """Sends hello, status and bundles to the bridge and passes on what it demands.

    One bundle waits at most; a newer one takes its place (with its pictures, where it
    has none) and is counted. While there is no bridge nothing is kept and the demand is
    empty. ``on_demand`` is called for each demand, of which the first comes at once, and
    with an empty one when the connection ends or the bridge gives no answer.
    ``on_refused`` is called when the bridge has another grabber; if it returns True, the
    bridge is asked again, at longer and longer intervals.
    """

    def __init__(
        self,
        loop: Loop,
        path: str,
        hello: Callable[[], Hello],
        on_demand: Callable[[Demand], None],
        on_refused: Callable[[BridgeTakenError], bool],
        *,
        allowed_uids: tuple[int, ...] = (),
    ) -> None:
        self.dropped = 0
        self._loop = loop
        self._path = path
        self._hello = hello
        self._on_demand = on_demand
        self._on_refused = on_refused
        self._allowed_uids = allowed_uids
        self._connection: PacketConnection | None = None
        self._bundle: FrameBundle | None = None  # waits until the one before has gone
        self._status: Status | None = None  # the same
        self._hello_due = False
        self._timer: Timer | None = None  # the next attempt to connect, or the answer's limit
        self._refusals = 0  # in a row
        self._problem = ""  # logged last
        self._problem_s = 0.0  # when that was
        self._alone_since_s = time.monotonic()

    @property
    def connected(self) -> bool:
        """Whether a bridge is there."""
        return self._connection is not None

    def start(self) -> bool:
        """Connect, and again whenever the connection ends; tell whether a bridge was there."""
        return self._connect()

    def stop(self) -> None:
        """Say goodbye, if that is possible at once, and close the connection."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.queue_text(FEED_UP.encode(Goodbye()))
                self._connection.flush()
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
        """Send the bundle as soon as the one under way is through."""
        if self._connection is None:
            return
        if self._bundle is not None:
            self.dropped += 1
            bundle = merge_bundles(self._bundle, bundle)
        self._bundle = bundle
        self._flush()

    def _close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        connection, self._connection = self._connection, None
        if connection is not None:
            self._loop.unwatch(connection)
            connection.close()

    def _reconnect(self) -> None:
        self._connect()

    def _connect(self) -> bool:
        self._timer = None
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            # The bridge makes the folder, too: without it there is none.
            Path(self._path).lstat()
            check_socket_path(self._path, self._allowed_uids)
            sock.connect(self._path)
            check_peer(sock, self._path, self._allowed_uids)
        except (OSError, SocketPathError) as error:
            sock.close()
            self._note(error)
            self._timer = self._loop.call_later(_RETRY_S, self._reconnect)
            return False
        if not self._refusals:
            _log.info("connected to the bridge at %s", self._path)
        self._problem = ""
        self._connection = PacketConnection(sock)
        self._bundle = self._status = None
        self._hello_due = True
        self._timer = self._loop.call_later(_ANSWER_S, self._unanswered)
        self._flush()
        return True

    def _unanswered(self) -> None:
        self._timer = None
        _log.warning("the bridge at %s gives no answer", self._path)
        self._on_demand(Demand())

    def _note(self, error: OSError | SocketPathError) -> None:
        if isinstance(error, SocketPathError):
            text = str(error)
        elif error.errno in (errno.ENOENT, errno.ECONNREFUSED):
            text = f"socket {self._path}: no bridge there; start 'camstrm bridge'"
        else:
            text = f"socket {self._path}: {error.strerror}"
        now = time.monotonic()
        if now - self._alone_since_s < _PATIENCE_S:
            return
        if text != self._problem or now - self._problem_s > _REMIND_S:
            self._problem, self._problem_s = text, now
            _log.warning("%s (retrying)", text)

    def _flush(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            connection.flush()
            while connection.idle and self._queue_next(connection):
                connection.flush()
        except OSError as error:
            # What the bridge said last may still be there to be read.
            if self._read() and self._connection is connection:
                self._disconnected(error.strerror or str(error))
            return
        events = READ if connection.idle else READ | WRITE
        self._loop.watch(connection, events, self._ready)

    def _queue_next(self, connection: PacketConnection) -> bool:
        if self._hello_due:
            self._hello_due = False
            connection.queue_text(FEED_UP.encode(self._hello()))
        elif self._status is not None:
            status, self._status = self._status, None
            connection.queue_text(FEED_UP.encode(status))
        elif self._bundle is not None:
            bundle, self._bundle = self._bundle, None
            connection.queue(PacketKind.BUNDLE, encode_bundle_parts(bundle))
        else:
            return False
        return True

    def _ready(self, events: int) -> None:
        if not events & READ or self._read():
            self._flush()

    def _read(self) -> bool:
        """Obey what the bridge says; return whether the connection is still there."""
        connection = self._connection
        assert connection is not None
        try:
            for packet in connection.receive():
                if packet.kind is not PacketKind.TEXT:
                    continue
                message = FEED_DOWN.decode(packet.payload)
                if isinstance(message, Demand):
                    self._accepted()
                    self._on_demand(message)
                    if self._connection is not connection:
                        return False
                elif isinstance(message, Refused):
                    self._refused(message.reason)
                    return False
        except OSError as error:
            self._disconnected(error.strerror or str(error))
            return False
        except WireError as error:
            _log.warning("socket %s: what listens there is no bridge: %s", self._path, error)
            self._disconnected("it sent something that is no demand")
            return False
        return True

    def _accepted(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._refusals:
            self._refusals = 0
            _log.info("the bridge at %s has no other grabber any more", self._path)

    def _refused(self, reason: str) -> None:
        self._close()
        self._bundle = self._status = None
        error = BridgeTakenError(self._path, reason)
        if not self._on_refused(error):
            return
        if not self._refusals:
            _log.warning("%s (waiting for its end)", error)
        pause_s = _STAND_BY_S[min(self._refusals, len(_STAND_BY_S) - 1)]
        self._refusals += 1
        self._timer = self._loop.call_later(pause_s, self._reconnect)

    def _disconnected(self, reason: str) -> None:
        _log.info("the bridge is gone: %s", reason)
        self._close()
        self._bundle = self._status = None
        self._alone_since_s = time.monotonic()
        self._on_demand(Demand())
        self._timer = self._loop.call_later(_RETRY_S, self._reconnect)
