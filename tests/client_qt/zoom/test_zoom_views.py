"""Which views are asked for, and what the server makes of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from camstrm.wire import Region, Status, View, ViewerStatus
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.services import HINT_S
from tests.fakes.bridge.viewer_server import ViewerServer, WaitUntil
from tests.fakes.bridge.zoom_desk import BLUE, FRAME, GREEN, USUAL, Desk, near, zoomed
from tests.fakes.pictures.viewer_pictures import BASE_US, jpeg, picture_frame, view_frame


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


def test_another_pixel_ratio_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.session._view_sizes[0]
    monkeypatch.setattr(CameraView, "devicePixelRatioF", lambda _: 2.0)
    QApplication.sendEvent(desk.window, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert desk.session._view_sizes[0] == (2 * before[0], 2 * before[1])
