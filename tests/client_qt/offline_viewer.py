"""A viewer's window without a server: cameras, pictures and answers come from the test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import simplejpeg
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

import client_qt.parts  # noqa: F401  # registers the tools and the panels
from camstrm.client.address import ServerAddress
from camstrm.client.calls import Answer
from camstrm.errors import CallError
from camstrm.viewing.texts import Texts
from camstrm.wire import CameraFrame, CameraInfo, Hello, Limits
from camstrm.wire.operations import (
    Arguments,
    ChannelMeasurement,
    LineProfile,
    Measure,
    Measurement,
)
from camstrm.wire.views import Region
from client_qt.model.settings import Settings
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.picture import decode_picture
from client_qt.session.session import StreamSession
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.clock import Clock
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, jpeg, picture_frame
from tests.fakes.viewer_window import end_viewer

CAMERAS = (
    CameraInfo(0, "left", "DA0001", "MV-CA003-21UC", "Hikrobot"),
    CameraInfo(1, "오른쪽", "DA0002", "BFS-U3-63S4M", "FLIR"),
)


class OfflineViewer:
    """Calls are answered by ``answers`` at once, or kept in ``calls`` where there is none."""

    def __init__(
        self,
        *,
        language: str = "en",
        settings: Settings | None = None,
        cameras: tuple[CameraInfo, ...] = CAMERAS,
        address: str = "ws://127.0.0.1:1/ws",
    ) -> None:
        self.clock = Clock()
        self.client = StreamClient(ServerAddress(address, "s3cret"))
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder, clock=self.clock)
        self.calls: list[tuple[int, str, Arguments | None, Answer]] = []
        self.answers: dict[str, Callable[[int, Arguments | None], Struct | CallError]] = {}
        self.session.call = self._call  # type: ignore[method-assign]  # there is no server
        self.services = ViewerServices(settings=settings, texts=Texts(language), clock=self.clock)
        self.services.add_server(self.session, "server:8765", self.client.address)
        self.window = MainWindow(self.services)
        self.window.resize(1000, 700)
        self.window.show()
        self.session.model.connection_opened(self.clock())
        self.session._on_hello(Hello("s1", cameras=cameras, limits=Limits(max_calls=8)))

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)

    def view(self, camera: int = 0) -> CameraView:
        return self.window.views[camera]

    def picture(
        self, camera: int = 0, pixels: NDArray[np.uint8] | None = None, us: int = 0
    ) -> None:
        """Show a picture; ``pixels``: (height, width, 3) RGB."""
        if pixels is None:
            data, size = jpeg(64, 48, (200, 40, 40)), (64, 48)
        else:
            data = simplejpeg.encode_jpeg(
                np.ascontiguousarray(pixels), quality=100, colorspace="RGB", colorsubsampling="444"
            )
            size = (pixels.shape[1], pixels.shape[0])
        frame = picture_frame(camera, data, *size, capture_time_us=BASE_US + us)
        if self.session.model.cameras[camera].frozen:
            return  # as the session does
        self._receive(frame)
        self.session.picture_ready.emit(frame, decode_picture(frame))

    def key(self, key: Qt.Key | str, modifier: Qt.KeyboardModifier | None = None) -> None:
        """Press a key, or the key of a character, where the focus is."""
        focused: QWidget | None = self.window.focusWidget()
        target = self.window if focused is None else focused
        held = modifier or Qt.KeyboardModifier.NoModifier
        if isinstance(key, str):
            if key.isupper():
                held |= Qt.KeyboardModifier.ShiftModifier
            QTest.keyClicks(target, key, held)
        else:
            QTest.keyClick(target, key, held)

    def drag(self, view: CameraView, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the left button between two points of the picture's place."""
        top = view._picture_area().topLeft()
        a, b = QPoint(*start) + top, QPoint(*end) + top
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=a)
        send_move(view, a + (b - a) / 2)
        send_move(view, b)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=b)

    def stage(self, view: CameraView) -> QImage:
        """Return the picture's place as it is on the screen."""
        return view.grab().toImage().copy(view._picture_area())

    def _receive(self, frame: CameraFrame) -> None:
        model, now = self.session.model, self.clock()
        model.receive_bundle(bundle(1, frame), 1000, now)
        model.cameras[frame.camera_index].show(frame.capture_time_us, model.clock, now)
        self.window.refresh()

    def _call(self, camera: int, do: str, arguments: Arguments | None, answer: Answer) -> None:
        self.calls.append((camera, do, arguments, answer))
        if do in self.answers:
            answer(self.answers[do](camera, arguments))


def send_move(view: QWidget, to: QPoint) -> None:
    """Move the mouse with the left button held, which QTest does not say."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(to),
        QPointF(view.mapToGlobal(to)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view, event)


def measured(
    asked: Measure, *, sharpness: float = 100.0, us: int = 0, clipped: float = 0.5
) -> Measurement:
    """Answer a measure of a 12-bit Bayer camera."""
    bins = asked.bins
    line = None
    if asked.line is not None:
        line = LineProfile((0.0, 1.0, 2.0), {"R": (0.0, 4095.0, 0.0), "G": (1.0, 2.0, 3.0)})
    return Measurement(
        "BayerRG12",
        12,
        asked.region or Region(0, 0, 64, 48),
        3072,
        1,
        tuple(
            ChannelMeasurement(
                name, 1000.0, 3, 4095, 12.5, clipped, 0.0, tuple(range(bins)) if bins else ()
            )
            for name in "RGB"
        ),
        sharpness,
        7,
        BASE_US + us,
        {} if asked.point is None else {"R": 812, "Gr": 1024, "Gb": 1030, "B": 333},
        line,
    )
