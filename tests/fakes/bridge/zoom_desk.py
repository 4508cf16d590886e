"""A person at a window of one large camera and two small ones."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from camstrm.wire import CameraFrame, Hello, Limits, View
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer, WaitUntil
from tests.fakes.clock import Clock
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, jpeg, picture_frame, view_frame
from tests.fakes.viewer_window import end_viewer, turn_wheel

RED, GREEN, BLUE = (200, 20, 20), (20, 200, 20), (20, 20, 200)
FRAME = (2656, 2304)
USUAL = (1328, 1152)


class Desk:
    """A window of one large camera (0) and two small ones, on a server that makes views."""

    def __init__(self, max_views: int = 8) -> None:
        limits = Limits(window=4, max_views=max_views)
        self.server = ViewerServer(hello=Hello("s1", cameras=THREE_CAMERAS, limits=limits))
        self.client = StreamClient(parse_address(self.server.url))
        self.decoder = PictureDecoder()
        self.clock = Clock()
        self.session = StreamSession(self.client, self.decoder, clock=self.clock)
        self.services = ViewerServices(clock=self.clock)
        self.services.add_server(self.session, "server")
        self.window = MainWindow(self.services)
        self.window.resize(1280, 800)
        self.window.show()
        self.session.start()
        self.seq = 0

    @property
    def view(self) -> CameraView:
        return self.window.views[0]

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)
        self.server.close()

    def send(self, wait_until: WaitUntil, *frames: CameraFrame) -> None:
        """Send a bundle and wait until it is on the screen."""
        self.seq += 1
        self.server.send_bundle(bundle(self.seq, *frames))
        wait_until(lambda: self.server.acks[-1:] == [self.seq])

    def pictures(self, late_us: int = 0) -> list[CameraFrame]:
        time_us = BASE_US + late_us
        big = picture_frame(0, jpeg(*USUAL, BLUE), *USUAL, source=FRAME, capture_time_us=time_us)
        small = [
            picture_frame(i, jpeg(640, 480, BLUE), 640, 480, capture_time_us=time_us)
            for i in (1, 2)
        ]
        return [big, *small]

    def part(self, *, late_us: int = 0) -> tuple[View, CameraFrame]:
        """Return the part of camera 0 that was asked for last, and a green picture of it."""
        (view,) = (v for v in self.server.views if v.camera == 0)
        assert view.region is not None
        size = view.region.width, view.region.height
        return view, view_frame(view, jpeg(*size, GREEN), size, FRAME, late_us=late_us)

    def settle(self) -> None:
        """Let half a second pass in which nothing changes."""
        self.window.refresh()
        self.clock.now += 0.5
        self.window.refresh()

    def wheel(self, x: int, y: int, steps: int = 1) -> None:
        turn_wheel(self.view, QPoint(x, y), steps)

    def mouse(self, kind: QEvent.Type, at: QPoint) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        held = none if kind is QEvent.Type.MouseButtonRelease else left
        button = none if kind is QEvent.Type.MouseMove else left
        place = QPointF(self.view.mapToGlobal(at))
        event = QMouseEvent(kind, QPointF(at), place, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.view, event)

    def stage(self, x: float, y: float) -> tuple[float, float]:
        """Return what of the frame is at x, y of the view."""
        top = self.view._picture_area().top()
        return self.view.viewport.frame_at(x, y - top)

    def colour(self, x: int, y: int) -> QColor:
        return self.view.grab().toImage().pixelColor(x, y)

    def answered(self) -> bool:
        """Whether the server's answer to the last wish has come."""
        granted = self.session._subscription._granted
        return bool(granted) and set(granted) == {v.id for v in self.server.views}


def zoomed(desk: Desk, wait_until: WaitUntil, steps: int = 8) -> CameraFrame:
    """Turn the wheel until a part is asked for and granted; return a picture of it."""
    desk.wheel(300, 300, steps)
    wait_until(lambda: any(v.region is not None for v in desk.server.views) and desk.answered())
    return desk.part()[1]


def near(colour: QColor, wanted: tuple[int, int, int]) -> bool:
    found = colour.red(), colour.green(), colour.blue()
    return all(abs(a - b) <= 12 for a, b in zip(found, wanted, strict=True))
