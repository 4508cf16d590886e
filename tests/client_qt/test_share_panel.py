from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QPushButton

from camstrm.client.address import ServerAddress
from camstrm.wire import CameraInfo, Hello, Limits, Reply, Status, ViewerStatus
from camstrm.wire.calls import pack, unpack
from camstrm.wire.operation import Result
from camstrm.wire.server_operations import EndShare, MakeShare, Share, Shares
from client_qt.panels.share.qr_code import qr_pixmap
from client_qt.panels.share.share_panel import SharePanel
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import ViewerServer, WaitUntil
from tests.fakes.pictures.viewer_pictures import BASE_US

EXPIRES_US = BASE_US + 3_600_000_000
OPEN = Share("s1", EXPIRES_US, BASE_US, ("left",), "for <b>Kim</b>", "anna")


class Office:
    """A server, a viewer and the panel."""

    def __init__(self) -> None:
        cameras = (CameraInfo(0, "left"), CameraInfo(3, "right"))
        self.server = ViewerServer(hello=Hello("s", cameras=cameras, limits=Limits(max_calls=8)))
        address = ServerAddress(self.server.url)
        self.client = StreamClient(address)
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder)
        self.services = ViewerServices()
        self.services.add_server(self.session, address.label, address)
        self.panel = SharePanel(self.services)
        self.services.chosen_changed.connect(self.panel.show_camera)
        self.panel.show()
        self.session.start()

    def be(self, role: str) -> None:
        self.server.send(Status(BASE_US, viewer=ViewerStatus(1, role=role)))

    def reply(self, result: Share | Shares | Result) -> None:
        self.server.send(Reply(self.server.calls[-1].id, ok=True, result=pack(result)))

    def asked(self, what: str) -> bool:
        return bool(self.server.calls) and self.server.calls[-1].do == what

    def texts(self) -> list[str]:
        labels = self.panel.findChildren(QLabel)
        assert all(
            label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text()
        )
        return [label.text() for label in labels if label.isVisible()]

    def close(self) -> None:
        self.panel.close()
        self.session.close()
        self.server.close()
        for part in (self.panel, self.services, self.session, self.decoder, self.client):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def office(wait_until: WaitUntil) -> Iterator[Office]:
    office = Office()
    wait_until(lambda: office.services.chosen is not None)
    yield office
    office.close()


@pytest.fixture
def allowed(office: Office, wait_until: WaitUntil) -> Office:
    office.be("control")
    wait_until(office.panel.make.isEnabled)
    office.panel.set_active(True)
    wait_until(lambda: office.asked("shares"))
    office.reply(Shares())
    wait_until(lambda: "There are no open links." in office.texts())
    return office


def test_a_link_is_made_shown_and_copied(allowed: Office, wait_until: WaitUntil) -> None:
    panel, server = allowed.panel, allowed.server
    assert panel.chosen_cameras == [0], "at first the chosen one"
    panel.cameras.item(1).setCheckState(Qt.CheckState.Checked)
    panel.hours.setCurrentIndex(0)
    panel.note.setText("for Kim")
    panel.make.click()
    wait_until(lambda: allowed.asked("share"))
    assert unpack(server.calls[-1].with_, MakeShare, "with") == MakeShare((0, 3), 1.0, "for Kim")
    allowed.reply(Share("s1", EXPIRES_US, url_token="abc-123"))
    wait_until(panel.link.isVisible)
    assert panel.link.text() == f"http://127.0.0.1:{server.port}/?token=abc-123"
    assert panel.qr.pixmap().width() >= 100
    assert panel.local.isVisible(), "127.0.0.1 is of no use elsewhere, and that is said"
    panel.copy.click()
    assert QGuiApplication.clipboard().text() == panel.link.text()
    wait_until(lambda: allowed.asked("shares"))


def test_open_links_are_listed_and_revoked(allowed: Office, wait_until: WaitUntil) -> None:
    panel = allowed.panel
    panel.set_active(True)
    wait_until(lambda: len(allowed.server.calls) == 2)
    allowed.reply(Shares((OPEN,)))
    wait_until(lambda: "for <b>Kim</b>" in allowed.texts())
    assert any(text.startswith("left  ·  expires ") for text in allowed.texts())
    (revoke,) = (b for b in panel.findChildren(QPushButton) if b.text() == "Revoke")
    assert revoke.accessibleName() == "Revoke the link for for <b>Kim</b>"
    revoke.click()
    wait_until(lambda: allowed.asked("unshare"))
    assert unpack(allowed.server.calls[-1].with_, EndShare, "with") == EndShare("s1")
    allowed.reply(Result())
    wait_until(lambda: allowed.asked("shares"))
    allowed.reply(Shares())
    wait_until(lambda: "There are no open links." in allowed.texts())
    assert "The link no longer works." in allowed.texts()


def test_whoever_may_only_watch_is_told_why(office: Office, wait_until: WaitUntil) -> None:
    office.be("view")
    wait_until(lambda: "Sharing a link needs a token with the role control." in office.texts())
    assert not office.panel.make.isEnabled()
    office.panel.set_active(True)
    assert office.server.calls == [], "it asks for nothing that would be refused"


def test_without_a_camera_nothing_is_made(allowed: Office) -> None:
    calls = len(allowed.server.calls)
    allowed.panel.cameras.item(0).setCheckState(Qt.CheckState.Unchecked)
    allowed.panel.make.click()
    assert "Choose at least one camera." in allowed.texts()
    assert len(allowed.server.calls) == calls


def test_at_another_server_its_chosen_camera_is_ticked(allowed: Office) -> None:
    panel, services = allowed.panel, allowed.services
    client = StreamClient(ServerAddress("ws://127.0.0.1:9/ws"))
    session = StreamSession(client, allowed.decoder)
    services.add_server(session, "second")
    session._on_hello(Hello("s2", cameras=(CameraInfo(0, "top"), CameraInfo(1, "side"))))
    side = next(c for c in services.cameras() if getattr(services.info(c), "name", "") == "side")
    services.choose(side)
    assert panel.chosen_cameras == [side]
    services.choose(0)
    assert panel.chosen_cameras == [0]
    assert session.close()
    for part in (session, client):
        part.deleteLater()


def test_a_refusal_is_said(allowed: Office, wait_until: WaitUntil) -> None:
    allowed.panel.make.click()
    wait_until(lambda: allowed.asked("share"))
    call = allowed.server.calls[-1]
    allowed.server.send(Reply(call.id, ok=False, problem="shares are switched off"))
    wait_until(lambda: any("shares are switched off" in text for text in allowed.texts()))
    assert not allowed.panel.link.isVisible()


def test_a_qr_code_can_be_read() -> None:
    import cv2
    import numpy as np

    url = "http://10.0.0.7:8765/?token=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    image = qr_pixmap(url, 220).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(image.constBits(), np.uint8)
    pixels = lines.reshape(image.height(), image.bytesPerLine())[:, : image.width()]
    assert cv2.QRCodeDetector().detectAndDecode(pixels.copy())[0] == url
