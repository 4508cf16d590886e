"""Freezing pictures: the chosen camera's stands still until the person lets it go on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from client_qt.model.wording import clock_text
from client_qt.tools.marks import ACCENT, draw_text
from client_qt.widgets.overlay import OverlayView
from client_qt.widgets.services import ViewerServices, server_and_index

__all__ = ["Freezing"]

_EDGE = 3
"""Logical pixels of the frame around a picture that stands still."""


class Freezing:
    """Does the action, and says on the picture that it is not the present."""

    def __init__(self, services: ViewerServices) -> None:
        self._services = services
        services.actions.connect(
            "freeze",
            self._toggle,
            checked=lambda: self._frozen(services.chosen),
            enabled=lambda: services.view(services.chosen) is not None,
        )
        # A camera that is another one now, or has no view any more, goes on.
        services.cameras_changed.connect(lambda _: self._settle())
        services.view_set.connect(lambda _: self._settle())

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw a frame, and in its upper edge since when the picture stands."""
        shown = self._services.view(view.camera)
        if shown is None or not shown.pictures.freeze.frozen or view.frame is None:
            return
        room = QRectF(0, 0, view.width, view.height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ACCENT, _EDGE))
        half = _EDGE / 2
        painter.drawRect(room.adjusted(half, half, -half, -half))
        said = shown.pictures.freeze.said(clock_text(view.frame.capture_time_us))
        text, font = said.spoken(self._services.texts), painter.font()
        width = painter.fontMetrics().horizontalAdvance(text)
        draw_text(painter, text, QPointF((view.width - width) / 2, 6), room, font, ACCENT)

    def mouse(self, _event: QEvent, _view: OverlayView) -> bool:
        return False

    def _frozen(self, camera: int | None) -> bool:
        view = self._services.view(camera)
        return view is not None and view.pictures.freeze.frozen

    def _toggle(self) -> None:
        camera = self._services.chosen
        view = self._services.view(camera)
        if view is None or camera is None:
            return
        pictures, info = view.pictures, self._services.info(camera)
        name = "" if info is None else info.name
        if pictures.frame is None:
            self._services.hint(camera, self._services.say("tools.no_picture", name=name))
            return
        frozen = pictures.freeze.toggle(pictures.frame)
        self._note(camera, frozen)
        key = "tools.frozen.on" if frozen else "tools.frozen.off"
        self._services.announce(self._services.say(key, name=name))
        view.update_picture()

    def _settle(self) -> None:
        for camera in self._services.cameras():
            self._note(camera, self._frozen(camera))

    def _note(self, camera: int, frozen: bool) -> None:
        server, known = self._services.server_of(camera), self._services.camera(camera)
        if server is not None and known is not None and known.frozen != frozen:
            server.session.freeze(server_and_index(camera)[1], frozen)
