"""What the tools of one viewer share: which are on, where they are, and what is measured."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from camstrm.errors import CallError
from camstrm.wire import Region
from camstrm.wire.operations import Measurement
from client_qt.tools.measure_loop import MeasureLoop, MeasureWish
from client_qt.widgets.services import ViewerServices

__all__ = ["REMEMBERED", "CameraPoints", "Line", "ToolDesk", "desk_of"]

REMEMBERED = ("crosshair", "grid", "zebra")
"""Tools that are on again after the next start: they only look, and ask for nothing."""

Line = tuple[float, float, float, float]
"""x, y of both ends in pixels of the sensor."""


@dataclass
class CameraPoints:
    """Where tools are on one camera, in pixels of its sensor; None: not placed yet."""

    crosshair: tuple[int, int] | None = None
    ruler: Line | None = None
    profile: Line | None = None
    region: Region | None = None
    """That is measured; None: the whole picture."""


class ToolDesk(QObject):
    """One for each ViewerServices, see :func:`desk_of`. UI thread only."""

    switched = Signal(str)
    """A tool was turned on or off."""

    moved = Signal(str)
    """A tool has another place on the chosen camera, or the chosen camera is another."""

    measured = Signal(object)
    """Measurement of the chosen camera; see MeasureLoop."""

    failed = Signal(object)
    """CallError: why nothing is measured."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self.services = services
        self.loop = MeasureLoop(services.call, self, clock=services.clock)
        self.loop.measured.connect(self._on_measured)
        self.loop.failed.connect(self._on_failed)
        known = services.settings.get("tools.on", [])
        self._on = {name for name in known if name in REMEMBERED}
        """Names of the tools that are on."""
        self._points: dict[int, CameraPoints] = {}
        """By camera."""
        self.measurement: Measurement | None = None
        """The last one of the chosen camera; None: there is none, or it failed."""
        services.chosen_changed.connect(self._on_chosen)
        self.loop.set_camera(services.chosen)

    def on(self, tool: str) -> bool:
        """Return whether a tool is on."""
        return tool in self._on

    def switch(self, tool: str, on: bool | None = None) -> None:
        """Turn a tool on or off; None: the other way round."""
        wanted = not self.on(tool) if on is None else on
        if wanted == self.on(tool):
            return
        (self._on.add if wanted else self._on.discard)(tool)
        if tool in REMEMBERED:
            self.services.settings.set("tools.on", sorted(self._on.intersection(REMEMBERED)))
        self.switched.emit(tool)
        self.services.actions.refresh()
        self.repaint()

    def points(self, camera: int | None = None) -> CameraPoints:
        """Return where tools are on a camera, None: on the chosen one."""
        camera = self.services.chosen if camera is None else camera
        return self._points.setdefault(-1 if camera is None else camera, CameraPoints())

    def place(self, tool: str, where: object) -> None:
        """Put a tool somewhere on the chosen camera."""
        if getattr(self.points(), tool) != where:
            setattr(self.points(), tool, where)
            self.moved.emit(tool)
            self.repaint()

    def want(self, who: str, wish: MeasureWish | None) -> None:
        """Have the chosen camera measured for ``who``; None: not any more."""
        self.loop.want(who, wish)

    @property
    def shows_region(self) -> bool:
        """Whether anything measured in the region is shown."""
        return self.loop.wants_figures

    def repaint(self) -> None:
        """Have all overlays drawn again."""
        for camera, _ in self.services.views():
            self.services.request_overlay_paint(camera)

    def _on_chosen(self, camera: int | None) -> None:
        self.measurement = None
        self.loop.set_camera(camera)
        self.moved.emit("")
        self.repaint()

    def _on_measured(self, measurement: Measurement) -> None:
        self.measurement = measurement
        self.measured.emit(measurement)
        if self.services.chosen is not None:
            self.services.request_overlay_paint(self.services.chosen)

    def _on_failed(self, error: CallError) -> None:
        self.measurement = None
        self.failed.emit(error)


def desk_of(services: ViewerServices) -> ToolDesk:
    """Return the desk of this viewer; it is made when it is first asked for."""
    for child in services.children():
        if isinstance(child, ToolDesk):
            return child
    return ToolDesk(services)
