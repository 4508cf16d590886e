"""camstrm's own viewer: client, session, decoder threads and main window."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

from bench.viewer.feed import CAMERAS
from camstrm.client.address import parse_address
from camstrm.wire import TO_VIEWER, Ack, Call, CameraFrame, CameraInfo, Hello, Subscribe
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.picture import DecodedPicture
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices

__all__ = ["CamstrmWindow"]


class FedClient(StreamClient):
    """The viewer's client, but its messages come from :meth:`feed` instead of a socket."""

    def __init__(self) -> None:
        super().__init__(parse_address("ws://127.0.0.1:1"))
        self.acknowledged = 0

    def open(self) -> None:
        self.is_open = True
        self.connecting.emit()
        self.connected.emit()
        cameras = tuple(CameraInfo(i, f"camera {i}", serial=f"SN{i}") for i in range(CAMERAS))
        self._on_text(TO_VIEWER.encode(Hello("bench", cameras=cameras)).decode())

    def feed(self, message: bytes) -> None:
        self._on_binary(QByteArray(message))

    def _send(self, message: Ack | Call | Subscribe) -> None:
        if isinstance(message, Ack):
            self.acknowledged = message.seq


class CamstrmWindow:
    """Counts what the session hands to the window."""

    def __init__(self) -> None:
        self._client = FedClient()
        self._decoder = PictureDecoder()
        self._session = StreamSession(self._client, self._decoder)
        self._services = ViewerServices()
        self._services.add_server(self._session, "bench")
        self._window = MainWindow(self._services)
        self._shown = [0] * CAMERAS
        self._session.picture_ready.connect(self._count)
        self._window.show()
        self._session.start()
        self.deliver = self._client.feed

    @property
    def views(self) -> list[QWidget]:
        """The cameras' views."""
        return list(self._window.views.values())

    def counts(self) -> dict[str, Any]:
        """Return pictures decoded and shown, dropped, and broken; the last bundle's ack."""
        cameras = self._session.model.cameras.values()
        return {
            "shown": sum(self._shown),
            "shown_by_camera": self._shown,
            "dropped": sum(camera.dropped for camera in cameras),
            "failed": sum(camera.failed for camera in cameras),
            "acknowledged": self._client.acknowledged,
        }

    def close(self) -> None:
        """Close the window and end the threads."""
        self._window.close()
        if not self._session.close():
            raise RuntimeError("a decoder thread did not end")

    def _count(self, frame: CameraFrame, _: DecodedPicture) -> None:
        self._shown[frame.camera_index] += 1
