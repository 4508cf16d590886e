"""A person at the Qt viewer with one panel open, on a scripted server that answers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

import client_qt.parts  # noqa: F401  # registers the panels
from camstrm.client.address import parse_address
from camstrm.viewing.texts import Texts
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.panel import Panel
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.camera_answers import AnsweringServer
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.pictures.viewer_pictures import bundle, jpeg, picture_frame
from tests.fakes.viewer_window import end_viewer

__all__ = ["PanelDesk"]


class PanelDesk:
    """The window, its panel, and what the server heard."""

    def __init__(self, server: AnsweringServer, wait: WaitUntil, language: str = "en") -> None:
        self.server = server
        self.wait = wait
        self.client = StreamClient(parse_address(server.url))
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder)
        self.services = ViewerServices(texts=Texts(language))
        self.say = self.services.say
        self.services.add_server(self.session, "server:8765")
        self.window = MainWindow(self.services)
        self.window.show()
        self.window.activateWindow()
        self.session.start()
        wait(lambda: len(self.window.views) == 3 and self.window.isActiveWindow())
        server.send_status()
        picture = jpeg(640, 480, (60, 90, 120))
        frames = [picture_frame(i, picture, 640, 480) for i in range(3)]
        server.send_bundle(bundle(1, *frames))
        wait(lambda: self.services.role(0) and self.window.views[0].picture)

    def open(self, panel_id: str) -> Any:
        """Open a panel and return it."""
        self.window.dock.open(panel_id)
        panel = self.window.dock.panel(panel_id)
        assert isinstance(panel, Panel)
        return panel

    def key(self, widget: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        QTest.keyClick(widget, key, held)

    def type(self, widget: QWidget, text: str) -> None:
        """Type into a field, in place of what is there, and end with Enter."""
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self.key(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(widget, text)
        self.key(widget, Qt.Key.Key_Return)

    def settle(self) -> None:
        """Let what has come be shown."""
        for _ in range(5):
            QApplication.processEvents()

    def texts(self, widget: QWidget) -> list[str]:
        """Return what the visible labels of a widget say."""
        labels = widget.findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible() and label.text()]

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)
        self.server.close()
