"""The view of one camera: a thin line and the picture under it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from operator import attrgetter

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from camstrm.viewing.texts import Texts
from camstrm.wire import CameraFrame
from client_qt.model.display import CameraDisplay
from client_qt.model.viewport import Rectangle, Viewport
from client_qt.model.wording import where_text
from client_qt.session.picture import DecodedPicture
from client_qt.widgets import theme
from client_qt.widgets.overlay import Overlay, OverlayView
from client_qt.widgets.picture_area import PicturePart, map_area, paint_map, paint_picture
from client_qt.widgets.view_texts import (
    line_height,
    paint_figures,
    paint_headline,
    paint_hint,
    paint_line,
    paint_trouble,
    paint_where,
)
from client_qt.widgets.zoom_gestures import ZoomGestures

__all__ = ["CameraView"]

_VEIL = QColor(6, 8, 11, 150)

_LATE_PART_S = 0.5
"""A part that has not come for so long after a newer whole picture is not shown any more."""

_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)

_OVER_PICTURE = attrgetter("stale", "headline", "detail", "trouble")
"""What of a CameraDisplay is drawn over the picture."""

_ON_LINE = attrgetter("name", "level", "state", "late", "lease", "reduced")
"""What of it is drawn on the line."""


class CameraView(QWidget):
    """Draw the newest picture with its aspect ratio kept, and what there is to say about it.

    :meth:`set_picture` and :meth:`set_display` only store and ask for a repaint; all
    drawing is done once, in paintEvent. A picture that is not the present is drawn grey
    under a veil with the reason on it: it can never be taken for a live one.
    """

    activated = Signal()
    """A double-click while all of the picture was shown."""

    chosen = Signal()
    """The person clicked on the view, or went to it with the keyboard."""

    viewport_changed = Signal()
    """Another part of the picture is visible now."""

    dragged = Signal(QPoint)
    """The line is held and moved to a point of the screen."""

    dropped = Signal(QPoint)
    """The line was let go of after it was moved."""

    details_wanted = Signal()
    """Everything that is known of the camera is to be shown as text."""

    resized = Signal()
    """The picture's place has another number of pixels now."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        camera: int = 0,
        texts: Texts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.camera = camera
        """The window's number of the camera."""
        self.overlays: Sequence[Overlay] = ()
        """The tools that draw on the picture, in their order."""
        self.frame: CameraFrame | None = None
        """What came with the newest picture of the whole frame."""
        self.display = CameraDisplay("")
        """What is written on the view; see :meth:`set_display`."""
        self.picture: DecodedPicture | None = None
        """The newest one; stays when the camera is lost. See :meth:`set_picture`."""
        self.viewport = Viewport()
        """Which part of the picture is visible."""
        self.part: PicturePart | None = None
        """The newest picture of a part that was zoomed in on; None while the whole is shown."""
        self.hint = ""
        """A sentence over the picture; see :meth:`set_hint`."""
        self.show_figures = False
        """Whether figures are on the picture; they also are while the mouse is on the line."""
        self.on_screen = True
        """Whether it is near what can be seen of a place that scrolls."""
        self._texts = Texts() if texts is None else texts
        self._clock = clock
        """Monotonic time in seconds."""
        self._overtaken_at: float | None = None
        """When a newer whole picture was there than the part shows; None: none is."""
        self._focus_shown = False
        """Whether the view has the focus, and got it by a key: the user must see where it is."""
        self._is_chosen = False
        """Whether it is marked as the one that keys and panels are for."""
        self._line_pressed: QPoint | None = None
        """Where the line was pressed, on the screen; None: it is not held."""
        self._line_moves = False
        """Whether the line is dragged to another place."""
        self._on_line = False
        """Whether the mouse is on the line."""
        self._cursor: QPointF | None = None
        """Where the mouse is on the picture's place; None: not on it."""
        self._grabbed: Overlay | None = None
        """The tool that has taken the mouse until its button is released."""
        self._gestures = ZoomGestures(self, self.viewport, self._picture_area)
        self.setMouseTracking(True)
        # paintEvent covers every pixel, so Qt need not clear before: no flicker.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # Whoever has zoomed with the wheel goes on with keys.
        self.setFocusPolicy(Qt.FocusPolicy.WheelFocus)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(480, 384)

    def set_picture(self, picture: DecodedPicture | None, frame: CameraFrame | None = None) -> None:
        """Store ``picture`` (None: the view is empty) and ask for a repaint; UI thread only.

        ``frame``: what came with it; None: the picture is the camera's frame.
        """
        self.picture = picture
        self.frame = frame
        if picture is None:
            self._moved(self.viewport.fit)
        else:
            size = (0, 0) if frame is None else (frame.source_width, frame.source_height)
            self._set_frame(*(size if min(size) > 0 else picture.full_size))
        if frame is not None and self.part is not None and self._overtaken_at is None:
            newer = self.part.capture_time_us < frame.capture_time_us
            self._overtaken_at = self._clock() if newer else None
        self.update(self._picture_area())

    def set_part(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        """Store the picture of a part and ask for a repaint; without zoom it is not shown."""
        if not self.viewport.fits:
            self.part = PicturePart(frame, picture)
            self._overtaken_at = None
            self.update(self._picture_area())

    def set_hint(self, text: str) -> None:
        """Store a sentence that is shown over the picture until there is another one, or none."""
        if text != self.hint:
            self.hint = text
            self.update(self._picture_area())

    def set_display(self, display: CameraDisplay) -> None:
        """Store the texts and ask for a repaint if they differ."""
        before = self.display
        if display == before:
            return
        self.display = display
        self.setAccessibleName(display.name)
        self.setAccessibleDescription(display.condition)
        if self._figures_shown and display.figures != before.figures:
            self.update()
        elif _ON_LINE(display) != _ON_LINE(before):
            self.update(self._line_area())
        if _OVER_PICTURE(display) != _OVER_PICTURE(before):
            self.update()

    def picture_pixels(self) -> tuple[int, int]:
        """Return (width, height) of the picture's place in device pixels; (0, 0) if enlarged."""
        if not self.viewport.fits:
            return (0, 0)
        area, ratio = self._picture_area(), self.devicePixelRatioF()
        return (math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))

    def frame_pixels(self) -> tuple[int, int]:
        """Return (width, height) of the whole frame where it fits, in device pixels.

        (0, 0) while it is not known.
        """
        if not self.viewport.known:
            return (0, 0)
        (width, height), area = self.viewport.frame, self._picture_area()
        fitting = min(area.width() / width, area.height() / height)
        scale = fitting * self.devicePixelRatioF()
        return (round(width * scale), round(height * scale))

    @property
    def shown_part(self) -> PicturePart | None:
        """The part that is drawn over the whole picture; None: there is none of the present."""
        part = self.part
        if self.viewport.fits or part is None or part.frame_size != self.viewport.frame:
            return None
        late_since = self._overtaken_at
        in_time = late_since is None or self._clock() - late_since < _LATE_PART_S
        return part if in_time else None

    def zoom(self, direction: int) -> None:
        """Zoom in (1) or out (-1) by a step."""
        self._moved(lambda: self._gestures.zoom(direction))

    def show_native(self) -> None:
        """Show a pixel of the camera on one of the screen."""
        self._moved(self._gestures.native)

    def show_all(self) -> None:
        """Show the whole picture."""
        self._moved(self.viewport.fit)

    def push(self, key: str) -> bool:
        """Move an enlarged picture by an arrow key; return whether it is enlarged."""
        return self._moved(lambda: self._gestures.push(key))

    def set_chosen(self, chosen: bool) -> None:
        """Mark the view as the one that keys and panels are for, or not."""
        if chosen != self._is_chosen:
            self._is_chosen = chosen
            self.update()

    @property
    def aspect(self) -> float:
        """Width of the picture by its height, as it is turned; 0 while it is not known."""
        width, height = self.viewport.picture
        return width / height if height else 0.0

    def update_picture(self) -> None:
        """Have the picture drawn again, with what is over it."""
        self.update(self._picture_area())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """Emit ``resized``."""
        super().resizeEvent(event)
        area = self._picture_area()
        self.viewport.set_stage(area.width(), area.height())
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Zoom at the cursor."""
        self._moved(lambda: self._gestures.turn_wheel(event))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Choose the camera; begin what a tool does, or to move an enlarged picture."""
        super().mousePressEvent(event)
        self.chosen.emit()
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._line_area().contains(event.position().toPoint()):
            self._line_pressed = event.globalPosition().toPoint()
            event.accept()
            return
        if self._offer(event) or self._gestures.press(event):
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Move the picture with the mouse, unless a tool has taken it; or the view by its line."""
        self._set_on_line(self._line_area().contains(event.position().toPoint()))
        if self._line_pressed is not None:
            self._drag_line(event.globalPosition().toPoint())
            return
        if not self._offer(event):
            self._moved(lambda: self._gestures.move(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Leave the picture where it is."""
        super().mouseReleaseEvent(event)
        if self._line_pressed is not None:
            self._line_pressed = None
            if self._line_moves:
                self._line_moves = False
                self.unsetCursor()
                self.dropped.emit(event.globalPosition().toPoint())
        elif not self._offer(event):
            self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Fit an enlarged picture, else emit ``activated``, for the left button."""
        if self._offer(event):
            event.accept()
        elif event.button() == Qt.MouseButton.LeftButton:
            if self.viewport.fits:
                self.activated.emit()
            else:
                self.show_all()
            event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802  # Qt's name
        """Ask for the details, which can be copied."""
        self.chosen.emit()
        self.details_wanted.emit()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        """Let the tools know that the mouse is gone."""
        super().leaveEvent(event)
        self._set_on_line(False)
        self._cursor = None
        for overlay in self.overlays:
            overlay.mouse(event, self.overlay_view())

    def overlay_view(self) -> OverlayView:
        """Return what a tool gets to know of this view now."""
        area = self._picture_area()
        return OverlayView(
            self.camera, self.viewport, area, self.devicePixelRatioF(), self.frame, self._cursor
        )

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """Show where the focus is if it came by a key."""
        super().focusInEvent(event)
        self._focus_shown = event.reason() in _BY_KEYS
        if self._focus_shown:
            self.chosen.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """Do not show the focus any more."""
        super().focusOutEvent(event)
        self._focus_shown = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Draw the part that changed."""
        painter = QPainter(self)
        if event.rect().intersects(self._picture_area()):
            self._paint_picture(painter, self._picture_area())
        if event.rect().intersects(self._line_area()):
            paint_line(painter, self._line_area(), self.display, self.font())
        if self._focus_shown or self._is_chosen:
            self._paint_ring(painter)
        painter.end()

    def _moved(self, movement: Callable[[], bool | None]) -> bool:
        """Do something to the viewport, and show what is visible then.

        Returns what ``movement`` does: False if there was nothing to do.
        """
        if movement() is False:
            return False
        self._show_move()
        return True

    @property
    def _figures_shown(self) -> bool:
        return self.show_figures or self._on_line

    def _set_on_line(self, on_line: bool) -> None:
        if on_line != self._on_line:
            self._on_line = on_line
            self.update()

    def _drag_line(self, at: QPoint) -> None:
        assert self._line_pressed is not None
        far = (at - self._line_pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._line_moves:
            self._line_moves = True
            self.setCursor(Qt.CursorShape.DragMoveCursor)
        if self._line_moves:
            self.dragged.emit(at)

    def _offer(self, event: QMouseEvent) -> bool:
        """Give a mouse event to the tools, topmost first; return whether one takes it."""
        area, grabbed = self._picture_area(), self._grabbed
        self._cursor = event.position() - QPointF(area.topLeft())
        if grabbed is None and not area.contains(event.position().toPoint()):
            self._cursor = None
        view = self.overlay_view()
        if not event.buttons():
            self._grabbed = None
        if grabbed is not None:
            grabbed.mouse(event, view)
            return True
        if self._cursor is None:
            return False
        taker = next((o for o in reversed(self.overlays) if o.mouse(event, view)), None)
        if taker is not None and event.buttons():
            self._grabbed = taker
        return taker is not None

    def _set_frame(self, width: int, height: int) -> None:
        if self.viewport.frame != (width, height):
            self.viewport.set_frame(width, height)
            self._show_move()

    def _show_move(self) -> None:
        if self.viewport.fits:
            self.part = None
        self._gestures.show_cursor()
        self.update(self._picture_area())
        self.viewport_changed.emit()

    def _line_area(self) -> QRect:
        return QRect(0, 0, self.width(), line_height(self.font()))

    def _picture_area(self) -> QRect:
        return self.rect().adjusted(0, self._line_area().height(), 0, 0)

    def _paint_picture(self, painter: QPainter, area: QRect) -> None:
        display, viewport = self.display, self.viewport
        painter.fillRect(area, theme.TILE)
        painter.setClipRect(area)
        if self.picture is not None and viewport.known:
            self._paint_pictures(painter, area, self.picture)
        if display.stale and self.picture is not None:
            painter.fillRect(area, _VEIL)
        if self.picture is not None and viewport.known and not viewport.fits:
            paint_map(painter, area, viewport, self._present(self.picture))
            text = where_text(viewport, self.devicePixelRatioF(), self._texts)
            room = map_area(area, viewport).left() - area.left()
            paint_where(painter, area, text, room, self.font())
        if self.overlays:
            self._paint_overlays(painter, area)
        if display.headline:
            paint_headline(painter, area, display, self.font())
        if display.trouble:
            paint_trouble(painter, area, display.trouble, self.font())
        if self._figures_shown:
            raised = bool(display.trouble)
            paint_figures(painter, area, display.figures, self.font(), raised=raised)
        if self.hint:
            paint_hint(painter, area, self.hint, self.font())
        painter.setClipping(False)

    def _paint_pictures(self, painter: QPainter, area: QRect, whole: DecodedPicture) -> None:
        viewport, ratio = self.viewport, self.devicePixelRatioF()
        everything = Rectangle(0, 0, *viewport.frame)
        paint_picture(painter, area, viewport, self._present(whole), everything, ratio)
        if (part := self.shown_part) is not None:
            image = self._present(part.picture)
            paint_picture(painter, area, viewport, image, part.place, ratio)

    def _paint_ring(self, painter: QPainter) -> None:
        """Mark the chosen view, more strongly if it has the focus by a key."""
        width = 3 if self._focus_shown else 2
        colour = QColor(theme.ACCENT)
        colour.setAlpha(255 if self._focus_shown else 165)
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        inside = width / 2
        painter.drawRect(QRectF(self.rect()).adjusted(inside, inside, -inside, -inside))

    def _paint_overlays(self, painter: QPainter, area: QRect) -> None:
        view = self.overlay_view()
        for overlay in self.overlays:
            painter.save()
            painter.translate(area.topLeft())
            overlay.paint(painter, view)
            painter.restore()

    def _present(self, picture: DecodedPicture) -> QImage:
        """Return the image in colour, or in grey where it is not the present."""
        return picture.grey_image if self.display.stale else picture.image
