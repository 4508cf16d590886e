"""A person sets a simulated camera up with the panels, by keyboard, on the real commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

import client_qt.parts  # noqa: F401  # registers the panels
from camstrm.client.address import parse_address
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.running_system import RunningSystem
from tests.fakes.viewer_window import end_viewer
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    camera = CameraSpec("CAM", width=640, height=480, frame_rate=20.0, formats=("Mono8",))
    run = Scenario((camera,)).write(tmp_path)
    table = '[[camera]]\nserial = "CAM"\nname = "left"\n'
    cti = str(build_simulator())
    with RunningSystem(tmp_path, table, cti=cti, environment=run.variables) as running:
        yield running


def control_token(system: RunningSystem) -> str:
    """Return a token of a person who may control; the bridge takes it at once."""
    command = [sys.executable, "-m", "camstrm", "token", "add", "Kim", "--role", "control"]
    command += ["--config", str(system.config)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip().splitlines()[-1].strip()


class Person:
    """A window at the running system, with a token that may control."""

    def __init__(self, system: RunningSystem, wait: WaitUntil) -> None:
        self.wait = wait
        self.client = StreamClient(parse_address(system.url, control_token(system)))
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder)
        self.services = ViewerServices()
        self.services.add_server(self.session, "server")
        self.window = MainWindow(self.services)
        self.window.show()
        self.session.start()
        wait(lambda: self.window.views and self.window.views[0].picture)
        wait(lambda: self.services.role(0) == "control")

    def open(self, panel_id: str) -> Any:
        self.window.dock.open(panel_id)
        return self.window.dock.panel(panel_id)

    def type(self, field: QWidget, text: str) -> None:
        field.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def press(self, button: QWidget) -> None:
        self.wait(lambda: button.isVisible() and button.isEnabled())
        button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(button, Qt.Key.Key_Space)

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)


def test_exposure_region_and_configuration(
    qapp: QApplication, system: RunningSystem, wait_until: WaitUntil
) -> None:
    person = Person(system, wait_until)
    try:
        panel = person.open("setup")
        wait_until(lambda: panel.cards and panel.cards[-1].isVisible())
        cards = {card.card.id: card for card in panel.cards}
        exposure = cards["exposure"].editor
        wait_until(lambda: exposure.field.isReadOnly() is False and exposure.field.text() != "")

        person.type(exposure.field, "3 ms")
        wait_until(lambda: panel.desk.states["ExposureTime"].value == 3000)
        wait_until(lambda: panel.desk.states["ExposureTime"].differs)
        assert person.services.my_lease(0)

        region = cards["region"]
        person.type(region.fields["width"], "320")
        person.type(region.fields["height"], "240")
        person.press(region.set_it)
        person.press(panel.question.yes)
        wait_until(lambda: person.window.views[0].viewport.frame == (320, 240))
        assert panel.desk.states["Width"].value == 320

        person.press(panel.lasting.keep)
        wait_until(panel.lasting.lines.isVisible)
        assert "ExposureTime = 3000" in panel.lasting.lines.toPlainText()
        person.press(panel.lasting.write)
        wait_until(lambda: panel.lasting.result.text() and not panel.lasting.lines.isVisible())
        written = system.config.read_text()
        assert "ExposureTime = 3000" in written
        assert "Width = 320" in written

        person.press(panel.lasting.undo)
        person.press(panel.question.yes)
        wait_until(lambda: person.window.views[0].viewport.frame == (640, 480))
        features = person.open("features")
        wait_until(lambda: features.model.shown and features.tree.isVisible())
        QTest.keyClicks(features.search, "exposuretime")
        wait_until(lambda: "ExposureTime" in features.model.shown)
        diagnose = person.open("diagnose")
        wait_until(lambda: diagnose.findings)
    finally:
        person.close()
