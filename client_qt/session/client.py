"""The WebSocket to the server: connects, reconnects, decodes messages, acknowledges."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl, Signal
from PySide6.QtNetwork import (
    QAbstractSocket,
    QNetworkProxy,
    QNetworkRequest,
    QSslConfiguration,
    QSslError,
    QSslSocket,
)
from PySide6.QtWebSockets import QWebSocket, QWebSocketProtocol

from camstrm.backoff import Backoff
from camstrm.client.address import ServerAddress
from camstrm.errors import WireError
from camstrm.wire import (
    FROM_VIEWER,
    MAX_BUNDLE_SIZE,
    PROTOCOL,
    TO_VIEWER,
    Ack,
    Call,
    Hello,
    Leases,
    Reply,
    Status,
    Subscribe,
    Views,
    decode_bundle,
)
from client_qt.model.failure import explain_failure

__all__ = ["StreamClient", "reconnect_pauses"]

_log = logging.getLogger(__name__)

_Data = TypeVar("_Data")
_Decoded = TypeVar("_Decoded")

CONNECT_TIMEOUT_S = 10.0
"""An attempt that takes longer is given up."""

SILENCE_TIMEOUT_S = 10.0
"""A server that says nothing for so long is gone: it sends a status each second."""

PING_INTERVAL_S = 2.0
"""Also the time between two looks at the timeouts."""

GOOD_AFTER_S = 5.0
"""A connection that worked for so long makes the next attempt come at once."""


def reconnect_pauses(rng: random.Random | None = None) -> Backoff:
    """Return the pauses between connection attempts; ``rng`` is for tests.

    Their jitter keeps many viewers from coming back in the same instant after a server's
    restart (PhotonVision's reconnect storms).
    """
    return Backoff(0.25, factor=2.0, limit_s=5.0, jitter=0.5, rng=rng)


class StreamClient(QObject):
    """A camstrm server as Qt signals; reconnects by itself until :meth:`close`.

    Belongs to the UI thread, all of it, and needs its event loop.
    """

    connecting = Signal()
    connected = Signal()
    lost = Signal(str, float)
    """The reason as a sentence for the user, and the seconds until the next attempt."""

    hello_received = Signal(object)
    status_received = Signal(object)
    views_received = Signal(object)
    reply_received = Signal(object)
    leases_received = Signal(object)
    bundle_received = Signal(object, int)
    """FrameBundle and its size in bytes."""

    round_trip_measured = Signal(float)
    """Seconds between a ping and its pong."""

    def __init__(
        self,
        address: ServerAddress,
        *,
        insecure: bool = False,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._address = address
        self._insecure = insecure
        self._backoff = backoff or reconnect_pauses()
        self._clock = clock
        self._socket: QWebSocket | None = None
        """The connection or the attempt; None while waiting for the next one and after close."""
        self.is_open = False
        """Whether messages can be sent; written here only."""
        self._tls_problem = ""
        """What Qt said about the certificate in this attempt."""
        self._good_since: float | None = None
        """When this connection brought its first message that could be read (clock's seconds)."""
        self._heard_at = 0.0
        """When anything came last, or the attempt began (clock's seconds)."""
        self._ping_sent_at: float | None = None
        """When the ping was sent whose pong is awaited (clock's seconds)."""
        self._wish = Subscribe()
        """What was subscribed last; a new viewer gets everything unasked."""
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.timeout.connect(self.open)
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._look_after)

    def open(self) -> None:
        """Start connecting; does nothing while a connection or an attempt is there."""
        if self._socket is not None:
            return
        self._retry.stop()
        socket = QWebSocket("", QWebSocketProtocol.Version.VersionLatest, self)
        # Cameras are in the same building; a proxy for web pages is not on that way.
        socket.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        socket.setMaxAllowedIncomingFrameSize(MAX_BUNDLE_SIZE)
        socket.setMaxAllowedIncomingMessageSize(MAX_BUNDLE_SIZE)
        socket.connected.connect(self._on_connected)
        socket.disconnected.connect(self._on_disconnected)
        socket.errorOccurred.connect(self._on_error)
        socket.sslErrors.connect(self._on_ssl_errors)
        socket.binaryMessageReceived.connect(self._on_binary)
        socket.textMessageReceived.connect(self._on_text)
        socket.pong.connect(self._on_pong)
        if self._insecure:
            configuration = QSslConfiguration.defaultConfiguration()
            configuration.setPeerVerifyMode(QSslSocket.PeerVerifyMode.VerifyNone)
            socket.setSslConfiguration(configuration)
        request = QNetworkRequest(QUrl(self._address.url))
        if self._address.token:
            request.setRawHeader(b"Authorization", f"Bearer {self._address.token}".encode("ascii"))
        self._socket = socket
        self._tls_problem = ""
        self._heard_at = self._clock()
        self._watch.start(int(PING_INTERVAL_S * 1000))
        self.connecting.emit()
        socket.open(request)

    def close(self) -> None:
        """Close the connection and do not come back."""
        self._retry.stop()
        self._release()

    def acknowledge(self, seq: int) -> None:
        """Send that bundle ``seq`` and all before it are on the screen."""
        self._send(Ack(seq))

    def subscribe(self, wish: Subscribe) -> None:
        """Ask for these pictures, now and after a reconnect."""
        if wish != self._wish:
            self._wish = wish
            self._send(wish)

    def call(self, call: Call) -> None:
        """Send a call; its reply comes as a signal, unless the connection is lost before."""
        self._send(call)

    def _send(self, message: Ack | Subscribe | Call) -> None:
        if self._socket is not None and self.is_open:
            self._socket.sendTextMessage(FROM_VIEWER.encode(message).decode())

    def _on_connected(self) -> None:
        self.is_open = True
        self._heard_at = self._clock()
        _log.info("connected to %s", self._address.label)
        self.connected.emit()
        if self._wish != Subscribe():
            self._send(self._wish)
        self._ping()

    def _on_binary(self, message: QByteArray) -> None:
        data = message.data()
        if bundle := self._decode(decode_bundle, data):
            self._note_good()
            self.bundle_received.emit(bundle, len(data))

    def _on_text(self, text: str) -> None:
        message = self._decode(TO_VIEWER.decode, text)
        if isinstance(message, Hello) and message.protocol != PROTOCOL:
            self._end(
                f"the server speaks protocol {message.protocol}, this viewer {PROTOCOL}: "
                "install the same camstrm version on both",
                self._backoff.longest(),
            )
        elif isinstance(message, Hello):
            self._note_good()
            self.hello_received.emit(message)
        elif isinstance(message, Status):
            self._note_good()
            self.status_received.emit(message)
        elif isinstance(message, Views):
            self.views_received.emit(message)
        elif isinstance(message, Reply):
            self.reply_received.emit(message)
        elif isinstance(message, Leases):
            self.leases_received.emit(message)

    def _decode(self, decode: Callable[[_Data], _Decoded], data: _Data) -> _Decoded | None:
        self._heard_at = self._clock()
        try:
            return decode(data)
        except WireError as error:
            self._end(f"the server sent what is not camstrm's format ({error})")
            return None

    def _note_good(self) -> None:
        if self._good_since is None:
            self._good_since = self._clock()

    def _ping(self) -> None:
        # The next ping waits for the pong: one clock reading per round trip is enough.
        if self._socket is not None and self.is_open and self._ping_sent_at is None:
            self._ping_sent_at = self._clock()
            self._socket.ping()

    def _on_pong(self, _elapsed_ms: int, _payload: QByteArray) -> None:
        self._heard_at = self._clock()
        if self._ping_sent_at is not None:
            self.round_trip_measured.emit(self._heard_at - self._ping_sent_at)
            self._ping_sent_at = None

    def _look_after(self) -> None:
        silence = self._clock() - self._heard_at
        if self.is_open and silence > SILENCE_TIMEOUT_S:
            self._end(f"the server was silent for {silence:.0f} s")
        elif not self.is_open and silence > CONNECT_TIMEOUT_S:
            self._end(f"no answer from {self._address.label} within {CONNECT_TIMEOUT_S:.0f} s")
        else:
            self._ping()

    def _on_ssl_errors(self, errors: list[QSslError]) -> None:
        problems = "; ".join(dict.fromkeys(e.errorString() for e in errors))
        if self._insecure and self._socket is not None:
            _log.warning(
                "certificate of %s accepted (--insecure): %s", self._address.label, problems
            )
            self._socket.ignoreSslErrors()
        else:
            self._tls_problem = problems

    def _on_error(self, error: QAbstractSocket.SocketError) -> None:
        if self._socket is None:
            return
        if self.is_open and error is QAbstractSocket.SocketError.RemoteHostClosedError:
            self._end("the server closed the connection")
            return
        is_tls = error is QAbstractSocket.SocketError.SslHandshakeFailedError
        failure = explain_failure(
            self._socket.errorString(),
            self._address.label,
            has_token=bool(self._address.token),
            tls_problem=self._tls_problem if is_tls or self._tls_problem else None,
        )
        self._end(failure.reason, self._backoff.longest() if failure.patient else None)

    def _on_disconnected(self) -> None:
        # The reason of an attempt that failed comes with errorOccurred, after this.
        if self._socket is not None and self.is_open:
            reason = self._socket.closeReason()
            self._end("the server closed the connection" + (f": {reason}" if reason else ""))

    def _end(self, reason: str, delay_s: float | None = None) -> None:
        if self._socket is None:
            return
        if self._good_since is not None and self._clock() - self._good_since >= GOOD_AFTER_S:
            self._backoff.reset()
        self._release()
        wait_s = self._backoff.next() if delay_s is None else delay_s
        _log.warning("%s; next try in %.1f s", reason, wait_s)
        self._retry.start(int(wait_s * 1000))
        self.lost.emit(reason, wait_s)

    def _release(self) -> None:
        socket, self._socket = self._socket, None
        self.is_open = False
        self._good_since = None
        self._ping_sent_at = None
        self._watch.stop()
        if socket is not None:
            # Late signals of a dead socket must not end the next connection.
            socket.blockSignals(True)
            socket.abort()
            socket.deleteLater()
