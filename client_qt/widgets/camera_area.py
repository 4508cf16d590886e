"""The place of the pictures in the window: all cameras, or one of them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from camstrm.wire import CameraFrame
from client_qt.model.display import camera_display, placeholder_display
from client_qt.model.tiling import arrange
from client_qt.session.picture import DecodedPicture
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.overlay import make_overlays
from client_qt.widgets.services import ViewerServices

__all__ = ["CameraArea"]

PLACEHOLDERS = 3
"""Views while no camera is known: the usual number."""


class CameraArea(QWidget):
    """Has a view for each camera, arranges them, keeps their texts up to date."""

    shown_changed = Signal()
    """Other cameras can be seen now, or another part of one."""

    moved = Signal(int)
    """A camera's view has another size, or shows another part of the picture."""

    def __init__(self, services: ViewerServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.views: dict[int, CameraView] = {}
        """By the cameras' numbers, in their order; written here only."""
        self.placeholders: list[CameraView] = []
        """Views that are shown while no camera is known."""
        self.single: int | None = None
        """The camera that has the place for itself; None: all are shown."""
        self.main: int | None = None
        """The camera with the large place among three."""
        self._arranging = False
        """Whether views are being shown and hidden: what can be seen is not yet as it will be."""
        self._overlays = make_overlays(services)
        self.setObjectName("grid")
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(6, 6, 6, 6)
        self._layout.setSpacing(6)
        services.picture_ready.connect(self._show_picture)
        services.part_ready.connect(self._show_part)
        services.cameras_changed.connect(self._on_cameras)
        services.chosen_changed.connect(self._mark_chosen)
        self._rebuild()

    def show_single(self, camera: int | None) -> None:
        """Give the place to one camera, or to all of them (None)."""
        if camera is not None and camera not in self.views:
            return
        self.single = camera
        if camera is not None:
            self._services.choose(camera)
        self._arrange()
        self._mark_chosen()
        self.shown_changed.emit()

    def shown(self) -> list[int]:
        """Return the cameras that are shown, in their order."""
        return list(self.views) if self.single is None else [self.single]

    def refresh(self) -> None:
        """Bring all texts up to date."""
        services, now = self._services, self._services.clock()
        for number, view in self.views.items():
            camera, server = services.camera(number), services.server_of(number)
            if camera is not None and server is not None:
                view.set_display(camera_display(server.model, camera, now))
            view.set_hint(services.hint_of(number))
        for number, view in enumerate(self.placeholders, 1):
            server = next(iter(services.servers.values()), None)
            if server is not None:
                view.set_display(placeholder_display(server.model, number, now))
        if self.single is None and len(self.views) == 3 and self.main != self._largest():
            self._arrange()

    def _largest(self) -> int | None:
        def pixels(camera: int) -> int:
            known = self._services.camera(camera)
            return 0 if known is None else known.source_size[0] * known.source_size[1]

        return max(self.views, key=pixels, default=None)

    def _show_picture(self, camera: int, frame: CameraFrame, picture: DecodedPicture) -> None:
        if view := self.views.get(camera):
            view.set_picture(picture, frame)

    def _show_part(self, camera: int, frame: CameraFrame, picture: DecodedPicture) -> None:
        if view := self.views.get(camera):
            view.set_part(frame, picture)

    def _mark_chosen(self, _chosen: int | None = None) -> None:
        for camera, view in self.views.items():
            view.set_chosen(camera == self._services.chosen and len(self.shown()) > 1)

    def _on_cameras(self, gone: Iterable[int]) -> None:
        self._arranging = True
        for camera in gone:
            if view := self.views.get(camera):
                view.set_picture(None)
        self._rebuild()
        self.refresh()

    def _rebuild(self) -> None:
        cameras = self._services.cameras()
        for camera in [c for c in self.views if c not in cameras]:
            self._services.set_view(camera, None)
            _discard(self.views.pop(camera))
        self.views = {c: self.views.get(c) or self._new_view(c) for c in cameras}
        while self.placeholders and cameras:
            _discard(self.placeholders.pop())
        while not cameras and len(self.placeholders) < PLACEHOLDERS:
            self.placeholders.append(CameraView(self))
        if self.single not in self.views:
            self.single = None
        self._arrange()
        self._mark_chosen()
        self.shown_changed.emit()

    def _new_view(self, camera: int) -> CameraView:
        view = CameraView(self, camera=camera, clock=self._services.clock)
        view.set_overlays(self._overlays)
        view.activated.connect(lambda: self.show_single(camera if self.single is None else None))
        view.chosen.connect(lambda: self._services.choose(camera))
        view.resized.connect(lambda: self._on_moved(camera))
        view.viewport_changed.connect(lambda: self._on_moved(camera))
        self._services.set_view(camera, view)
        return view

    def _on_moved(self, camera: int) -> None:
        self.moved.emit(camera)
        if not self._arranging:
            self.shown_changed.emit()

    def _arrange(self) -> None:
        self._arranging = True
        views = self.views or dict(enumerate(self.placeholders))
        for view in views.values():
            self._layout.removeWidget(view)
        for i in range(self._layout.rowCount()):
            self._layout.setRowStretch(i, 0)
        for i in range(self._layout.columnCount()):
            self._layout.setColumnStretch(i, 0)
        shown = list(views) if self.single is None else [self.single]
        self.main = self._largest()
        main = shown.index(self.main) if self.main in shown else 0
        for index, cell in zip(shown, arrange(len(shown), main), strict=True):
            self._layout.addWidget(views[index], cell.row, cell.column, cell.rows, cell.columns)
            for row in range(cell.row, cell.row + cell.rows):
                self._layout.setRowStretch(row, 1)
            for column in range(cell.column, cell.column + cell.columns):
                self._layout.setColumnStretch(column, 1)
        for index, view in views.items():
            view.setVisible(index in shown)
        self._arranging = False


def _discard(view: CameraView) -> None:
    view.hide()
    view.setParent(None)
    view.deleteLater()
