"""Line profile and ruler in the measure panel."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton

from camstrm.wire.operations import LineProfile
from client_qt.model.numbers import fixed, significant
from client_qt.model.profile import line_between, profile_chart, read_at
from client_qt.model.ruler import calibrated, ruler_text, span, typed_length
from client_qt.panels.measure.chart import Axis, Chart, Curve
from client_qt.panels.measure.pixel_fields import PixelFields
from client_qt.panels.measure.section import Section
from client_qt.tools.tool_desk import Line, ToolDesk
from client_qt.tools.turning import camera_key
from client_qt.widgets.plain_label import plain_label

__all__ = ["ProfileSection", "RulerSection"]

_ENDS = ("x", "y", "→ x", "y")
_WHOLE = "measure.profile.whole"
"""Name of the setting: whether the axis has all values."""


class _LineSection(Section):
    """A line of the desk: on or off, and its ends."""

    def __init__(self, desk: ToolDesk, tool: str) -> None:
        self._desk = desk
        self._tool = tool
        self._say = desk.services.say
        name = desk.services.actions.name(tool)
        self.switch = QCheckBox()
        super().__init__(name, self.switch)
        self.switch.setChecked(desk.on(tool))
        self.switch.clicked.connect(self._turn)
        self.ends = PixelFields(name, _ENDS)
        self.ends.edited.connect(self._edit)
        desk.moved.connect(self.refresh)
        desk.switched.connect(self._on_switched)

    @property
    def line(self) -> Line | None:
        """The line on the chosen camera while it is on."""
        found: Line | None = getattr(self._desk.points(), self._tool)
        return found if self._desk.on(self._tool) else None

    def refresh(self) -> None:
        """Show the line as it is now."""
        width, height = self._desk.frame
        most = (width - 1, height - 1) * 2
        self.ends.show_numbers(self.line, most)
        self.ends.setVisible(self._desk.on(self._tool))

    def _turn(self, on: bool) -> None:  # from a signal
        """Turn it on by keyboard: then there is a line at once, which the fields move."""
        desk, (width, height) = self._desk, self._desk.frame
        if on and getattr(desk.points(), self._tool) is None and min(width, height) > 0:
            line = (width // 4, height // 2, width - 1 - width // 4, height // 2)
            setattr(desk.points(), self._tool, line)
        desk.switch(self._tool, on)
        desk.note_moved()

    def _edit(self, numbers: tuple[int, ...]) -> None:
        x1, y1, x2, y2 = numbers
        line = line_between((x1, y1), (x2, y2), self._desk.frame)
        if line is not None:
            setattr(self._desk.points(), self._tool, line)
            self._desk.note_moved()

    def _on_switched(self, tool: str) -> None:
        if tool == self._tool:
            self.switch.setChecked(self._desk.on(tool))
            self.refresh()


class ProfileSection(_LineSection):
    """The chart of the values along the line."""

    def __init__(self, desk: ToolDesk) -> None:
        super().__init__(desk, "profile")
        self.whole = QCheckBox(self._say("measure.profile.whole"))
        self.whole.setChecked(desk.services.settings.get(_WHOLE, fallback=True))
        self.whole.clicked.connect(lambda on: desk.services.settings.set(_WHOLE, on))
        self.chart = Chart(height=130)
        self.chart.setAccessibleName(self._say("measure.profile"))
        self.chart.setMouseTracking(True)
        self.chart.pointed.connect(self._show_read)
        self.read = plain_label(wrap=True, selectable=True)
        """The values under the mouse, else the line."""
        self._profile: LineProfile | None = None
        """What the chart shows; None: nothing yet."""
        self._line_text = ""
        self.head.addWidget(self.whole)
        self.body.addWidget(self.chart)
        self.body.addWidget(self.read)
        self.body.addWidget(self.ends)
        self.refresh()

    def refresh(self) -> None:
        """Show the line, or what to do for one."""
        super().refresh()
        on = self._desk.on("profile")
        self.chart.setVisible(on)
        self.whole.setVisible(on)
        self.read.setVisible(on)
        if self.line is None:
            self._profile, self._line_text = None, ""
            self._show_read()
            self.chart.show_note(self._say("tools.line.draw"))

    def show_profile(self, line: LineProfile, bits: int) -> None:
        """Show values along the line."""
        found = profile_chart(line, bits, self.whole.isChecked())
        curves = [Curve(name, points) for name, points in found.series.items()]
        across = [(0.0, "0"), (0.5, fixed(found.length / 2)), (1.0, f"{fixed(found.length)} px")]
        up = [(0.0, fixed(found.low)), (1.0, fixed(found.high))]
        ends = dict(zip(("x1", "y1", "x2", "y2"), self.line or (0, 0, 0, 0), strict=True))
        length = fixed(found.length, 1)
        words = self._line_text = self._say("measure.profile.line", **ends, length=length)
        self._profile = line
        for name, values in line.values.items():
            words += f"; {name} {fixed(min(values, default=0))}-{fixed(max(values, default=0))}"
        self.chart.show_curves(curves, Axis(across), Axis(up), words)
        self._show_read()

    def _show_read(self) -> None:
        line, part = self._profile, self.chart.pointer
        read = None if line is None or part is None else read_at(line, part)
        text = self._line_text
        if read is not None:
            position, found = read
            values = " · ".join(f"{name} {fixed(value, 1)}" for name, value in found.items())
            text = self._say("measure.profile.read", position=fixed(position, 1), values=values)
        self.read.setText(text)


class RulerSection(_LineSection):
    """Length of the ruler, and the millimetres for a pixel from a length that is known."""

    def __init__(self, desk: ToolDesk) -> None:
        super().__init__(desk, "ruler")
        say = self._say
        self.length = plain_label(wrap=True, selectable=True)
        self.known = QLineEdit()
        self.known.setPlaceholderText(say("tools.ruler.known"))
        self.known.setAccessibleName(say("tools.ruler.known"))
        self.known.setMaxLength(20)
        self.known.returnPressed.connect(self._calibrate)
        self.set = QPushButton(say("tools.ruler.set"))
        self.set.setAccessibleName(say("tools.ruler.calibrate"))
        self.set.clicked.connect(self._calibrate)
        self.scale = plain_label(wrap=True, selectable=True)
        self.forget = QPushButton(say("tools.ruler.forget"))
        self.forget.clicked.connect(lambda: desk.calibrate(None))
        row = QHBoxLayout()
        row.addWidget(self.known, 1)
        row.addWidget(self.set)
        self.body.addWidget(self.length)
        self.body.addWidget(self.ends)
        self.body.addLayout(row)
        self.body.addWidget(self.scale)
        self.body.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def refresh(self) -> None:
        """Show length and scale."""
        super().refresh()
        desk, line, scale = self._desk, self.line, self._desk.mm_per_pixel
        on = desk.on("ruler")
        text = self._say("tools.ruler.draw")
        if line is not None:
            text = ruler_text(line[:2], line[2:], scale).spoken(desk.services.texts)
        self.length.setText(text)
        name = camera_key(desk.services, desk.services.chosen)
        info = desk.services.info(desk.services.chosen)
        name = name if info is None else info.name
        if scale is None:
            self.scale.setText(self._say("measure.calibration.none"))
        else:
            mm = significant(scale)
            self.scale.setText(self._say("tools.ruler.calibrated", name=name, mm=mm))
        for widget in (self.length, self.known, self.set, self.scale):
            widget.setVisible(on)
        self.forget.setVisible(on and scale is not None)

    def _calibrate(self) -> None:
        mm, line = typed_length(self.known.text()), self.line
        length = 0.0 if line is None else span(line[:2], line[2:]).length
        scale = None if mm is None or not math.isfinite(length) else calibrated(length, mm)
        if scale is None:
            self.scale.setText(self._say("tools.ruler.no_length"))
        else:
            self._desk.calibrate(scale)
            self.known.clear()
