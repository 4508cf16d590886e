"""Wheel, mouse and keys on the picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest

from client_qt.widgets.camera_view import CameraView
from tests.fakes.bridge.zoom_desk import Desk


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
