"""Zoom in the viewer's window: gestures, the views that are asked for, and what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import simplejpeg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from camstrm.wire import (
    CameraFrame,
    CameraLease,
    Hello,
    Leases,
    Limits,
    Region,
    Status,
    View,
    ViewerStatus,
)
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets import view_painting
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import HINT_S, ViewerServices
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer, WaitUntil
from tests.fakes.clock import Clock
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, jpeg, picture_frame, view_frame

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
        self.window.close()
        assert self.session.close()
        for part in (self.window, self.services, self.session, self.decoder, self.client):
            part.deleteLater()
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

    def wheel(self, x: float, y: float, steps: int = 1) -> None:
        at = QPointF(x, y)
        event = QWheelEvent(
            at,
            QPointF(self.view.mapToGlobal(at.toPoint())),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.view, event)

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


@pytest.fixture
def desk(qapp: QApplication, wait_until: WaitUntil) -> Iterator[Desk]:
    desk = Desk()
    try:
        wait_until(lambda: len(desk.window.views) == 3)
        desk.send(wait_until, *desk.pictures())
        desk.window.refresh()
        qapp.processEvents()
        yield desk
    finally:
        desk.close()


def zoomed(desk: Desk, wait_until: WaitUntil, steps: int = 8) -> CameraFrame:
    """Turn the wheel until a part is asked for and granted; return a picture of it."""
    desk.wheel(300, 300, steps)
    wait_until(lambda: any(v.region is not None for v in desk.server.views) and desk.answered())
    return desk.part()[1]


def near(colour: QColor, wanted: tuple[int, int, int]) -> bool:
    found = colour.red(), colour.green(), colour.blue()
    return all(abs(a - b) <= 12 for a, b in zip(found, wanted, strict=True))


def test_the_wheel_zooms_at_the_cursor(desk: Desk) -> None:
    there = desk.stage(300, 420)
    for steps in (1, 1, 3, -2, 9):
        desk.wheel(300, 420, steps)
        assert desk.stage(300, 420) == pytest.approx(there)
    assert desk.view.viewport.scale == pytest.approx(desk.view.viewport._fitting * 1.25**12)
    desk.wheel(300, 420, -30)
    assert desk.view.viewport.fits
    desk.wheel(300, 420, -1)
    assert desk.view.viewport.fits
    desk.wheel(300, 5, 3)
    assert desk.view.viewport.fits, "the header is no picture"


def test_dragging_moves_the_picture_with_the_mouse(desk: Desk) -> None:
    desk.mouse(QEvent.Type.MouseButtonPress, QPoint(300, 300))
    desk.mouse(QEvent.Type.MouseMove, QPoint(250, 280))
    assert desk.view.viewport.fits, "there is nothing to move"
    desk.mouse(QEvent.Type.MouseButtonRelease, QPoint(250, 280))
    desk.wheel(300, 300, 8)
    assert desk.view.cursor().shape() is Qt.CursorShape.OpenHandCursor
    there = desk.stage(300, 300)
    desk.mouse(QEvent.Type.MouseButtonPress, QPoint(300, 300))
    assert desk.view.cursor().shape() is Qt.CursorShape.ClosedHandCursor
    desk.mouse(QEvent.Type.MouseMove, QPoint(250, 280))
    assert desk.stage(250, 280) == pytest.approx(there)
    desk.mouse(QEvent.Type.MouseButtonRelease, QPoint(250, 280))
    desk.mouse(QEvent.Type.MouseMove, QPoint(200, 200))
    assert desk.stage(250, 280) == pytest.approx(there)
    desk.view.viewport.fit()
    desk.view.set_picture(None)
    assert desk.view.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    view, port = desk.view, desk.view.viewport
    desk.services.choose(0)
    desk.window.area.show_single(0)
    area = view._picture_area()
    fitting = port._fitting
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert port.fits
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert port.scale == pytest.approx(1.5 * fitting)
    monkeypatch.setattr(CameraView, "devicePixelRatioF", lambda _: 2.0)
    QTest.keyClick(view, Qt.Key.Key_Z)
    assert port.scale == 0.5, "a pixel of the screen is half one of the stage"
    before = port.visible
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert port.visible.x - before.x == pytest.approx(area.width() / 8 / 0.5)
    assert port.visible.y - before.y == pytest.approx(area.height() / 8 / 0.5)
    QTest.keyClick(view, Qt.Key.Key_Minus)
    assert port.scale == pytest.approx(0.5 / 1.5)
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert port.scale == pytest.approx(0.5 / 1.5), "not with ctrl"
    QTest.keyClick(view, Qt.Key.Key_W)
    assert port.fits


def test_keys_are_for_the_chosen_camera_wherever_the_focus_is(desk: Desk) -> None:
    def zoomed_in() -> list[bool]:
        return [not view.viewport.fits for view in desk.window.views.values()]

    assert desk.window.focusWidget() is desk.window, "no view has taken it"
    QTest.keyClick(desk.window, Qt.Key.Key_Z)
    assert zoomed_in() == [True, False, False]
    QTest.mouseClick(desk.window.views[1], Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    assert desk.window.focusWidget() is desk.window.views[1]
    QTest.keyClick(desk.window.views[1], Qt.Key.Key_Z)
    assert zoomed_in() == [True, True, False]
    desk.services.choose(2)
    QTest.keyClick(desk.window.views[1], Qt.Key.Key_Z)
    assert zoomed_in() == [True, True, True]


def test_enter_shows_the_camera_with_the_focus_alone(desk: Desk) -> None:
    desk.window.views[2].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(desk.window.views[2], Qt.Key.Key_Return)
    assert [v.isVisible() for v in desk.window.views.values()] == [False, False, True]
    QTest.keyClick(desk.window.views[2], Qt.Key.Key_Return)
    assert all(v.isVisible() for v in desk.window.views.values())


def test_a_double_click_fits_first_and_then_shows_one_alone(desk: Desk) -> None:
    desk.wheel(300, 300, 8)
    QTest.mouseDClick(desk.view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert desk.view.viewport.fits
    assert desk.window.area.single is None
    QTest.mouseDClick(desk.view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert desk.window.area.single == 0


def test_the_part_is_asked_for_and_shown_at_its_place(desk: Desk, wait_until: WaitUntil) -> None:
    frame = zoomed(desk, wait_until)
    seen, view = desk.view.viewport.visible, desk.part()[0]
    assert view.region is not None
    assert view.region.x <= seen.x
    assert view.region.y <= seen.y
    assert view.region.x + view.region.width >= seen.x + seen.width
    assert desk.server.subscriptions[-1] is None, "the whole pictures come, too"
    assert near(desk.colour(300, 400), BLUE), "the whole picture stands in"
    desk.send(wait_until, *desk.pictures(), frame)
    assert near(desk.colour(300, 400), GREEN)
    # Moved to where the part ends: beyond it the whole picture is seen.
    desk.view.viewport.pan_by(-300, 0)
    place = desk.view.viewport.place(desk.view.pictures.part.place)  # type: ignore[union-attr]  # it is there
    edge = round(place.x + place.width)
    assert near(desk.colour(edge - 4, 400), GREEN)
    assert near(desk.colour(edge + 4, 400), BLUE)
    desk.view.viewport.fit()
    assert near(desk.colour(300, 400), BLUE)


def test_a_part_of_all_of_the_frame_does_not_replace_the_whole_picture(
    desk: Desk, wait_until: WaitUntil
) -> None:
    """A picture that is only a little enlarged on a large screen: the region is the frame."""
    view = View(0, Region(0, 0, *FRAME), 2560, 2560)
    desk.wheel(300, 300, 8)
    desk.session.want(None, [view])
    wait_until(lambda: desk.server.views == (view,) and desk.answered())
    part = view_frame(view, jpeg(664, 576, GREEN), (664, 576), FRAME)
    desk.send(wait_until, *desk.pictures(), part)
    assert desk.view.picture is not None
    assert desk.view.picture.full_size == USUAL
    assert desk.view.pictures.part is not None


def test_while_the_picture_moves_few_views_are_asked_for(desk: Desk, wait_until: WaitUntil) -> None:
    zoomed(desk, wait_until)
    before = len(desk.server.subscriptions)
    for _ in range(40):
        QTest.keyClick(desk.view, Qt.Key.Key_Right)
        QTest.keyClick(desk.view, Qt.Key.Key_Down)
    seen = desk.view.viewport.visible

    def holds() -> bool:
        region = desk.server.views[0].region
        return region is not None and region.x + region.width >= seen.x + seen.width

    wait_until(holds)
    assert len(desk.server.subscriptions) - before == 1


def test_a_late_part_gives_way_to_newer_whole_pictures(desk: Desk, wait_until: WaitUntil) -> None:
    frame = zoomed(desk, wait_until)
    desk.send(wait_until, *desk.pictures(), frame)
    desk.send(wait_until, *desk.pictures(33_000))
    desk.clock.now += 0.4
    assert near(desk.colour(300, 400), GREEN), "it may just be late"
    desk.clock.now += 0.2
    assert near(desk.colour(300, 400), BLUE)
    desk.send(wait_until, desk.part(late_us=66_000)[1])
    assert near(desk.colour(300, 400), GREEN), "there it is again"


def test_a_lost_camera_shows_the_part_in_grey(desk: Desk, wait_until: WaitUntil) -> None:
    desk.send(wait_until, *desk.pictures(), zoomed(desk, wait_until))
    desk.server.send(Status(BASE_US, input="none"))
    wait_until(lambda: desk.view.display.stale)
    desk.clock.now += 60
    assert desk.view.shown_part is not None
    colour = desk.colour(20, 700)
    assert colour.saturation() < 30
    assert not desk.view.viewport.fits, "and it stays where it was"


def test_a_frame_of_another_size_is_shown_whole(desk: Desk, wait_until: WaitUntil) -> None:
    desk.send(wait_until, *desk.pictures(), zoomed(desk, wait_until))
    desk.send(wait_until, picture_frame(0, jpeg(640, 480, RED), 640, 480))
    assert desk.view.viewport.fits
    assert near(desk.colour(300, 400), RED)
    wait_until(lambda: not any(v.region for v in desk.server.views))


def test_camera_pixels_are_squares_only_where_the_picture_has_them_all(
    desk: Desk, wait_until: WaitUntil
) -> None:
    zoomed(desk, wait_until, 30)
    view, _ = desk.part()
    region = view.region
    assert region is not None
    pixels = np.zeros((region.height, region.width, 3), np.uint8)
    pixels[:, ::2] = 255
    stripes = simplejpeg.encode_jpeg(pixels, quality=100, colorspace="RGB", colorsubsampling="444")
    size = region.width, region.height
    desk.send(wait_until, *desk.pictures(), view_frame(view, stripes, size, FRAME))
    row = [desk.view.grab().toImage().pixelColor(x, 500).red() for x in range(200, 400)]
    assert desk.view.viewport.scale == 40
    assert all(level < 30 or level > 225 for level in row), "no grey between black and white"
    assert {level > 128 for level in row} == {True, False}


def test_a_refusal_is_said_for_a_while_and_the_whole_picture_stays(
    desk: Desk, wait_until: WaitUntil
) -> None:
    why = "8 different views are watched already (stream.max_views)"
    desk.server.refused = {0: why}
    desk.wheel(300, 300, 8)
    wait_until(lambda: desk.view.hint == why)
    desk.send(wait_until, *desk.pictures(33_000))
    assert near(desk.colour(300, 300), BLUE)
    desk.clock.now += HINT_S + 0.1
    desk.window.refresh()
    assert desk.view.hint == ""
    assert desk.window.views[1].hint == ""


def test_small_places_get_small_pictures(desk: Desk, wait_until: WaitUntil) -> None:
    desk.window.resize(640, 480)
    desk.settle()
    wait_until(lambda: len(desk.server.views) == 3)
    assert {(v.max_width, v.max_height) for v in desk.server.views if v.camera} == {(320, 240)}
    assert all(v.region is None for v in desk.server.views)
    wait_until(lambda: desk.server.subscriptions[-1:] == [()])
    wait_until(desk.answered)
    small = [
        view_frame(v, jpeg(220, 165, GREEN), (220, 165), FRAME if v.camera == 0 else (640, 480))
        for v in desk.server.views
    ]
    desk.send(wait_until, *small)
    assert [v.picture.full_size for v in desk.window.views.values() if v.picture] == [
        (220, 165)
    ] * 3
    assert desk.view.viewport.frame == FRAME
    desk.settle()
    assert len(desk.server.subscriptions) == 1, "the usual size is remembered: nothing flaps"
    desk.wheel(100, 200, 8)
    wait_until(lambda: any(v.region for v in desk.server.views))
    assert desk.server.subscriptions[-1] == (0,), "the whole picture again, for the zoom"


def test_a_small_picture_that_is_refused_comes_as_usual(desk: Desk, wait_until: WaitUntil) -> None:
    desk.server.refused = {1: "no"}
    desk.window.resize(640, 480)
    desk.settle()
    wait_until(lambda: desk.server.subscriptions[-2:] == [(), (1,)])
    desk.send(wait_until, *desk.pictures())
    assert desk.window.views[1].hint == "no"


def test_a_size_that_changes_is_not_asked_for(desk: Desk, wait_until: WaitUntil) -> None:
    for width in range(700, 600, -10):
        desk.window.resize(width, 480 + width % 20)
        desk.window.refresh()
        desk.clock.now += 0.3
    assert all(small.wish is None for small in desk.window._wishes._small.values())
    desk.settle()
    assert desk.window._wishes._small[1].wish is not None


def test_a_server_without_views_is_asked_for_none(
    qapp: QApplication, wait_until: WaitUntil
) -> None:
    desk = Desk(max_views=0)
    try:
        wait_until(lambda: len(desk.window.views) == 3)
        desk.send(wait_until, *desk.pictures())
        desk.window.resize(640, 480)
        desk.wheel(100, 200, 8)
        desk.settle()
        desk.window.area.show_single(0)
        wait_until(lambda: desk.server.subscriptions == [(0,)])
        assert desk.server.views == ()
        assert not desk.view.viewport.fits, "it zooms what it has"
    finally:
        desk.close()


def test_another_server_gets_the_wish_again(desk: Desk, wait_until: WaitUntil) -> None:
    zoomed(desk, wait_until)
    wish, port = desk.server.views, desk.server.port
    desk.server.close()
    desk.server = ViewerServer(port, hello=desk.session.model.hello)
    wait_until(lambda: desk.server.views == wish)
    wait_until(desk.answered)
    assert not desk.view.viewport.fits


def test_a_slow_link_is_said_and_zoom_still_asks(desk: Desk, wait_until: WaitUntil) -> None:
    desk.server.send(Status(BASE_US, viewer=ViewerStatus(7, reduced=320)))
    wait_until(lambda: desk.session.model.reduced == 320)
    size = (320, 278)
    slow = picture_frame(0, jpeg(*size, BLUE), *size, source=FRAME)
    desk.send(wait_until, slow)
    assert desk.session.model.cameras[0].usual_size == USUAL
    desk.window.refresh()
    assert "slow link: smaller pictures are sent (320 pixels)" in desk.window.bar.problem.text()
    desk.wheel(300, 300, 1)
    wait_until(lambda: any(v.region for v in desk.server.views))


def test_leases_are_shown(desk: Desk, wait_until: WaitUntil) -> None:
    desk.server.send(Status(BASE_US, viewer=ViewerStatus(7)))
    anna = CameraLease(0, "anna", viewer=3, asked_by="ben")
    desk.server.send(Leases((anna, CameraLease(1, "me", viewer=7))))
    wait_until(lambda: desk.view.display.lease)
    before = desk.view.grab(desk.view._line_area()).toImage()
    assert desk.view.display.lease == "anna adjusts left, ben asks for it"
    assert desk.window.views[1].display.lease == "you adjust right"
    desk.server.send(Leases(()))
    wait_until(lambda: not desk.view.display.lease)
    assert desk.view.grab(desk.view._line_area()).toImage() != before


def test_another_pixel_ratio_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.session._view_sizes[0]
    monkeypatch.setattr(CameraView, "devicePixelRatioF", lambda _: 2.0)
    QApplication.sendEvent(desk.window, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert desk.session._view_sizes[0] == (2 * before[0], 2 * before[1])


def test_where_it_is_and_the_map_are_drawn_only_while_zoomed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    monkeypatch.setattr(view_painting, "paint_where", lambda *a: texts.append(a[2]))
    desk.view.grab()
    assert texts == []
    QTest.keyClick(desk.view, Qt.Key.Key_Z)
    image = desk.view.grab().toImage()
    seen = desk.view.viewport.visible
    assert texts[-1].startswith("100 % · ")
    assert texts[-1].endswith(f" at {int(seen.x)}, {int(seen.y)}")
    area = desk.view._picture_area()
    corner = image.copy(area.width() - 104, area.top() + 4, 100, 90)
    white = QColor(Qt.GlobalColor.white)
    found = {corner.pixelColor(x, y).name() for x in range(100) for y in range(90)}
    assert white.name() in found, "a frame around what is visible"
