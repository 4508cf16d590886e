"""The window: a grid of views, one of them big on a double-click, and the status bar."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QMainWindow, QWidget

from camstrm.wire import CameraFrame, View
from client_qt.model.display import camera_display, placeholder_display, summary
from client_qt.model.tiling import arrange
from client_qt.model.view_wish import ShownPicture, SmallPicture, region_wish
from client_qt.session.picture import DecodedPicture
from client_qt.session.session import StreamSession
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.status_bar import ConnectionBar

__all__ = ["MainWindow"]

REFRESH_INTERVAL_MS = 250
"""Texts change four times a second: more cannot be read, and a stop shows soon enough."""

HINT_S = 6.0
"""A refusal is shown for this time, once."""

PLACEHOLDERS = 3
"""Views while no camera is known: the usual number."""


class MainWindow(QMainWindow):
    """Show the cameras of one session.

    Subscribes to what can be seen: all cameras, one (double-click, back with Escape or
    another double-click), or none while the window is minimised or hidden; of each the part
    that is zoomed in on, or a smaller picture where that is enough.
    """

    closed = Signal()
    """The user closed the window."""

    def __init__(self, session: StreamSession, server: str) -> None:
        super().__init__()
        self._session = session
        self._server = server
        self.views: dict[int, CameraView] = {}
        """By the cameras' index, sorted; written here only."""
        self._placeholders: list[CameraView] = []
        """Views that are shown while no camera is known."""
        self._single: int | None = None
        """The camera that has the window for itself; None: all are shown."""
        self._small: dict[int, SmallPicture] = {}
        """The small whole pictures that are wanted, by camera."""
        self._hints: dict[int, tuple[str, float]] = {}
        """What is said over a camera's picture, and until when, in the session's seconds."""
        self._main: int | None = None
        """The camera with the large place among three."""
        self._grid = QWidget(self)
        self._grid.setObjectName("grid")
        self._layout = QGridLayout(self._grid)
        self._layout.setContentsMargins(6, 6, 6, 6)
        self._layout.setSpacing(6)
        self.setCentralWidget(self._grid)
        # No view has the focus before the user gives it to one: keys go to the one below the mouse.
        self.setFocus()
        self._bar = ConnectionBar(self)
        self.setStatusBar(self._bar)
        self.setWindowTitle(f"{server} - camstrm")
        self.resize(1280, 800)
        session.picture_ready.connect(self._show_picture)
        session.part_ready.connect(self._show_part)
        session.view_refused.connect(self._show_refusal)
        session.cameras_changed.connect(self._on_cameras_changed)
        session.changed.connect(self.refresh)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_INTERVAL_MS)
        self._rebuild(())
        self.refresh()

    def show_single(self, camera: int | None) -> None:
        """Give the window to one camera, or to all of them (None)."""
        if camera is not None and camera not in self.views:
            return
        self._single = camera
        self._arrange()
        self._subscribe()

    def refresh(self) -> None:
        """Bring all texts up to date."""
        model, now = self._session.model, self._session.clock()
        for index, view in self.views.items():
            if camera := model.cameras.get(index):
                view.set_display(camera_display(model, camera, now))
            text, until = self._hints.get(index, ("", 0.0))
            view.set_hint(text if now < until else "")
        for number, view in enumerate(self._placeholders, 1):
            view.set_display(placeholder_display(model, number, now))
        self._bar.show_summary(summary(model, self._server, now))
        if self._single is None and len(self.views) == 3 and self._main != model.largest_camera():
            self._arrange()
        if self._settle(now):
            self._subscribe()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Handle Escape (back to all cameras, then out of full screen), F11 and F.

        Keys that zoom are for the view with the focus, else for the one that is shown alone, else
        for the one below the mouse.
        """
        view = self._selected()
        if view is not None and view.press_key(event):
            return
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_F11 or (event.key() == Qt.Key.Key_F and plain):
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif event.key() == Qt.Key.Key_Escape and self._single is not None:
            self.show_single(None)
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Stop the pictures of a minimised or hidden window, and start them again."""
        handled = super().event(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            for camera in self.views:
                self._view_moved(camera)
        if event.type() in (QEvent.Type.WindowStateChange, QEvent.Type.Show, QEvent.Type.Hide):
            self._subscribe()
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        """Stop the clock of the texts; whoever made the session closes it on ``closed``."""
        self._timer.stop()
        super().closeEvent(event)
        self.closed.emit()

    def _subscribe(self) -> None:
        if self.isMinimized() or not self.isVisible():
            self._session.want(())
            return
        shown = tuple(self.views) if self._single is None else (self._single,)
        views = [view for camera in shown if (view := self._wish(camera)) is not None]
        self._session.want(None if self._single is None else shown, views)

    def _settle(self, now: float) -> bool:
        """Let small pictures follow the sizes of their places; return whether one is another."""
        model, changed = self._session.model, False
        for camera, view in self.views.items():
            known = model.cameras.get(camera)
            if known is None or not view.isVisible():
                continue
            usual = known.usual_size if min(known.usual_size) > 0 else None
            small = self._small.setdefault(camera, SmallPicture(camera))
            before = small.wish
            small.settle(view.frame_pixels(), usual, model.reduced, now)
            changed |= small.wish != before
        return changed

    def _wish(self, camera: int) -> View | None:
        """Return the view that is wanted of a camera that can be seen."""
        model, view = self._session.model, self.views[camera]
        known, hello = model.cameras.get(camera), model.hello
        if known is None or hello is None or not hello.limits.max_views:
            return None  # a server that has no views
        if view.viewport.fits:
            small = self._small.get(camera)
            return None if small is None else small.wish
        # The usual picture comes instead of a small one as soon as a part is looked at.
        have = known.sent_size if model.reduced else known.usual_size
        if min(have) <= 0:
            return None
        shown = ShownPicture(*have, *view.viewport.frame)
        return region_wish(camera, view.viewport, view.devicePixelRatioF(), shown)

    def _selected(self) -> CameraView | None:
        """Return the view that keys are for."""
        focused = self.focusWidget()
        if isinstance(focused, CameraView):
            return focused
        if self._single is not None:
            return self.views[self._single]
        return next((view for view in self.views.values() if view.underMouse()), None)

    def _show_picture(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        if view := self.views.get(frame.camera_index):
            view.set_picture(picture, frame)

    def _show_part(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        if view := self.views.get(frame.camera_index):
            view.set_part(frame, picture)

    def _show_refusal(self, camera: int, why: str) -> None:
        self._hints[camera] = why, self._session.clock() + HINT_S
        self.refresh()

    def _view_moved(self, camera: int) -> None:
        self._session.set_view_size(camera, self.views[camera].picture_pixels())
        self._subscribe()

    def _on_cameras_changed(self, gone: Iterable[int]) -> None:
        for index in gone:
            self._small.pop(index, None)
            self._hints.pop(index, None)
            if view := self.views.get(index):
                view.set_picture(None)
        self._rebuild(tuple(sorted(self._session.model.cameras)))
        self.refresh()

    def _rebuild(self, cameras: tuple[int, ...]) -> None:
        for index in [i for i in self.views if i not in cameras]:
            _discard(self.views.pop(index))
        self.views = {i: self.views.get(i) or self._new_view(i) for i in cameras}
        while self._placeholders and cameras:
            _discard(self._placeholders.pop())
        while not cameras and len(self._placeholders) < PLACEHOLDERS:
            self._placeholders.append(CameraView(self._grid))
        if self._single not in self.views:
            self._single = None
        self._arrange()
        self._subscribe()

    def _new_view(self, camera: int) -> CameraView:
        view = CameraView(self._grid, clock=self._session.clock)
        view.activated.connect(lambda: self.show_single(camera if self._single is None else None))
        view.resized.connect(lambda: self._view_moved(camera))
        view.viewport_changed.connect(lambda: self._view_moved(camera))
        return view

    def _arrange(self) -> None:
        views = self.views or dict(enumerate(self._placeholders))
        for view in views.values():
            self._layout.removeWidget(view)
        for i in range(self._layout.rowCount()):
            self._layout.setRowStretch(i, 0)
        for i in range(self._layout.columnCount()):
            self._layout.setColumnStretch(i, 0)
        shown = list(views) if self._single is None else [self._single]
        self._main = self._session.model.largest_camera()
        main = shown.index(self._main) if self._main in shown else 0
        for index, cell in zip(shown, arrange(len(shown), main), strict=True):
            self._layout.addWidget(views[index], cell.row, cell.column, cell.rows, cell.columns)
            for row in range(cell.row, cell.row + cell.rows):
                self._layout.setRowStretch(row, 1)
            for column in range(cell.column, cell.column + cell.columns):
                self._layout.setColumnStretch(column, 1)
        for index, view in views.items():
            view.setVisible(index in shown)


def _discard(view: CameraView) -> None:
    view.hide()
    view.setParent(None)
    view.deleteLater()
