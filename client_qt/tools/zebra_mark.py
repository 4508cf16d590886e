"""Stripes over what is clipped in the pictures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF
from PySide6.QtGui import QPainter

from client_qt.model.orientation import Rectangle
from client_qt.model.zebra import zebra_text
from client_qt.tools.marks import draw_text
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView
from client_qt.widgets.picture_area import paint_picture

__all__ = ["ZebraMark"]


class ZebraMark:
    """The decoder finds what is clipped while this is on; here it is only drawn."""

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        desk.services.actions.connect(
            "zebra", lambda: desk.switch("zebra"), checked=lambda: desk.on("zebra")
        )
        desk.switched.connect(self._ask)
        desk.services.servers_changed.connect(self._ask)
        self._ask()

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw the stripes of the whole picture, and of the part that is over it."""
        shown = self._desk.services.view(view.camera)
        if not self._desk.on("zebra") or shown is None or shown.picture is None:
            return
        if not view.viewport.known:
            return
        stage = QRect(0, 0, view.width, view.height)
        whole, part = Rectangle(0, 0, *view.viewport.frame), shown.shown_part
        found = shown.picture.zebra
        # What the part covers must not show through it.
        if part is not None and _covers(part.place, view.viewport.visible):
            found = part.picture.zebra
            whole = part.place
        ratio = view.pixel_ratio
        paint_picture(painter, stage, view.viewport, found.image, whole, ratio, sharp=True)
        if view.camera == self._desk.services.chosen:
            text = zebra_text(found.percent, *self._raw()).spoken(self._desk.services.texts)
            room = QRectF(6, 6, view.width - 12, view.height - 12)
            # Above it stands which part can be seen, if not all of it can.
            top = 6 if view.viewport.fits else 12 + painter.fontMetrics().height()
            draw_text(painter, text, QPointF(6, top), room, painter.font())

    def burnt_in(self, _camera: int) -> str:
        return "zebra" if self._desk.on("zebra") else ""

    def mouse(self, _event: QEvent, _view: OverlayView) -> bool:
        return False

    def _raw(self) -> tuple[float | None, int]:
        """Return how many percent of the raw values are clipped, and their bits."""
        measured = self._desk.measurement
        if measured is None or not self._desk.shows_region or not measured.channels:
            return None, 0
        return max(channel.clipped for channel in measured.channels), measured.bits

    def _ask(self, _tool: str = "") -> None:
        for server in self._desk.services.servers.values():
            server.session.zebra = self._desk.on("zebra")


def _covers(part: Rectangle, seen: Rectangle) -> bool:
    right, bottom = part.x + part.width, part.y + part.height
    inside = part.x <= seen.x and part.y <= seen.y
    return inside and right >= seen.x + seen.width and bottom >= seen.y + seen.height
