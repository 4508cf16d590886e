"""Position and value of the pixel below the mouse, or at the crosshair."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QTimer
from PySide6.QtGui import QPainter

from camstrm.wire.operations import Measure, Measurement
from client_qt.model.orientation import Rectangle
from client_qt.model.pixel_value import jpeg_text, picture_at, pixel_at, place_text, raw_text
from client_qt.model.said import Said
from client_qt.tools.focus_bar import focus_height
from client_qt.tools.marks import draw_text
from client_qt.tools.measure_loop import MeasureWish
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["PixelReadout"]

_REST_MS = 120
"""The mouse must rest for so long before the raw bits are asked for: until then the JPEG does."""

_WHO = "pixel"


class PixelReadout:
    """Shown while the crosshair is on, the measure panel is open or single pixels are looked at.

    The JPEG's value at once, the raw one as soon as it is measured. Below the mouse while it is on
    the picture, else at the crosshair.
    """

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        self._mouse: tuple[float, float] | None = None
        """Where on the sensor of the chosen camera the mouse is; None: not on it."""
        self._raw: tuple[tuple[int, int], Measurement] | None = None
        """The pixel that was measured last, and its values."""
        self._rest = QTimer(desk)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._want)
        desk.measured.connect(self._on_measured)
        desk.failed.connect(self._on_failed)
        desk.moved.connect(self._want)
        desk.switched.connect(self._want)

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Write it in the lower left corner of the chosen camera's picture."""
        said = self.said(view)
        if said is None:
            return
        below = focus_height(view) if self._desk.on("focus") else 0.0
        room = QRectF(6, 6, view.width - 12, view.height - 12 - below)
        text = said.spoken(self._desk.services.texts)
        draw_text(painter, text, QPointF(6, view.height), room, painter.font())

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Note where the mouse is; it stays everybody's."""
        if view.camera == self._desk.services.chosen:
            gone = event.type() is QEvent.Type.Leave or view.cursor is None
            known = view.viewport.known
            self._mouse = None if gone or not known else view.to_sensor(*view.cursor)  # type: ignore[misc]  # it is on it
            if self._shown(view) or self._raw is not None:
                self._rest.start()
                self._desk.services.request_overlay_paint(view.camera)
        return False

    def said(self, view: OverlayView) -> Said | None:
        """Return what is said of the pixel; None: nothing is shown."""
        pixel = self._pixel(view) if self._shown(view) else None
        if pixel is None:
            return None
        shown = self._desk.services.view(view.camera)
        frozen = shown is not None and shown.pictures.freeze.frozen
        if self._raw is not None and self._raw[0] == pixel and not frozen:
            measured = self._raw[1]
            return raw_text(pixel, measured.point, measured.bits)
        rgb = self._jpeg(view, pixel)
        return place_text(pixel) if rgb is None else jpeg_text(pixel, rgb, frozen)

    def _shown(self, view: OverlayView) -> bool:
        desk = self._desk
        if view.camera != desk.services.chosen or not view.viewport.known:
            return False
        single = view.viewport.scale * view.pixel_ratio >= 8  # each is easily seen
        return desk.on("crosshair") or desk.on("measure panel") or single

    def _pixel(self, view: OverlayView) -> tuple[int, int] | None:
        frame = view.viewport.frame
        if self._mouse is not None:
            return pixel_at(*self._mouse, frame)
        if not self._desk.on("crosshair"):
            return None
        return self._desk.points().crosshair.at(frame)

    def _jpeg(self, view: OverlayView, pixel: tuple[int, int]) -> tuple[int, int, int] | None:
        """Return the value in the sharpest picture that is shown there."""
        shown = self._desk.services.view(view.camera)
        if shown is None or shown.picture is None:
            return None
        places = [(shown.picture, Rectangle(0, 0, *view.viewport.frame))]
        if (part := shown.shown_part) is not None:
            places.insert(0, (part.picture, part.place))
        for picture, area in places:
            rows, columns = picture.pixels.shape[:2]
            at = picture_at(pixel, area, (columns, rows))
            if at is not None:
                blue, green, red = (int(value) for value in picture.pixels[at[1], at[0], :3])
                return red, green, blue
        return None

    def _want(self, _tool: str = "") -> None:
        """Have the pixel measured that is shown now; a frozen picture's has only its JPEG."""
        desk = self._desk
        shown = desk.services.view(desk.services.chosen)
        pixel = None
        if shown is not None and not shown.pictures.freeze.frozen:
            view = shown.overlay_view()
            pixel = self._pixel(view) if self._shown(view) else None
        desk.want(_WHO, None if pixel is None else MeasureWish(point=pixel))

    def _on_measured(self, asked: Measure, measurement: Measurement) -> None:
        if asked.point is not None and measurement.point:
            self._raw = (asked.point, measurement)

    def _on_failed(self, _error: object) -> None:
        self._raw = None
