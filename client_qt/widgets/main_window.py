"""The window: menus, the pictures, panels at the right, and the status bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow

from client_qt.model.display import summary
from client_qt.widgets.camera_area import CameraArea
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.panel_dock import PanelDock
from client_qt.widgets.services import ViewerServices
from client_qt.widgets.status_bar import ConnectionBar
from client_qt.widgets.window_actions import connect_window_actions
from client_qt.widgets.wishes import PictureWishes

__all__ = ["MainWindow"]

REFRESH_INTERVAL_MS = 250
"""Texts change four times a second: more cannot be read, and a stop shows soon enough."""


class MainWindow(QMainWindow):
    """Show the cameras of all servers of ``services``.

    Pictures are asked for of what can be seen: all cameras, one (Enter or a double-click, back
    with Escape), or none while the window is minimised or hidden; see PictureWishes.
    """

    closed = Signal()
    """The user closed the window."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__()
        self.services = services
        self.area = CameraArea(services, self)
        self.setCentralWidget(self.area)
        self.dock = PanelDock(services, self)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self._wishes = PictureWishes(services)
        # No view has the focus before the user gives it to one.
        self.setFocus()
        self._bar = ConnectionBar(self)
        self.setStatusBar(self._bar)
        connect_window_actions(self)
        services.actions.fill(self.menuBar())
        self.resize(1280, 800)
        self.area.shown_changed.connect(self.subscribe)
        self.area.moved.connect(self._wishes.set_size)
        services.cameras_changed.connect(self._on_cameras)
        services.servers_changed.connect(self._on_servers)
        services.changed.connect(self.refresh)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_INTERVAL_MS)
        self._on_servers()

    @property
    def views(self) -> dict[int, CameraView]:
        """The views of all cameras by their numbers, in their order."""
        return self.area.views

    def refresh(self) -> None:
        """Bring all texts up to date."""
        services, now = self.services, self.services.clock()
        self.area.refresh()
        server = next(iter(services.servers.values()), None)
        if server is not None:
            self._bar.show_summary(summary(server.model, server.label, now))
        if self._wishes.settle():
            self.subscribe()

    def subscribe(self) -> None:
        """Ask the servers for what can be seen."""
        self._wishes.update(visible=self.isVisible() and not self.isMinimized())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Do what the key is for, if nothing with the focus has used it."""
        services = self.services
        if services.actions.press(event) or any(take(event) for take in services.key_takers):
            event.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Stop the pictures of a minimised or hidden window, and start them again."""
        handled = super().event(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            for camera in self.views:
                self._wishes.set_size(camera)
            self.subscribe()
        if event.type() in (QEvent.Type.WindowStateChange, QEvent.Type.Show, QEvent.Type.Hide):
            self.dock.window_state_changed()
            self.subscribe()
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        """Stop the clock of the texts; whoever made the sessions closes them on ``closed``."""
        self._timer.stop()
        super().closeEvent(event)
        self.closed.emit()

    def _on_cameras(self, gone: list[int]) -> None:
        for camera in gone:
            self._wishes.forget(camera)

    def _on_servers(self) -> None:
        labels = ", ".join(server.label for server in self.services.servers.values())
        self.setWindowTitle(f"{labels} - camstrm" if labels else "camstrm")
        self.subscribe()
        self.refresh()
