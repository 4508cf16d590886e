"""The viewer's window on the real commands: it stays, and says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from client_qt.model.viewer_model import Connection
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.running_system import RunningSystem, camera_table

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
        self.window = MainWindow(self.session, "server")
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
        self.window.close()
        assert self.session.close()
        for part in (self.window, self.session, self.decoder, self.client):
            part.deleteLater()


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
    wait_until(lambda: desk.headlines() and all("no frame input" in h for h in desk.headlines()))
    system.start_grabber()
    wait_until(desk.shows_all)

    system.bridge.kill()
    wait_until(lambda: desk.connection() is Connection.LOST)
    system.start_bridge()
    wait_until(desk.shows_all)
