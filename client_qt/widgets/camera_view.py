"""The view of one camera: a thin line and the picture under it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from operator import attrgetter

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from camstrm.viewing.texts import Texts
from camstrm.wire import CameraFrame
from client_qt.model.display import CameraDisplay
from client_qt.model.orientation import Orientation
from client_qt.model.viewport import Viewport
from client_qt.session.picture import DecodedPicture
from client_qt.widgets.line_drag import LineDrag
from client_qt.widgets.overlay import Overlay, OverlayView
from client_qt.widgets.picture_area import PicturePart
from client_qt.widgets.shown_pictures import ShownPictures
from client_qt.widgets.tool_mouse import ToolMouse
from client_qt.widgets.view_painting import paint_view
from client_qt.widgets.view_texts import (
    line_height,
    paint_line,
    paint_ring,
)
from client_qt.widgets.zoom_gestures import ZoomGestures

__all__ = ["CameraView"]

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
        self.pictures = ShownPictures(clock)
        self.display = CameraDisplay("")
        """What is written on the view; see :meth:`set_display`."""
        self.viewport = Viewport()
        """Which part of the picture is visible."""
        self.hint = ""
        """A sentence over the picture; see :meth:`set_hint`."""
        self.show_figures = False
        """Whether figures are on the picture; they also are while the mouse is on the line."""
        self.on_screen = True
        """Whether it is near what can be seen of a place that scrolls."""
        self.texts = Texts() if texts is None else texts
        self._focus_shown = False
        """Whether the view has the focus, and got it by a key: the user must see where it is."""
        self._is_chosen = False
        """Whether it is marked as the one that keys and panels are for."""
        self._drag = LineDrag()
        self._on_line = False
        """Whether the mouse is on the line."""
        self._mouse = ToolMouse(self.overlay_view, self._picture_area)
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
        if not self.pictures.take(picture, frame):
            return
        if picture is None:
            self._moved(self.viewport.fit)
        else:
            size = (0, 0) if frame is None else (frame.source_width, frame.source_height)
            self._set_frame(*(size if min(size) > 0 else picture.full_size))
        self.update(self._picture_area())

    def set_part(self, frame: CameraFrame, picture: DecodedPicture) -> None:
        """Store the picture of a part and ask for a repaint; without zoom it is not shown."""
        if not self.viewport.fits and self.pictures.take_part(frame, picture):
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
        if self.figures_shown and display.figures != before.figures:
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
        # The picture is decoded as the sensor has it and turned when it is drawn.
        place = self.viewport.orientation.size(area.width(), area.height())
        return (math.ceil(place[0] * ratio), math.ceil(place[1] * ratio))

    def frame_pixels(self) -> tuple[int, int]:
        """Return (width, height) of the whole frame where it fits, in device pixels.

        (0, 0) while it is not known.
        """
        if not self.viewport.known:
            return (0, 0)
        (width, height), area = self.viewport.frame, self._picture_area()
        across, down = self.viewport.picture
        fitting = min(area.width() / across, area.height() / down)
        scale = fitting * self.devicePixelRatioF()
        return (round(width * scale), round(height * scale))

    @property
    def picture(self) -> DecodedPicture | None:
        """The newest one of the whole frame; stays when the camera is lost."""
        return self.pictures.whole

    @property
    def stage(self) -> QRect:
        """Where in the view the picture's place is."""
        return self._picture_area()

    @property
    def shown_part(self) -> PicturePart | None:
        """The part that is drawn over the whole picture; None: there is none of the present."""
        return self.pictures.present_part(self.viewport)

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Let these tools draw on the picture, in their order."""
        self._mouse.tools = overlays
        self.update_picture()

    def set_orientation(self, orientation: Orientation) -> None:
        """Turn the picture, and show it so from now on."""
        if orientation != self.viewport.orientation:
            self.viewport.set_orientation(orientation)
            self._show_move()

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
        takers = [self._mouse.offer, self._gestures.press]
        if self._line_area().contains(event.position().toPoint()):
            takers = [self._drag.press]
        if any(take(event) for take in takers):
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Move the picture with the mouse, unless a tool has taken it; or the view by its line."""
        self._set_on_line(self._line_area().contains(event.position().toPoint()))
        if self._drag.held:
            if (at := self._drag.move(event)) is not None:
                self.setCursor(Qt.CursorShape.DragMoveCursor)
                self.dragged.emit(at)
        elif not self._mouse.offer(event):
            self._moved(lambda: self._gestures.move(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Leave the picture where it is."""
        super().mouseReleaseEvent(event)
        if self._drag.held:
            if self._drag.release():
                self._gestures.show_cursor()
                self.dropped.emit(event.globalPosition().toPoint())
        elif not self._mouse.offer(event):
            self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Fit an enlarged picture, else emit ``activated``, for the left button."""
        if self._mouse.offer(event):
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
        self._mouse.leave(event)

    def overlay_view(self) -> OverlayView:
        """Return what a tool gets to know of this view now."""
        area = self._picture_area()
        return OverlayView(
            self.camera,
            self.viewport,
            area,
            self.devicePixelRatioF(),
            self.pictures.frame,
            self._mouse.cursor,
        )

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """Show where the focus is if it came by a key."""
        super().focusInEvent(event)
        self._focus_shown = event.reason() in _BY_KEYS
        self.update()

    @property
    def focus_shown(self) -> bool:
        """Whether it has the focus, and got it by a key."""
        return self._focus_shown

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """Do not show the focus any more."""
        super().focusOutEvent(event)
        self._focus_shown = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """Draw the part that changed."""
        painter = QPainter(self)
        if event.rect().intersects(self._picture_area()):
            paint_view(painter, self._picture_area(), self)
        if event.rect().intersects(self._line_area()):
            paint_line(painter, self._line_area(), self.display, self.font())
        if self._focus_shown or self._is_chosen:
            paint_ring(painter, self.rect(), strong=self._focus_shown)
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
    def figures_shown(self) -> bool:
        """Whether figures are on the picture now."""
        return self.show_figures or self._on_line

    @property
    def grey(self) -> bool:
        """Whether the picture is not the present, and not meant to be."""
        return self.display.stale and not self.pictures.freeze.frozen

    @property
    def tools(self) -> Sequence[Overlay]:
        """What draws on the picture, in its order."""
        return self._mouse.tools

    def _set_on_line(self, on_line: bool) -> None:
        if on_line != self._on_line:
            self._on_line = on_line
            self.update()

    def _set_frame(self, width: int, height: int) -> None:
        if self.viewport.frame != (width, height):
            self.viewport.set_frame(width, height)
            self._show_move()

    def _show_move(self) -> None:
        if self.viewport.fits:
            self.pictures.part = None
        self._gestures.show_cursor()
        self.update(self._picture_area())
        self.viewport_changed.emit()

    def _line_area(self) -> QRect:
        return QRect(0, 0, self.width(), line_height(self.font()))

    def _picture_area(self) -> QRect:
        return self.rect().adjusted(0, self._line_area().height(), 0, 0)
