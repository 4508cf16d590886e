"""PictureChoice: a part of a picture that a panel wants a person to choose, and a tool draws.

Panels and tools do not know each other; this is what they share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from client_qt.model.viewport import Rectangle
from client_qt.widgets.services import ViewerServices

__all__ = ["ChosenPart", "PictureChoice", "picture_choice"]

Done = Callable[[Rectangle | None], None]


@dataclass(frozen=True)
class ChosenPart:
    """What is being chosen, in pixels of the sensor.

    ``region``: as it is drawn now, None: nothing is drawn yet. ``whole``: (width, height) of what
    can be chosen from. ``offset``: where the camera's present frame begins in it. ``adjusts``:
    the rectangle has handles and stays until it is confirmed; without, the first one that
    is drawn is the choice. ``steps``: how far an arrow key moves it across and down;
    ``size_steps``: how much wider and higher it makes it.
    """

    camera: int
    whole: tuple[int, int]
    region: Rectangle | None = None
    offset: tuple[float, float] = (0.0, 0.0)
    adjusts: bool = True
    snap: Callable[[Rectangle], Rectangle] = lambda region: region
    steps: tuple[float, float] = (1.0, 1.0)
    size_steps: tuple[float, float] = (1.0, 1.0)


class PictureChoice(QObject):
    """At most one choice at a time in a window; another one takes its place.

    Belongs to the UI thread. ``done`` of :meth:`begin` is called exactly once.
    """

    changed = Signal()
    """Something else is being chosen, or nothing any more, or the rectangle is another."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self._services = services
        self.part: ChosenPart | None = None
        """What is being chosen; None: nothing."""
        self._done: Done | None = None
        services.cameras_changed.connect(self._on_cameras)
        services.chosen_changed.connect(lambda _camera: self.end(None))

    def begin(self, part: ChosenPart, done: Done) -> None:
        """Let the person choose; ``done`` gets the rectangle, or None if they did not."""
        self.end(None)
        self.part, self._done = part, done
        self._show(part.camera)

    def draw(self, region: Rectangle) -> None:
        """Take the rectangle as it is drawn now, snapped to what is possible."""
        if self.part is not None:
            snapped = self.part.snap(region)
            if snapped != self.part.region:
                self.part = replace(self.part, region=snapped)
                self._show(self.part.camera)

    def confirm(self) -> None:
        """Take what is drawn as the choice; nothing happens while nothing is drawn."""
        if self.part is not None and self.part.region is not None:
            self.end(self.part.region)

    def end(self, region: Rectangle | None) -> None:
        """End the choice with this rectangle, None: without one."""
        part, done = self.part, self._done
        self.part, self._done = None, None
        if part is not None:
            self._show(part.camera)
        if done is not None:
            done(region)

    def _show(self, camera: int) -> None:
        self._services.request_overlay_paint(camera)
        self.changed.emit()

    def _on_cameras(self, _gone: object) -> None:
        if self.part is not None and self._services.camera(self.part.camera) is None:
            self.end(None)


def picture_choice(services: ViewerServices) -> PictureChoice:
    """Return the choice of the viewer's window, which there is one of."""
    found = services.findChild(PictureChoice)
    return found if isinstance(found, PictureChoice) else PictureChoice(services)
