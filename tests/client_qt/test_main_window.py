from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from camstrm.wire import CameraFrame, CameraInfo, CameraStatus, Hello, Status
from client_qt.model.layout import picture_area
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from client_qt.widgets.view_texts import line_height
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer, WaitUntil
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, jpeg, picture_frame
from tests.fakes.viewer_window import end_viewer

JPEG = jpeg(64, 48, (20, 200, 60))


class Desk:
    def __init__(self) -> None:
        self.server = ViewerServer()
        self.client = StreamClient(parse_address(self.server.url))
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder)
        self.services = ViewerServices()
        self.services.add_server(self.session, "server:8765")
        self.window = MainWindow(self.services)
        self.window.resize(1280, 800)
        self.window.show()

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)
        self.server.close()

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)

    def double_click(self, camera: int) -> None:
        QTest.mouseDClick(self.window.views[camera], Qt.MouseButton.LeftButton, pos=QPoint(50, 60))

    def visible(self) -> list[int]:
        return [i for i, view in self.window.views.items() if view.isVisible()]

    def headlines(self) -> set[str]:
        return {v.display.headline for v in self.window.views.values()}


@pytest.fixture
def desk(qapp: QApplication) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


@pytest.fixture
def live(desk: Desk, wait_until: WaitUntil) -> Desk:
    desk.server.hello = Hello("s1", cameras=THREE_CAMERAS)
    desk.session.start()
    wait_until(lambda: len(desk.window.views) == 3)
    return desk


