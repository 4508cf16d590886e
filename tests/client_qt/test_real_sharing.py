"""Links and refused tokens with the real server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from camstrm.client.address import ServerAddress, parse_address
from client_qt.connections.desk import ConnectionDesk
from client_qt.connections.servers import ServerConnections
from client_qt.model.failure import Failure
from client_qt.panels.share.share_panel import SharePanel
from client_qt.session.network import Network
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.running_system import RunningSystem, camera_table

ADD = "token add Anna --role control".split()
TWO = camera_table("0", "red") + camera_table("1", "green")


class Person:
    """A viewer without its window."""

    def __init__(self) -> None:
        self.services = ViewerServices()
        self.connections = ServerConnections(self.services, Network())
        self.parent = QWidget()
        self.desk = ConnectionDesk(self.services, self.connections, self.parent)
        self.failures: list[Failure] = []
        self.connections.failed.connect(lambda _connection, failure: self.failures.append(failure))

    @property
    def names(self) -> list[str]:
        infos = [self.services.info(camera) for camera in self.services.cameras()]
        return [info.name for info in infos if info is not None]

    def close(self) -> None:
        self.connections.close_all()
        self.desk.dialog.hide()
        for part in (self.parent, self.services):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def people() -> Iterator[list[Person]]:
    people = [Person(), Person()]
    yield people
    for person in people:
        person.close()


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    with RunningSystem(tmp_path, TWO) as running:
        yield running


def test_a_link_opens_one_camera_until_it_is_revoked(
    system: RunningSystem, people: list[Person], wait_until: WaitUntil
) -> None:
    anna, kim = people
    command = [sys.executable, "-m", "camstrm", *ADD, "--config", str(system.config)]
    made = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    token = made.stdout.strip()
    anna.connections.open(parse_address(system.url, token), at_once=True)
    wait_until(lambda: anna.names == ["red", "green"])
    panel = SharePanel(anna.services)
    panel.show_camera(anna.services.chosen)
    panel.set_active(True)
    wait_until(panel.make.isEnabled)
    panel.note.setText("for Kim")
    panel.make.click()
    wait_until(lambda: panel.link.text())
    kim.connections.open(parse_address(panel.link.text()), at_once=True)
    wait_until(lambda: kim.names == ["red"])
    wait_until(lambda: len(panel.revokes) == 1)
    panel.revokes[0].click()
    wait_until(lambda: any(failure.kind == "token" for failure in kim.failures))
    wait_until(lambda: kim.desk.dialog.isVisible())
    panel.close()
    panel.deleteLater()


def test_a_wrong_token_is_explained_by_the_server(
    system: RunningSystem, people: list[Person], wait_until: WaitUntil
) -> None:
    kim = people[0]
    address = ServerAddress(parse_address(system.url).url, "wrong")
    kim.connections.open(address, at_once=True)
    message = kim.desk.dialog.message
    wait_until(lambda: "The server says: " in message.text())
    assert "token" in message.text().splitlines()[1]
