"""The measured region in the measure panel: which part, and its place."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QPushButton

from camstrm.wire import Region
from client_qt.model.region import region_between
from client_qt.panels.measure.pixel_fields import PixelFields
from client_qt.panels.measure.section import Section
from client_qt.tools.region_box import DRAWING
from client_qt.tools.tool_desk import ToolDesk

__all__ = ["RegionSection"]

_KINDS = ("whole", "visible", "centre", "drawn")


class RegionSection(Section):
    """Shows and sets the desk's region."""

    def __init__(self, desk: ToolDesk) -> None:
        say = desk.services.say
        super().__init__(say("measure.region"))
        self._desk = desk
        self.kind = QComboBox()
        self.kind.setAccessibleName(say("measure.region"))
        for kind in _KINDS:
            self.kind.addItem(say(f"measure.region.{kind}"), kind)
        self.kind.activated.connect(self._choose)
        self.draw = QPushButton(say("measure.draw"))
        self.draw.setCheckable(True)
        self.draw.setToolTip(say("tools.region.draw"))
        self.draw.clicked.connect(self._draw)
        self.place = PixelFields(say("measure.region"), ("x", "y", "w", "h"))
        self.place.edited.connect(self._edit)
        self.head.addWidget(self.kind)
        self.head.addWidget(self.draw)
        self.body.addWidget(self.place)
        desk.moved.connect(self.refresh)
        desk.switched.connect(lambda _: self.draw.setChecked(desk.on(DRAWING)))
        self.refresh()

    def refresh(self) -> None:
        """Show what is measured."""
        desk, (width, height) = self._desk, self._desk.frame
        self.kind.setCurrentIndex(_KINDS.index(desk.region_kind))
        region = desk.region or (Region(0, 0, width, height) if width and height else None)
        numbers = None if region is None else (region.x, region.y, region.width, region.height)
        self.place.show_numbers(numbers, (width, height, width, height))

    def _choose(self, index: int) -> None:
        kind = _KINDS[index]
        if kind == "drawn" and self._desk.points().drawn is None:
            self._draw(True)  # as the button does
        self._desk.use_region(kind)

    def _draw(self, on: bool) -> None:  # from a signal
        self._desk.switch(DRAWING, on)
        camera = self._desk.services.chosen
        if on and camera is not None:
            say = self._desk.services.say
            self._desk.services.hint(
                camera, f"{say('tools.region.draw')} · {say('tools.pen.keys')}"
            )

    def _edit(self, numbers: tuple[int, ...]) -> None:
        x, y, width, height = numbers
        drawn = region_between((x, y), (x + width, y + height), self._desk.frame)
        if drawn is not None:
            self._desk.use_region("drawn", drawn)