def drag(view: CameraView, at: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    move, keys = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
    place = QPointF(view.mapToGlobal(at))
    event = QMouseEvent(move, QPointF(at), place, Qt.MouseButton.NoButton, left, keys)
    QApplication.sendEvent(view, event)


def three() -> list[CameraFrame]:
    return [picture_frame(i, JPEG, 64, 48) for i in range(3)]


def test_what_is_wrong_is_said_once_before_the_first_hello(desk: Desk) -> None:
    assert desk.window.views == {}
    assert desk.window.bar.strip.text() == "connecting\u2026"
    assert desk.window.area._empty.isVisible()
    assert desk.window.area._empty.text() == "Connecting to the server\u2026"
    assert desk.window.windowTitle() == "server:8765 - camstrm"


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_as_many_views_as_cameras(desk: Desk, wait_until: WaitUntil, count: int) -> None:
    cameras = tuple(CameraInfo(i * 2, f"c{i}") for i in range(count))
    desk.server.hello = Hello("s1", cameras=cameras)
    desk.session.start()
    wait_until(lambda: len(desk.window.views) == count)
    assert not desk.window.area._empty.isVisible()
    assert desk.visible() == [c.index for c in cameras]
    desk.server.send(Hello("s1", cameras=cameras[:1]))
    wait_until(lambda: len(desk.window.views) == 1)


def test_tab_chooses_no_other_camera(live: Desk, wait_until: WaitUntil) -> None:
    live.window.activateWindow()
    services = live.window.area._services
    services.choose(1)
    live.window.views[1].setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        focused = live.window.focusWidget()
        assert focused is not None, "Tab must leave the focus somewhere"
        QTest.keyClick(focused, key)
        assert services.chosen == 1
    assert live.window.views[0].focusPolicy() == Qt.FocusPolicy.ClickFocus


def test_pictures_are_on_the_screen(live: Desk, wait_until: WaitUntil) -> None:
    live.server.send_bundle(bundle(1, *three()))
    wait_until(lambda: live.server.acks == [1])
    live.window.refresh()
    for view in live.window.views.values():
        assert not view.display.stale
        colour = view.grab().toImage().pixelColor(view.width() // 2, view.height() // 2)
        assert colour.green() > 150
        assert colour.red() < 60


def test_dead_server_greys_every_view(live: Desk, wait_until: WaitUntil) -> None:
    live.server.send_bundle(bundle(1, *three()))
    wait_until(lambda: live.server.acks == [1])
    live.server.close()
    wait_until(lambda: live.window.bar.strip.text().startswith("server lost, reconnecting in"))
    live.window.refresh()
    assert live.window.windowTitle() == "(0/3) server:8765 - camstrm"
    for view in live.window.views.values():
        assert view.display.stale
        assert view.picture is not None
        colour = view.grab().toImage().pixelColor(20, view.height() // 2)
        assert colour.green() < 80


def test_no_frame_input(live: Desk, wait_until: WaitUntil) -> None:
    live.server.send(Status(BASE_US, input="none"))
    wait_until(lambda: live.window.bar.strip.text() == "no frame input")


def test_double_click_shows_one_camera_and_unsubscribes_the_others(
    live: Desk, wait_until: WaitUntil
) -> None:
    live.double_click(1)
    assert live.visible() == [1]
    wait_until(lambda: live.server.subscriptions == [(1,)])
    live.double_click(1)
    assert live.visible() == [0, 1, 2]
    wait_until(lambda: live.server.subscriptions == [(1,), None])


def test_escape_goes_back_to_all_then_out_of_full_screen(live: Desk, wait_until: WaitUntil) -> None:
    live.key(Qt.Key.Key_F11)
    assert live.window.isFullScreen()
    live.double_click(2)
    assert live.visible() == [2]
    live.key(Qt.Key.Key_Escape)
    assert live.visible() == [0, 1, 2]
    assert live.window.isFullScreen()
    live.key(Qt.Key.Key_Escape)
    assert not live.window.isFullScreen()
    live.key(Qt.Key.Key_Escape)
    live.key(Qt.Key.Key_F11)
    live.key(Qt.Key.Key_F11)
    assert not live.window.isFullScreen()
    wait_until(lambda: live.server.subscriptions == [(2,), None])


def test_minimised_window_wants_nothing(live: Desk, wait_until: WaitUntil) -> None:
    live.window.showMinimized()
    wait_until(lambda: live.server.subscriptions[-1:] == [()])
    live.window.showNormal()
    wait_until(lambda: live.server.subscriptions[-1:] == [None])


def test_single_camera_stays_single_over_minimising(live: Desk, wait_until: WaitUntil) -> None:
    live.double_click(0)
    live.window.showMinimized()
    wait_until(lambda: live.server.subscriptions == [(0,), ()])
    live.window.showNormal()
    wait_until(lambda: live.server.subscriptions == [(0,), (), (0,)])


def test_camera_that_goes_away_while_it_is_single(live: Desk, wait_until: WaitUntil) -> None:
    live.double_click(2)
    live.server.send(Hello("s1", cameras=THREE_CAMERAS[:2]))
    wait_until(lambda: len(live.window.views) == 2)
    assert live.visible() == [0, 1]
    wait_until(lambda: live.server.subscriptions == [(2,), None])
    live.window.area.show_single(77)
    assert live.visible() == [0, 1]


def test_swapped_camera_loses_the_other_ones_picture(live: Desk, wait_until: WaitUntil) -> None:
    live.server.send_bundle(bundle(1, *three()))
    wait_until(lambda: live.server.acks == [1])
    other = CameraInfo(0, "left", "NEW", "m", "v")
    live.server.send(Hello("s2", cameras=(other, *THREE_CAMERAS[1:])))
    wait_until(lambda: live.window.views[0].picture is None)
    assert live.window.views[1].picture is not None


def test_each_picture_has_a_place_as_large_as_its_aspect_allows(
    live: Desk, wait_until: WaitUntil, qapp: QApplication
) -> None:
    status = Status(
        BASE_US,
        cameras=(
            CameraStatus(0, 2, width=640, height=480),
            CameraStatus(1, 2, width=640, height=480),
            CameraStatus(2, 2, width=2656, height=2304),
        ),
    )
    live.server.send(status)
    wait_until(lambda: live.services.status(2) is not None)
    live.window.resize(1600, 1000)
    live.window.refresh()
    qapp.processEvents()
    widths = {i: v.width() for i, v in live.window.views.items()}
    assert widths[2] > 1.5 * widths[0]
    assert abs(widths[0] - widths[1]) <= 1
    line = line_height(live.window.font())
    cells = live.window.area.layout_shown.cells
    area = picture_area(cells, (640 / 480, 640 / 480, 2656 / 2304), line)
    assert area > 0.75 * 1600 * 1000


def test_the_order_is_the_person_s(live: Desk) -> None:
    live.services.choose(2)
    live.key(Qt.Key.Key_Less)
    assert list(live.window.views) == [0, 2, 1]
    assert live.services.settings.get("order", []) == ["left", "top", "right"]
    live.key(Qt.Key.Key_Less)
    live.key(Qt.Key.Key_Less)
    assert list(live.window.views) == [2, 0, 1], "it ends at the first place"
    live.key(Qt.Key.Key_Greater)
    assert list(live.window.views) == [0, 2, 1]


def test_a_view_is_dragged_by_its_line(live: Desk, qapp: QApplication) -> None:
    qapp.processEvents()
    views = live.window.views
    view, target = views[0], views[2].mapToGlobal(views[2].rect().center())
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 6))
    drag(view, QPoint(63, 7))
    assert live.window.area._target.isHidden()
    drag(view, view.mapFromGlobal(target))
    assert live.window.area._target.geometry() == views[2].geometry()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=view.mapFromGlobal(target))
    assert live.window.area._target.isHidden()
    assert list(live.window.views) == [1, 2, 0]


