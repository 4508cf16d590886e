"""The WebSocket to the server: connects, reconnects, decodes messages, acknowledges."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QByteArray, QObject, QTimer, QUrl, Signal
from PySide6.QtNetwork import (
    QAbstractSocket,
    QNetworkRequest,
    QSslError,
)
from PySide6.QtWebSockets import QWebSocket, QWebSocketProtocol

from camstrm.backoff import Backoff
from camstrm.client.address import ServerAddress
from camstrm.client.reconnect import GOOD_AFTER_S, PATIENT_PAUSE_S, reconnect_pauses
from camstrm.errors import WireError
from camstrm.viewing.plain_text import plain_message, plain_text
from camstrm.viewing.texts import Texts
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
from client_qt.session.certificate_check import CertificateCheck
from client_qt.session.network import Network

__all__ = ["StreamClient"]

_log = logging.getLogger(__name__)

_Data = TypeVar("_Data")
_Decoded = TypeVar("_Decoded")

CONNECT_TIMEOUT_S = 10.0
"""An attempt that takes longer is given up."""

SILENCE_TIMEOUT_S = 10.0
"""A server that says nothing for so long is gone: it sends a status each second."""

PING_INTERVAL_S = 2.0
"""Also the time between two looks at the timeouts."""


class StreamClient(QObject):
    """A camstrm server as Qt signals; reconnects by itself until :meth:`close`.

    Belongs to the UI thread, all of it, and needs its event loop.
    """

    connecting = Signal()
    connected = Signal()
    lost = Signal(str, float)
    """The reason as a sentence for the user, and the seconds until the next attempt."""

    failed = Signal(object)
    """Failure of an attempt, before ``lost``."""

    certificate_refused = Signal(object, str)
    """Certificate that the person would have to trust, and the fingerprint of the one that was
    trusted before ("": none was); before ``lost``."""

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
        network: Network | None = None,
        fingerprint: str = "",
        texts: Texts | None = None,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``fingerprint``: of the one certificate that is trusted, "": what the system trusts."""
        super().__init__()
        self.address = address
        """Where the server is, and the token; another token comes with :meth:`use_token`."""
        self._network = network or Network()
        self._fingerprint = fingerprint
        self.texts = texts or Texts()
        """What is said to the person, and in which language; never changes."""
        self._say = self.texts.say
        self._backoff = backoff or reconnect_pauses()
        self._clock = clock
        self._socket: QWebSocket | None = None
        """The connection or the attempt; None while waiting for the next one and after close."""
        self.is_open = False
        """Whether messages can be sent; written here only."""
        self._certificate = self._certificate_check()
        """Of this attempt."""
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

    @property
    def network(self) -> Network:
        """What holds for all connections."""
        return self._network

    @property
    def fingerprint(self) -> str:
        """Of the one certificate that is trusted, "": what the system trusts."""
        return self._fingerprint

    def open(self) -> None:
        """Start connecting; does nothing while a connection or an attempt is there."""
        if self._socket is not None:
            return
        self._retry.stop()
        socket = QWebSocket("", QWebSocketProtocol.Version.VersionLatest, self)
        socket.setProxy(self._network.proxy_for(self.address))
        socket.setMaxAllowedIncomingFrameSize(MAX_BUNDLE_SIZE)
        socket.setMaxAllowedIncomingMessageSize(MAX_BUNDLE_SIZE)
        socket.connected.connect(self._on_connected)
        socket.disconnected.connect(self._on_disconnected)
        socket.errorOccurred.connect(self._on_error)
        socket.sslErrors.connect(self._on_ssl_errors)
        socket.binaryMessageReceived.connect(self._on_binary)
        socket.textMessageReceived.connect(self._on_text)
        socket.pong.connect(self._on_pong)
        if self.address.encrypted:
            socket.setSslConfiguration(self._network.tls(self._fingerprint))
        request = QNetworkRequest(QUrl(self.address.url))
        if self.address.token:
            request.setRawHeader(b"Authorization", f"Bearer {self.address.token}".encode("ascii"))
        self._socket = socket
        self._certificate = self._certificate_check()
        self._heard_at = self._clock()
        self._watch.start(int(PING_INTERVAL_S * 1000))
        self.connecting.emit()
        socket.open(request)

    def close(self) -> None:
        """Close the connection and do not come back."""
        self._retry.stop()
        self._release()

    def use_token(self, token: str) -> None:
        """Connect again at once, with this token."""
        self.address = replace(self.address, token=token)
        self._again()

    def trust(self, fingerprint: str) -> None:
        """Connect again at once; the certificate must be this one from now on."""
        self._fingerprint = fingerprint
        self._again()

    def _again(self) -> None:
        self._retry.stop()
        self._backoff.reset()
        self._release()
        self.open()

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
        _log.info("connected to %s", self.address.label)
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
        # Names and reasons are shown in many places; here is the one way to all of them.
        message = None if message is None else plain_message(message)
        if isinstance(message, Hello) and message.protocol != PROTOCOL:
            reason = self._say("connect.lost.protocol", theirs=message.protocol, ours=PROTOCOL)
            self._end(reason, PATIENT_PAUSE_S)
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
            self._end(self._say("connect.lost.format", problem=plain_text(str(error), 300)))
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
            self._end(self._say("connect.lost.silent", seconds=round(silence)))
        elif not self.is_open and silence > CONNECT_TIMEOUT_S:
            seconds = round(CONNECT_TIMEOUT_S)
            self._end(
                self._say("connect.lost.no_answer", server=self.address.label, seconds=seconds)
            )
        else:
            self._ping()

    def _certificate_check(self) -> CertificateCheck:
        return CertificateCheck(self.address.label, self._network, self._fingerprint, self.texts)

    def _on_ssl_errors(self, errors: list[QSslError]) -> None:
        if self._socket is None:
            return
        refused = self._certificate.refused(self._socket, errors)
        if refused is None:
            self._socket.ignoreSslErrors()
        else:
            self.certificate_refused.emit(*refused)

    def _on_error(self, error: QAbstractSocket.SocketError) -> None:
        if self._socket is None:
            return
        if self.is_open and error is QAbstractSocket.SocketError.RemoteHostClosedError:
            self._end(self._say("connect.lost.closed"))
            return
        problem = self._certificate.problem
        is_tls = error is QAbstractSocket.SocketError.SslHandshakeFailedError
        failure = self._certificate.failure or explain_failure(
            self._socket.errorString(),
            self.address,
            self.texts,
            tls_problem=problem if is_tls or problem else None,
        )
        self.failed.emit(failure)
        self._end(failure.reason, PATIENT_PAUSE_S if failure.patient else None)

    def _on_disconnected(self) -> None:
        # The reason of an attempt that failed comes with errorOccurred, after this.
        if self._socket is not None and self.is_open:
            reason = plain_text(self._socket.closeReason(), 300)
            key = "connect.lost.closed_because" if reason else "connect.lost.closed"
            self._end(self._say(key, reason=reason))

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
