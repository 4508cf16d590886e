"""A scripted camstrm server for viewer tests, in the event loop of the test itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtNetwork import QHostAddress, QTcpServer, QTcpSocket
from PySide6.QtWebSockets import QWebSocket, QWebSocketServer

from camstrm.wire import (
    FROM_VIEWER,
    TO_VIEWER,
    Ack,
    Call,
    CameraInfo,
    FrameBundle,
    GrantedView,
    Hello,
    Leases,
    Reply,
    Status,
    Subscribe,
    View,
    Views,
    encode_bundle,
)

WaitUntil = Callable[[Callable[[], object]], None]
"""The fixture ``wait_until``: runs the event loop until a condition holds."""

THREE_CAMERAS = (
    CameraInfo(0, "left", "DA0001", "MV-CA003-21UC", "Hikrobot"),
    CameraInfo(1, "right", "DA0002", "MV-CA003-21UC", "Hikrobot"),
    CameraInfo(2, "top", "23001122", "BFS-U3-63S4M", "FLIR"),
)


class ViewerServer(QObject):
    """Accepts viewers and does nothing unless asked; keeps what the viewers said.

    Wishes for views are answered: all are granted but those of cameras in ``refused``.
    """

    viewer_came = Signal()

    def __init__(self, port: int = 0, hello: Hello | None = None) -> None:
        super().__init__()
        self.hello = hello
        self.received: list[object] = []
        self.refused: dict[int, str] = {}
        """Why no view of a camera is sent, by its index."""
        self.viewers: list[QWebSocket] = []
        self._closed = False
        self._server = QWebSocketServer("test", QWebSocketServer.SslMode.NonSecureMode, self)
        self._server.newConnection.connect(self._on_viewer)
        if not self._server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), port):
            raise OSError(self._server.errorString())

    @property
    def port(self) -> int:
        return self._server.serverPort()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def acks(self) -> list[int]:
        return [m.seq for m in self.received if isinstance(m, Ack)]

    @property
    def subscriptions(self) -> list[tuple[int, ...] | None]:
        return [m.cameras for m in self.received if isinstance(m, Subscribe)]

    @property
    def views(self) -> tuple[View, ...]:
        """Those that were asked for last."""
        subscriptions = [m for m in self.received if isinstance(m, Subscribe)]
        return subscriptions[-1].views if subscriptions else ()

    @property
    def calls(self) -> list[Call]:
        return [m for m in self.received if isinstance(m, Call)]

    def send(self, message: Hello | Status | Reply | Views | Leases | str) -> None:
        text = message if isinstance(message, str) else TO_VIEWER.encode(message).decode()
        for viewer in self.viewers:
            viewer.sendTextMessage(text)

    def send_bundle(self, bundle: FrameBundle | bytes) -> int:
        data = bundle if isinstance(bundle, bytes) else encode_bundle(bundle)
        for viewer in self.viewers:
            viewer.sendBinaryMessage(QByteArray(data))
        return len(data)

    def drop_viewers(self) -> None:
        """Cut every connection without a closing handshake, as a killed server does."""
        viewers, self.viewers = self.viewers, []
        for viewer in viewers:
            viewer.blockSignals(True)
            viewer.abort()
            viewer.deleteLater()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._server.close()
        self.drop_viewers()
        self.deleteLater()

    def _on_viewer(self) -> None:
        viewer = self._server.nextPendingConnection()
        assert viewer is not None
        viewer.textMessageReceived.connect(self._on_text)
        self.viewers.append(viewer)
        if self.hello is not None:
            viewer.sendTextMessage(TO_VIEWER.encode(self.hello).decode())
        self.viewer_came.emit()

    def _on_text(self, text: str) -> None:
        message = FROM_VIEWER.decode(text)
        self.received.append(message)
        if isinstance(message, Subscribe) and message.views:
            self.send(Views(tuple(map(self._answer, message.views))))

    def _answer(self, view: View) -> GrantedView:
        if why := self.refused.get(view.camera, ""):
            return GrantedView(0, view.camera, refused=why)
        return GrantedView(view.id, view.camera, view.region)


class RefusingServer(QObject):
    """Answers every request with one fixed HTTP response and keeps what was asked."""

    def __init__(self, response: bytes) -> None:
        super().__init__()
        self.requests: list[bytes] = []
        self._response = response
        self._server = QTcpServer(self)
        self._server.newConnection.connect(self._on_connection)
        if not self._server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), 0):
            raise OSError(self._server.errorString())

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._server.serverPort()}/ws"

    def close(self) -> None:
        self._server.close()
        self.deleteLater()

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        assert socket is not None
        socket.setParent(self)
        socket.readyRead.connect(lambda: self._answer(socket))

    def _answer(self, socket: QTcpSocket) -> None:
        self.requests.append(bytes(socket.readAll().data()))
        socket.write(QByteArray(self._response))
        socket.disconnectFromHost()