def test_a_click_on_the_line_moves_nothing(live: Desk) -> None:
    QTest.mouseClick(live.window.views[1], Qt.MouseButton.LeftButton, pos=QPoint(60, 6))
    assert list(live.window.views) == [0, 1, 2]
    assert live.services.chosen == 1


def test_digits_arrows_and_pages_choose(live: Desk, qapp: QApplication) -> None:
    qapp.processEvents()
    live.key(Qt.Key.Key_2)
    assert live.services.chosen == 1
    assert live.window.focusWidget() is live.window.views[1]
    live.key(Qt.Key.Key_9)
    assert live.services.chosen == 1
    live.key(Qt.Key.Key_PageDown)
    live.key(Qt.Key.Key_PageDown)
    assert live.services.chosen == 0
    before = live.services.chosen
    live.key(Qt.Key.Key_Right)
    assert live.services.chosen != before
    live.key(Qt.Key.Key_Left)
    assert live.services.chosen == before
    live.key(Qt.Key.Key_Return)
    assert live.visible() == [0]
    live.key(Qt.Key.Key_3)
    assert live.visible() == [2], "the other one alone"
    live.key(Qt.Key.Key_0)
    assert live.visible() == [0, 1, 2]


def test_i_shows_figures_on_all_pictures_and_that_is_kept(live: Desk) -> None:
    live.key(Qt.Key.Key_I)
    assert all(view.figures_shown for view in live.window.views.values())
    assert live.services.settings.get("info", False)
    assert live.services.actions["info"].isChecked()
    live.key(Qt.Key.Key_I)
    assert not any(view.figures_shown for view in live.window.views.values())


def test_a_camera_in_its_own_window_and_back(live: Desk, wait_until: WaitUntil) -> None:
    view = live.window.views[1]
    live.services.choose(1)
    live.key(Qt.Key.Key_O)
    assert view.window() is not live.window
    assert view.window().windowTitle() == "right - camstrm"
    assert live.window.area.shown() == [0, 2]
    live.server.send_bundle(bundle(1, *three()))
    wait_until(lambda: live.server.acks == [1])
    assert view.picture is not None, "it goes on"
    live.window.showMinimized()
    wait_until(lambda: live.server.subscriptions[-1:] == [(1,)])
    live.window.showNormal()
    wait_until(lambda: live.server.subscriptions[-1:] == [None])
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.window() is live.window
    assert live.visible() == [0, 1, 2]


def test_a_camera_that_goes_away_takes_its_window_along(live: Desk, wait_until: WaitUntil) -> None:
    live.services.choose(2)
    live.key(Qt.Key.Key_O)
    live.server.send(Hello("s1", cameras=THREE_CAMERAS[:2]))
    wait_until(lambda: len(live.window.views) == 2)
    assert not live.window.pop_outs.is_out(2)


def test_kiosk_has_pictures_and_what_is_wrong_and_nothing_else(
    live: Desk, qapp: QApplication
) -> None:
    window = MainWindow(live.services, kiosk=True)
    window.show()
    assert window.isFullScreen()
    assert not window.bar.menus.isVisible()
    assert window.bar.strip.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    QTest.keyClick(window, Qt.Key.Key_F)
    assert window.isFullScreen()
    window.close()
    window.deleteLater()


def test_view_sizes_reach_the_session(live: Desk, qapp: QApplication) -> None:
    qapp.processEvents()
    before = dict(live.session._view_sizes)
    assert sorted(before) == [0, 1, 2]
    live.window.resize(700, 500)
    qapp.processEvents()
    assert live.session._view_sizes[0] < before[0]
