"""The viewer's window on the real commands: it stays, says what is missing, and zooms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from client_qt.model.viewer_model import Connection
from client_qt.model.viewport import Rectangle
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.running_system import RunningSystem, camera_table
from tests.fakes.viewer_window import end_viewer, turn_wheel
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

THREE = camera_table("0", "red") + camera_table("1", "green") + camera_table("2", "blue")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    with RunningSystem(tmp_path, THREE) as running:
        yield running


class Desk:
    def __init__(self, system: RunningSystem) -> None:
        self.client = StreamClient(parse_address(system.url, system.token))
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder)
        self.services = ViewerServices()
        self.services.add_server(self.session, "server")
        self.window = MainWindow(self.services)
        self.window.show()
        self.session.start()

    def connection(self) -> Connection:
        return self.session.model.connection(self.session.clock())

    def fps(self) -> list[float]:
        return [c.shown.rate(self.session.clock()) for c in self.session.model.cameras.values()]

    def headlines(self) -> set[str]:
        return {view.display.headline for view in self.window.views.values()}

    def shows_all(self) -> bool:
        """Whether three live pictures move."""
        return (
            self.connection() is Connection.LIVE
            and len(self.window.views) == 3
            and all(rate > 5 for rate in self.fps())
        )

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)


@pytest.fixture
def big_system(tmp_path: Path) -> Iterator[RunningSystem]:
    """A camera of 6 MP, of which the stream shows a quarter of the pixels."""
    big = CameraSpec("BIG", width=2656, height=2304, frame_rate=10.0, formats=("BayerRG8",))
    run, table = Scenario((big,)).write(tmp_path), '[[camera]]\nserial = "BIG"\nname = "big"\n'
    cti = str(build_simulator())
    with RunningSystem(tmp_path, table, cti=cti, environment=run.variables) as running:
        yield running


@pytest.fixture
def desk(qapp: QApplication, system: RunningSystem) -> Iterator[Desk]:
    desk = Desk(system)
    yield desk
    desk.close()


def test_the_window_outlives_grabber_and_bridge(
    desk: Desk, system: RunningSystem, wait_until: WaitUntil
) -> None:
    wait_until(desk.shows_all)
    assert system.grabber is not None
    assert system.bridge is not None

    system.grabber.kill()
    wait_until(lambda: desk.connection() is Connection.NO_INPUT)
    wait_until(lambda: desk.window.bar.strip.text().startswith("no frame input since"))
    wait_until(lambda: all(view.display.stale for view in desk.window.views.values()))
    system.start_grabber()
    wait_until(desk.shows_all)

    system.bridge.kill()
    wait_until(lambda: desk.connection() is Connection.LOST)
    system.start_bridge()
    wait_until(desk.shows_all)


def colour_at(view: CameraView, at: QPoint) -> tuple[int, int, int]:
    colour = view.grab().toImage().pixelColor(at)
    return colour.red(), colour.green(), colour.blue()


def test_zoom_shows_the_camera_s_own_pixels(
    qapp: QApplication, big_system: RunningSystem, wait_until: WaitUntil
) -> None:
    desk = Desk(big_system)
    try:
        wait_until(lambda: desk.window.views and desk.window.views[0].picture)
        wait_until(lambda: not desk.window.views[0].display.stale)
        view = desk.window.views[0]
        assert view.viewport.frame == (2656, 2304)
        assert view.picture is not None
        assert view.picture.full_size[0] <= 1328
        # In the middle of the third of the eight bars, where nothing changes from frame to frame.
        place = view.viewport.place(Rectangle(2.5 * 332, 800, 1, 1))
        at = QPoint(round(place.x), round(place.y) + view._picture_area().top())
        before = colour_at(view, at)
        turn_wheel(view, at, 12)
        wait_until(lambda: view.shown_part)
        shown, seen = view.shown_part, view.viewport.visible
        assert shown is not None
        width, height = shown.picture.full_size
        assert (width, height) == (int(shown.place.width), int(shown.place.height)), "all pixels"
        assert shown.place.x <= seen.x
        assert shown.place.x + shown.place.width >= seen.x + seen.width
        wait_until(lambda: not view.display.stale)
        after = colour_at(view, at)
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 12
        assert before != (0, 0, 0)

        assert big_system.grabber is not None
        big_system.grabber.kill()
        wait_until(lambda: desk.connection() is Connection.NO_INPUT)
        old = view.shown_part
        assert old is not None, "the last picture of the part stays, in grey"
        big_system.start_grabber()
        wait_until(lambda: view.shown_part not in (None, old) and not view.display.stale)
        QTest.keyClick(view, Qt.Key.Key_W)
        assert view.viewport.fits
    finally:
        desk.close()
