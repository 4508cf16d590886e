"""The large focus bar on the picture, for the person at the lens who looks from afar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from client_qt.tools.focus_gauge import paint_gauge
from client_qt.tools.marks import LIGHT
from client_qt.tools.measure_loop import MeasureWish
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["FocusOverlay", "focus_height"]

_SHADE = QColor(13, 16, 20, 215)
_PART = 0.16
"""Height of all of it as a part of the picture's place; the bar has a third of that."""

_HEIGHTS = (48.0, 140.0)
_MARGIN = 12.0
_STALE_MS = 500
"""So often it is drawn without a measure, so that one that does not come shows."""


class FocusOverlay:
    """Measured while it is on; the panel shows the same figures."""

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        self._stale = QTimer(desk)
        self._stale.setInterval(_STALE_MS)
        self._stale.timeout.connect(desk.repaint)
        desk.services.actions.connect(
            "focus", lambda: desk.switch("focus"), checked=lambda: desk.on("focus")
        )
        desk.switched.connect(self._want)
        desk.moved.connect(self._want)

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw bar and text at the lower edge of the chosen camera's picture."""
        desk = self._desk
        if not desk.on("focus") or view.camera != desk.services.chosen:
            return
        height = focus_height(view)
        place = QRectF(0, view.height - height, view.width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SHADE)
        painter.drawRect(place)
        inner = place.adjusted(_MARGIN, _MARGIN / 2, -_MARGIN, -_MARGIN)
        bar = QRectF(inner.left(), inner.bottom() - height / 3, inner.width(), height / 3)
        now_ms, focus = 1000 * desk.services.clock(), desk.focus
        shown = focus.bar
        fill = 0.0 if focus.silent(now_ms) else shown.fill
        paint_gauge(painter, bar, fill, shown.mark, LIGHT)
        text = focus.said(now_ms).spoken(desk.services.texts)
        font = QFont(painter.font())
        font.setBold(True)
        font.setPixelSize(max(12, int(0.75 * (bar.top() - inner.top()))))
        wide = QFontMetricsF(font).horizontalAdvance(text)
        if wide > inner.width():
            font.setPixelSize(max(9, int(font.pixelSize() * inner.width() / wide)))
        painter.setFont(font)
        painter.setPen(LIGHT)
        baseline = QPointF(inner.left(), bar.top() - QFontMetricsF(font).descent() - 2)
        painter.drawText(baseline, text)

    def mouse(self, _event: QEvent, _view: OverlayView) -> bool:
        return False

    def _want(self, _tool: str = "") -> None:
        desk = self._desk
        if desk.on("focus"):
            desk.want("focus", MeasureWish(figures=True, region=desk.region))
            self._stale.start()
        else:
            desk.want("focus", None)
            self._stale.stop()


def focus_height(view: OverlayView) -> float:
    """Return how much of the stage's lower end the bar takes, in logical pixels."""
    return min(max(view.height * _PART, _HEIGHTS[0]), _HEIGHTS[1])
