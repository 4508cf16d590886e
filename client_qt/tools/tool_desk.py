"""What the tools of one viewer share: which are on, where they are, and what is measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from camstrm.errors import CallError
from camstrm.wire import Region
from camstrm.wire.operations import Measure, Measurement
from client_qt.model.focus import Focus
from client_qt.model.guides import Crosshair
from client_qt.model.region import measured_region
from client_qt.tools.measure_loop import MeasureLoop, MeasureWish
from client_qt.tools.turning import camera_key
from client_qt.widgets.services import ViewerServices

__all__ = ["REMEMBERED", "CameraPoints", "Line", "ToolDesk", "desk_of"]

OF_FOCUS = ("focus", "tone")
"""Tools that show how sharp it is."""

REMEMBERED = ("crosshair", "zebra")
"""Tools that are on again after the next start: they only look, and ask for nothing."""

_SCALES = "tools.scales"
"""Name of the setting: {camera: millimetres for a pixel}."""

_MOST_SCALES = 500
"""Cameras whose scale is remembered."""

Line = tuple[int, int, int, int]
"""x, y of the pixels at both ends."""


@dataclass
class CameraPoints:
    """Where tools are on one camera, in pixels of its sensor; None: not placed yet."""

    crosshair: Crosshair = field(default_factory=Crosshair)
    ruler: Line | None = None
    profile: Line | None = None
    drawn: Region | None = None
    """The region that the person drew."""


class ToolDesk(QObject):
    """One for each ViewerServices, see :func:`desk_of`. UI thread only."""

    switched = Signal(str)
    """A tool was turned on or off."""

    moved = Signal()
    """A tool has another place, the region is another one, or the chosen camera is."""

    measured = Signal(object, object)
    """Measure that was asked for, and the Measurement of the chosen camera."""

    failed = Signal(object)
    """CallError: why nothing is measured."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self.services = services
        self.loop = MeasureLoop(services.call, self, clock=services.clock, seen=self._seen)
        self.loop.measured.connect(self._on_measured)
        self.loop.failed.connect(self._on_failed)
        known = services.settings.get("tools.on", list[object]())
        self._on = {name for name in REMEMBERED if name in known}
        """Names of the tools that are on."""
        self._points: dict[int | None, CameraPoints] = {}
        """By camera."""
        self.region_kind = "whole"
        """Which part is measured: "whole", "visible", "centre" or "drawn"."""
        self.pen: int | None = None
        """The camera on which keys draw with the crosshair; None: they do not."""
        self.focus = Focus()
        self.measurement: Measurement | None = None
        """The last one of the chosen camera; None: there is none, or it failed."""
        services.chosen_changed.connect(self._on_chosen)
        services.cameras_changed.connect(self._on_cameras)
        services.picture_ready.connect(self._on_picture)
        self._follow()

    # Which tools are on

    def on(self, tool: str) -> bool:
        """Return whether a tool is on."""
        return tool in self._on

    def switch(self, tool: str, on: bool | None = None) -> None:
        """Turn a tool on or off; None: the other way round."""
        wanted = not self.on(tool) if on is None else on
        if wanted == self.on(tool):
            return
        (self._on.add if wanted else self._on.discard)(tool)
        if wanted and tool in OF_FOCUS and self.region_kind == "whole":
            # Focus is of what somebody looks at: the middle, where nothing else was chosen.
            self.use_region("centre")
        if tool in REMEMBERED:
            self.services.settings.set("tools.on", sorted(self._on.intersection(REMEMBERED)))
        self.switched.emit(tool)
        self.services.actions.refresh()
        self.repaint()

    # Where they are

    def points(self, camera: int | None = None) -> CameraPoints:
        """Return where tools are on a camera, None: on the chosen one."""
        camera = self.services.chosen if camera is None else camera
        return self._points.setdefault(camera, CameraPoints())

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height of the chosen camera's frame, 0 while they are not known."""
        view = self.services.view(self.services.chosen)
        return (0, 0) if view is None else view.viewport.frame

    @property
    def region(self) -> Region | None:
        """What is measured of the chosen camera; None: all of it."""
        view = self.services.view(self.services.chosen)
        if view is None or not view.viewport.known:
            return None
        visible, drawn = view.viewport.visible, self.points().drawn
        return measured_region(self.region_kind, self.frame, visible=visible, drawn=drawn)

    def use_region(self, kind: str, drawn: Region | None = None) -> None:
        """Measure this part from now on; ``drawn``: that was drawn, if it was."""
        if drawn is not None:
            self.points().drawn = drawn
        self.region_kind = kind
        self.note_moved()

    def note_moved(self) -> None:
        """Let all who show it know that a tool has another place."""
        self.moved.emit()
        self.repaint()

    @property
    def mm_per_pixel(self) -> float | None:
        """Millimetres for a pixel of the chosen camera; None: not calibrated."""
        return self.scale_of(self.services.chosen)

    def scale_of(self, camera: int | None) -> float | None:
        """Return millimetres for a pixel of a camera; None: not calibrated."""
        scales = self.services.settings.get(_SCALES, dict[str, object]())
        found = scales.get(camera_key(self.services, camera))
        good = isinstance(found, (int, float)) and not isinstance(found, bool) and found > 0
        return float(found) if good else None  # type: ignore[arg-type]  # it is a number

    def calibrate(self, mm_per_pixel: float | None) -> None:
        """Remember the chosen camera's scale; None: forget it."""
        scales = dict(self.services.settings.get(_SCALES, dict[str, object]()))
        key = camera_key(self.services, self.services.chosen)
        scales.pop(key, None)
        if mm_per_pixel is not None:
            scales[key] = mm_per_pixel
        self.services.settings.set(_SCALES, dict(list(scales.items())[-_MOST_SCALES:]))
        self.note_moved()

    # What is measured

    def want(self, who: str, wish: MeasureWish | None) -> None:
        """Have the chosen camera measured for ``who``; None: not any more."""
        self._follow()
        self.loop.want(who, wish)

    @property
    def shows_region(self) -> bool:
        """Whether anything that is measured in the region is shown."""
        return self.loop.wants_figures

    def repaint(self) -> None:
        """Have all overlays drawn again."""
        for camera, _ in self.services.views():
            self.services.request_overlay_paint(camera)

    def _seen(self) -> bool:
        view = self.services.view(self.services.chosen)
        return view is not None and view.isVisible() and not view.window().isMinimized()

    def _follow(self) -> None:
        """Let what is measured follow the chosen camera and its frame."""
        camera, region = self.services.chosen, self.region
        self.loop.set_camera(camera, self.frame)
        self.focus.begin(f"{camera} {region}")

    def _on_chosen(self, _camera: int | None) -> None:
        self.measurement = None
        self._follow()
        self.note_moved()

    def _on_cameras(self, gone: list[int]) -> None:
        for camera in gone:
            self._points.pop(camera, None)
        self._follow()

    def _on_picture(self, camera: int) -> None:
        if camera == self.services.chosen and (camera, self.frame) != self.loop.subject:
            self._follow()
            self.note_moved()

    def _on_measured(self, asked: Measure, measurement: Measurement) -> None:
        self.measurement = measurement
        if self.shows_region:
            self._follow()
            now_ms = 1000 * self.services.clock()
            self.focus.add(measurement.sharpness, measurement.capture_time_us, now_ms)
        self.measured.emit(asked, measurement)
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
