"""The measure panel and the raw still on the real commands: figures of the simulator's raw bits."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import client_qt.parts  # noqa: F401  # registers the tools and the panels
from camstrm.client.address import parse_address
from client_qt.panels.measure.measure_panel import MeasurePanel
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.tools.snapshots import FOLDER, Snapshots
from client_qt.tools.tool_desk import desk_of
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.running_system import RunningSystem, camera_table


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    with RunningSystem(tmp_path, camera_table("0", "빨강")) as running:
        yield running


def test_figures_and_raw_picture_by_keyboard_alone(
    qapp: QApplication, system: RunningSystem, tmp_path: Path, wait_until: WaitUntil
) -> None:
    address = parse_address(system.url, system.token)
    client, decoder = StreamClient(address), PictureDecoder()
    session, services = StreamSession(client, decoder), ViewerServices()
    services.settings.set(FOLDER, str(tmp_path / "kept"))
    services.add_server(session, "server", address)
    window = MainWindow(services)
    window.show()
    session.start()
    try:
        wait_until(lambda: (view := services.view(services.chosen)) and view.picture)
        QTest.keyClick(window, Qt.Key.Key_H)
        panel = window.dock.panel("measure")
        assert isinstance(panel, MeasurePanel)
        wait_until(lambda: panel.figures.chart.curves and desk_of(services).focus.level)
        assert "400\u00d7300" in panel.figures.source.text()
        results: list[object] = []
        keeper = desk_of(services).findChild(Snapshots)
        assert isinstance(keeper, Snapshots)
        keeper.written.connect(lambda _camera, result: results.append(result))
        QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
        wait_until(lambda: results)
        path = results[0]
        assert isinstance(path, Path), path
        assert path.read_bytes()[:4] in (b"II*\0", b"MM\0*")
        facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert facts["camera"] == "빨강"
        assert facts["region"] == "0,0,400,300"
        QTest.keyClick(window, Qt.Key.Key_A)
        wait_until(lambda: len(results) == 2)
        everything = results[1]
        assert isinstance(everything, Path), everything
        with zipfile.ZipFile(everything) as archive:
            assert "metadata.json" in archive.namelist()
            assert any(name.endswith(".jpg") for name in archive.namelist())
        QTest.keyClick(window, Qt.Key.Key_H)
        assert not desk_of(services).loop.active
    finally:
        window.close()
        assert session.close()
        for saver in services.findChildren(Snapshots):
            saver.close()
        for part in (window, services, session, decoder, client):
            part.deleteLater()
