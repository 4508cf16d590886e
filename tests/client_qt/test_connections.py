"""Servers of one window, with real servers on loopback; one lost server disturbs no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from camstrm.client.address import ServerAddress, parse_address
from camstrm.wire import CameraInfo, Hello
from client_qt.connections.certificate_dialog import CertificateDialog
from client_qt.connections.desk import ConnectionDesk
from client_qt.connections.servers import ServerConnections
from client_qt.model.settings import Settings
from client_qt.model.viewer_model import Connection as State
from client_qt.session.network import Network
from client_qt.widgets.services import ViewerServices, camera_number
from tests.client_qt.test_certificates import Serve, fingerprint, serve
from tests.fakes.bridge.viewer_server import RefusingServer, ViewerServer, WaitUntil
from tests.fakes.certificates import make_certificate
from tests.fakes.pictures.viewer_pictures import bundle, jpeg, picture_frame

__all__ = ["serve"]

REFUSED = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 38\r\nConnection: close\r\n\r\nThe token ended <b>yesterday</b> 18:00"
)


class Desk:
    """Everything of a viewer but its window."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.services = ViewerServices(settings=self.settings)
        self.connections = ServerConnections(self.services, Network(), now=lambda: 1000.0)
        self.window = QWidget()
        self.desk = ConnectionDesk(self.services, self.connections, self.window)

    @property
    def dialog(self) -> object:
        return self.desk.dialog

    @property
    def names(self) -> list[str]:
        found = [self.services.info(camera) for camera in self.services.cameras()]
        return [info.name for info in found if info is not None]

    def close(self) -> None:
        self.connections.close_all()
        self.desk.dialog.hide()
        self.window.close()
        for part in (self.window, self.services):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def viewer() -> Iterator[Desk]:
    viewer = Desk()
    yield viewer
    viewer.close()


@pytest.fixture
def make() -> Iterator[Callable[[str], ViewerServer]]:
    made: list[ViewerServer] = []

    def build(camera: str) -> ViewerServer:
        hello = Hello("s", cameras=(CameraInfo(0, camera), CameraInfo(1, f"{camera} 2")))
        made.append(ViewerServer(hello=hello))
        return made[-1]

    yield build
    for server in made:
        server.close()


def open_by_hand(viewer: Desk, address: str, *, instead: bool = False) -> None:
    dialog = viewer.desk.dialog
    viewer.desk.ask()
    dialog.address.setText(address)
    (dialog.instead_button if instead else dialog.connect_button).click()


def test_a_server_is_shown_when_it_has_answered_and_is_noted(
    viewer: Desk, make: Callable[[str], ViewerServer], wait_until: WaitUntil
) -> None:
    server = make("left")
    open_by_hand(viewer, server.url)
    assert "Connecting to 127.0.0.1" in viewer.desk.dialog.message.text()
    assert viewer.services.servers == {}
    wait_until(lambda: viewer.services.servers)
    assert viewer.names == ["left", "left 2"]
    assert not viewer.desk.dialog.isVisible()
    (known,) = viewer.connections.book.servers()
    assert (known.url, known.used_s, known.token) == (server.url, 1000.0, "")


def test_cameras_of_two_servers_are_in_one_window_and_one_lost_server_disturbs_no_other(
    viewer: Desk, make: Callable[[str], ViewerServer], wait_until: WaitUntil
) -> None:
    left, right = make("left"), make("right")
    open_by_hand(viewer, left.url)
    wait_until(lambda: len(viewer.names) == 2)
    open_by_hand(viewer, right.url)
    wait_until(lambda: len(viewer.names) == 4)
    assert viewer.names == ["left", "left 2", "right", "right 2"]
    shown: list[int] = []
    viewer.services.picture_ready.connect(lambda camera, _frame, _picture: shown.append(camera))
    left.close()
    first, second = viewer.services.servers.values()
    clock = viewer.services.clock
    wait_until(lambda: first.model.connection(clock()) is State.LOST)
    for seq in range(1, 4):
        right.send_bundle(bundle(seq, picture_frame(0, jpeg(64, 48), 64, 48)))
        wait_until(lambda seq=seq: right.acks[-1:] == [seq])  # type: ignore[misc]  # bound now
    assert shown == [camera_number(1, 0)] * 3
    assert second.model.connection(clock()) is not State.LOST
    assert viewer.names == ["left", "left 2", "right", "right 2"], "its places stay"


def test_another_server_instead_closes_the_first_only_when_it_has_answered(
    viewer: Desk, make: Callable[[str], ViewerServer], wait_until: WaitUntil
) -> None:
    left, right = make("left"), make("right")
    viewer.connections.open(parse_address(left.url), at_once=True)
    wait_until(lambda: viewer.names)
    open_by_hand(viewer, "ws://127.0.0.1:9/ws", instead=True)
    wait_until(lambda: "refuses the connection" in viewer.desk.dialog.message.text())
    assert viewer.names == ["left", "left 2"]
    viewer.desk.dialog.address.setText(right.url)
    viewer.desk.dialog.instead_button.click()
    wait_until(lambda: viewer.names == ["right", "right 2"])
    assert len(viewer.connections.connections) == 1, "what came to nothing is not tried for ever"


