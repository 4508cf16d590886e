"""Cameras in windows of their own, on another screen for example."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from client_qt.widgets.camera_area import CameraArea
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.services import ViewerServices

__all__ = ["PopOuts"]


class PopOuts:
    """Moves views out of the window and back; they keep their session, zoom and picture."""

    def __init__(self, services: ViewerServices, area: CameraArea) -> None:
        self._services = services
        self._area = area
        self._windows: dict[int, _PopOut] = {}
        """By the cameras' numbers."""
        services.cameras_changed.connect(self._on_cameras)

    def toggle(self, camera: int) -> None:
        """Give the camera a window of its own, or take it back into the main one."""
        if camera in self._windows:
            self._windows[camera].close()
            return
        view = self._area.views[camera]
        if self._area.single == camera:
            self._area.show_single(None)
        window = _PopOut(self._services, camera)
        window.closed.connect(lambda: self._take_back(camera))
        window.changed.connect(self._area.shown_changed)
        self._windows[camera] = window
        self._area.popped.add(camera)
        size = view.size()
        window.take(view)
        window.resize(size)
        window.show()
        self._area.show_single(self._area.single)

    def close(self) -> None:
        """Close all of them: the main window ends."""
        for window in list(self._windows.values()):
            window.close()

    def is_out(self, camera: int | None) -> bool:
        """Return whether the camera has a window of its own."""
        return camera in self._windows

    def _take_back(self, camera: int) -> None:
        window = self._windows.pop(camera, None)
        self._area.popped.discard(camera)
        if view := self._area.views.get(camera):
            view.setParent(self._area.widget())
        self._area.arrange_again()
        if window is not None:
            window.deleteLater()

    def _on_cameras(self, _gone: list[int]) -> None:
        for camera in [c for c in self._windows if c not in self._area.views]:
            self._windows[camera].close()


class _PopOut(QWidget):
    """A window with one view; keys do in it what they do in the main one."""

    closed = Signal()
    changed = Signal()
    """It is hidden, minimised, or there again."""

    def __init__(self, services: ViewerServices, camera: int) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._services = services
        self._camera = camera
        info = services.info(camera)
        self.setWindowTitle("" if info is None else f"{info.name} - camstrm")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def take(self, view: CameraView) -> None:
        """Fill the window with the view."""
        self._column.addWidget(view)
        view.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Do what the key is for, for this camera; Escape closes."""
        self._services.choose(self._camera)
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif self._services.press(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Note that it can be seen, or not."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.WindowStateChange, QEvent.Type.Show, QEvent.Type.Hide):
            self.changed.emit()
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        """Give the view back."""
        super().closeEvent(event)
        self.closed.emit()
