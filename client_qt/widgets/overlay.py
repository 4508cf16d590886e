"""What tools draw on the pictures: the place for a tool, and what it gets to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QPointF, QRect
from PySide6.QtGui import QPainter

from camstrm.wire import CameraFrame
from client_qt.model.viewport import Viewport

if TYPE_CHECKING:
    from client_qt.widgets.services import ViewerServices

__all__ = ["Overlay", "OverlayView", "make_overlays", "register_overlay"]


class OverlayView:
    """One camera's picture on the screen. "Stage" is where the picture is, in logical pixels.

    (0, 0) of the stage is its upper left corner, and the painter's origin; (0, 0) of the sensor is
    that of the camera's frame, whichever way it is turned on the screen.
    """

    def __init__(
        self,
        camera: int,
        viewport: Viewport,
        stage: QRect,
        pixel_ratio: float,
        frame: CameraFrame | None,
        cursor: QPointF | None = None,
    ) -> None:
        self.camera = camera
        """The window's number of the camera, as in ViewerServices."""
        self.viewport = viewport
        self.width, self.height = stage.width(), stage.height()
        self.pixel_ratio = pixel_ratio
        """Pixels of the screen for one logical one."""
        self.frame = frame
        """Header of the picture that is shown; None while there is none."""
        self.cursor = None if cursor is None else (cursor.x(), cursor.y())
        """Where the mouse is on the stage; None: not on it."""

    def to_stage(self, x: float, y: float) -> tuple[float, float]:
        """Return where on the stage a point of the sensor is. Wants ``viewport.known``."""
        return self.viewport.stage_at(x, y)

    def to_sensor(self, x: float, y: float) -> tuple[float, float]:
        """Return what of the sensor is at a point of the stage. Wants ``viewport.known``."""
        return self.viewport.frame_at(x, y)


class Overlay(Protocol):
    """A tool that draws on pictures; there is one of it for all cameras."""

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw on a camera's picture; called with each repaint, so it must be fast."""

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Take a QMouseEvent, or the Leave that says that the mouse has gone.

        Returns True if it is taken: then it moves no picture and reaches no other overlay.
        ``view.cursor`` has its place. While a button is held, its events come however far it goes.
        """


_makers: list[Callable[[ViewerServices], Overlay]] = []
"""In the order in which they draw."""


def register_overlay(make: Callable[[ViewerServices], Overlay]) -> None:
    """Let each window have what ``make`` returns; what is registered last is on top."""
    _makers.append(make)


def make_overlays(services: ViewerServices) -> list[Overlay]:
    """Return a window's overlays in the order in which they draw."""
    return [make(services) for make in _makers]
