"""Crosshair and grid, for adjusting a camera to something."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLineF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter

from client_qt.model.guides import grid_lines
from client_qt.tools.marks import draw_line
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["GRID", "CrosshairMark", "GridMark"]

GRID = "tools.grid"
"""Name of the setting: kind of the grid, "" for none."""

_KINDS = ("", "thirds", "pixels", "mm")
_STEPS = {"thirds": 0.0, "pixels": 100.0, "mm": 10.0}
"""Between two lines, in the unit of the kind."""

_FAINT = QColor(255, 255, 255, 130)
_GAP = 6.0
"""Logical pixels around the crosshair's middle that stay free: what is there is looked at."""

_CLOSE = 12.0
"""Logical pixels from its middle within which the mouse takes hold of it."""


class CrosshairMark:
    """Two lines through one pixel of the sensor; through its middle until it is moved.

    The mouse moves it, and keys do, see Pen; while these draw with it, it is shown in any case.
    """

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        self._held = False
        """Whether the mouse has taken hold of it."""
        desk.services.actions.connect(
            "crosshair", lambda: desk.switch("crosshair"), checked=lambda: desk.on("crosshair")
        )

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw it to the edges of the frame."""
        if not self._shown(view.camera) or not view.viewport.known:
            return
        width, height = view.viewport.frame
        x, y = self._desk.points(view.camera).crosshair.at((width, height))
        middle = view.to_stage(x + 0.5, y + 0.5)
        for end in ((0, y + 0.5), (width, y + 0.5), (x + 0.5, 0), (x + 0.5, height)):
            line = QLineF(*middle, *view.to_stage(*end))
            if line.length() > _GAP:
                line.setP1(line.pointAt(_GAP / line.length()))
                draw_line(painter, line)

    def burnt_in(self, _camera: int) -> str:
        return "crosshair" if self._desk.on("crosshair") else ""

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Move it, taken at its middle."""
        if not isinstance(event, QMouseEvent) or view.cursor is None or not view.viewport.known:
            return False
        cross, frame = self._desk.points(view.camera).crosshair, view.viewport.frame
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            x, y = cross.at(frame)
            away = QLineF(*view.cursor, *view.to_stage(x + 0.5, y + 0.5)).length()
            self._held = self._desk.on("crosshair") and away <= _CLOSE
            return self._held
        if kind is QEvent.Type.MouseMove and self._held:
            cross.put(*view.to_sensor(*view.cursor), frame)
            self._desk.note_moved()
            return True
        if kind is QEvent.Type.MouseButtonRelease and self._held:
            self._held = False
            return True
        return False

    def step(self, right: int, down: int) -> bool:
        """Move the chosen camera's by pixels as they are seen; return whether it is shown."""
        view = self._desk.services.view(self._desk.services.chosen)
        if view is None or not view.viewport.known or not self._shown(view.camera):
            return False
        turn, frame = view.viewport.orientation, view.viewport.frame
        self._desk.points().crosshair.move(right, down, turn, frame)
        self._desk.note_moved()
        return True

    @property
    def place(self) -> tuple[int, int]:
        """The pixel of the chosen camera that it is at."""
        return self._desk.points().crosshair.at(self._desk.frame)

    def _shown(self, camera: int) -> bool:
        return self._desk.on("crosshair") or self._desk.pen == camera


class GridMark:
    """Lines in thirds, each 100 pixels, or each 10 mm once the ruler is calibrated."""

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        desk.services.actions.connect("grid", self._next, checked=lambda: bool(self._kind))

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw it over the frame, whatever part of it can be seen."""
        if not self._kind or not view.viewport.known:
            return
        width, height = frame = view.viewport.frame
        scale = self._desk.scale_of(view.camera)
        lines = grid_lines(self._kind, _STEPS[self._kind], frame, view.viewport.scale, scale)
        for x in lines.xs:
            draw_line(painter, QLineF(*view.to_stage(x, 0), *view.to_stage(x, height)), _FAINT)
        for y in lines.ys:
            draw_line(painter, QLineF(*view.to_stage(0, y), *view.to_stage(width, y)), _FAINT)

    def burnt_in(self, _camera: int) -> str:
        return "grid" if self._kind else ""

    def mouse(self, _event: QEvent, _view: OverlayView) -> bool:
        return False

    @property
    def _kind(self) -> str:
        settings = self._desk.services.settings
        return settings.get(GRID, "", lambda kind: kind in _KINDS)

    def _next(self) -> None:
        services = self._desk.services
        kind = _KINDS[(_KINDS.index(self._kind) + 1) % len(_KINDS)]
        services.settings.set(GRID, kind)
        if services.chosen is not None:
            scale, view = self._desk.mm_per_pixel, services.view(services.chosen)
            zoom = view.viewport.scale if view is not None and view.viewport.known else 1.0
            text = services.say("tools.grid.off")
            if kind:
                frame = self._desk.frame
                text = grid_lines(kind, _STEPS[kind], frame, zoom, scale).said.spoken(
                    services.texts
                )
            services.hint(services.chosen, text)
        self._desk.repaint()
