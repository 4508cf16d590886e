from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from camstrm.wire import CameraFrame, CameraInfo, CameraStatus, Hello, Status
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer, WaitUntil
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, jpeg, picture_frame

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
        self.window.show()

    def close(self) -> None:
        self.window.close()
        assert self.session.close()
        for part in (self.window, self.services, self.session, self.decoder, self.client):
            part.deleteLater()
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


def three() -> list[CameraFrame]:
    return [picture_frame(i, JPEG, 64, 48) for i in range(3)]


def test_three_views_before_the_first_hello(desk: Desk) -> None:
    assert len(desk.window.area.placeholders) == 3
    assert all(v.isVisible() for v in desk.window.area.placeholders)
    assert {v.display.headline for v in desk.window.area.placeholders} == {"connecting"}
    assert desk.window._bar._text.text() == "connecting to server:8765"


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_as_many_views_as_cameras(desk: Desk, wait_until: WaitUntil, count: int) -> None:
    cameras = tuple(CameraInfo(i * 2, f"c{i}") for i in range(count))
    desk.server.hello = Hello("s1", cameras=cameras)
    desk.session.start()
    wait_until(lambda: len(desk.window.views) == count)
    assert desk.window.area.placeholders == []
    assert desk.visible() == [c.index for c in cameras]
    desk.server.send(Hello("s1", cameras=cameras[:1]))
    wait_until(lambda: len(desk.window.views) == 1)


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
    wait_until(lambda: live.headlines() == {"connection lost"})
    for view in live.window.views.values():
        assert view.display.stale
        assert view.picture is not None
        colour = view.grab().toImage().pixelColor(20, view.height() // 2)
        assert colour.green() < 80


def test_no_frame_input(live: Desk, wait_until: WaitUntil) -> None:
    live.server.send(Status(BASE_US, input="none"))
    wait_until(lambda: live.headlines() == {"no frame input"})
    assert "no frame input" in live.window._bar._text.text()


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


def test_largest_camera_gets_the_large_place(
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
    wait_until(lambda: live.window.area.main == 2)
    qapp.processEvents()
    widths = {i: v.width() for i, v in live.window.views.items()}
    assert widths[2] > 1.5 * widths[0]
    assert abs(widths[0] - widths[1]) <= 1


def test_view_sizes_reach_the_session(live: Desk, qapp: QApplication) -> None:
    qapp.processEvents()
    before = dict(live.session._view_sizes)
    assert sorted(before) == [0, 1, 2]
    live.window.resize(700, 500)
    qapp.processEvents()
    assert live.session._view_sizes[0] < before[0]