def test_a_server_can_be_left(
    viewer: Desk, make: Callable[[str], ViewerServer], wait_until: WaitUntil
) -> None:
    server = make("left")
    open_by_hand(viewer, server.url)
    wait_until(lambda: viewer.names)
    viewer.desk.ask()
    viewer.desk.dialog.history.setCurrentRow(0)
    viewer.desk.dialog.disconnect_button.click()
    assert viewer.names == []
    assert viewer.connections.connections == []
    assert viewer.desk.dialog.connect_button.text() == "Connect"


def test_a_refused_token_opens_the_dialog_with_what_the_server_says(
    viewer: Desk, wait_until: WaitUntil
) -> None:
    server = RefusingServer(REFUSED)
    dialog = viewer.desk.dialog
    viewer.connections.open(ServerAddress(server.url, "old"), at_once=True)
    wait_until(lambda: dialog.isVisible() and "The server says" in dialog.message.text())
    assert dialog.focusWidget() is dialog.token
    first, second = dialog.message.text().splitlines()
    assert "does not accept this token" in first
    assert second == "The server says: The token ended <b>yesterday</b> 18:00"
    dialog.token.setText("new")
    seen = len(server.requests)
    dialog.connect_button.click()
    wait_until(lambda: any(b"Bearer new" in request for request in server.requests[seen:]))
    assert len(viewer.connections.connections) == 1
    dialog.reject()
    viewer.connections.connections[0].client.use_token("new")
    refused = len(server.requests)
    wait_until(lambda: len(server.requests) >= refused + 2)
    assert not dialog.isVisible(), "a person who closed it is not asked again and again"
    server.close()


def test_a_token_is_kept_if_the_person_says_so_and_then_used(
    viewer: Desk, make: Callable[[str], ViewerServer], wait_until: WaitUntil
) -> None:
    server = make("left")
    viewer.desk.ask()
    viewer.desk.dialog.address.setText(server.url)
    viewer.desk.dialog.token.setText("s3cret")
    viewer.desk.dialog.keep.setChecked(True)
    viewer.desk.dialog.connect_button.click()
    wait_until(lambda: viewer.names)
    assert viewer.connections.book.servers()[0].token == "s3cret"
    viewer.connections.close_all()
    again = viewer.connections.open(parse_address(server.url))
    assert again.address.token == "s3cret"
    wait_until(lambda: viewer.names)
    assert viewer.connections.book.servers()[0].token == "s3cret"


def test_a_certificate_that_was_trusted_for_good_is_not_asked_for_again(
    viewer: Desk, tmp_path: Path, serve: Serve, wait_until: WaitUntil
) -> None:
    pair = make_certificate(tmp_path)
    address = ServerAddress(f"wss://127.0.0.1:{serve(pair)}/ws")
    connection = viewer.connections.open(address, at_once=True)

    def shown() -> list[CertificateDialog]:
        return [d for d in viewer.window.findChildren(CertificateDialog) if d.isVisible()]

    wait_until(shown)
    assert not connection.client.is_open
    shown()[0].always.click()
    wait_until(lambda: connection.client.is_open)
    known = viewer.connections.book.find(address.url)
    assert known is not None
    assert known.fingerprint == fingerprint(pair)
    viewer.connections.close_all()
    again = viewer.connections.open(address, at_once=True)
    wait_until(lambda: again.client.is_open)
    assert shown() == []


def test_a_certificate_trusted_once_is_not_written_down(
    viewer: Desk, tmp_path: Path, serve: Serve, wait_until: WaitUntil
) -> None:
    address = ServerAddress(f"wss://127.0.0.1:{serve(make_certificate(tmp_path))}/ws")
    connection = viewer.connections.open(address, at_once=True)
    wait_until(lambda: viewer.window.findChildren(CertificateDialog))
    viewer.window.findChildren(CertificateDialog)[0].once.click()
    wait_until(lambda: connection.client.is_open)
    assert viewer.settings.get("servers", []) == []


def test_a_certificate_that_is_refused_is_not_shown_again_at_each_attempt(
    viewer: Desk, tmp_path: Path, serve: Serve, wait_until: WaitUntil
) -> None:
    address = ServerAddress(f"wss://127.0.0.1:{serve(make_certificate(tmp_path))}/ws")
    connection = viewer.connections.open(address, at_once=True)
    wait_until(lambda: viewer.window.findChildren(CertificateDialog))
    viewer.window.findChildren(CertificateDialog)[0].refuse.click()
    failures: list[object] = []
    connection.client.failed.connect(failures.append)
    connection.client.use_token("x")
    wait_until(lambda: failures)
    assert [d for d in viewer.window.findChildren(CertificateDialog) if d.isVisible()] == []
    assert not connection.client.is_open


def test_the_systems_proxy_is_a_setting_of_the_dialog(viewer: Desk) -> None:
    viewer.desk.ask()
    assert not viewer.desk.dialog.proxy.isChecked()
    viewer.desk.dialog.proxy.click()
    assert viewer.settings.get("proxy", "") == "system"
    assert viewer.connections.network.proxy == "system"
    viewer.desk.dialog.proxy.click()
    assert viewer.connections.network.proxy == ""
    assert viewer.settings.get("proxy", "system") == ""
