"""Focus in the measure panel: the bar with the held peak, its figures, the tone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy, QWidget

from client_qt.model.numbers import significant
from client_qt.panels.measure.section import Section
from client_qt.tools.focus_gauge import paint_gauge
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.plain_label import plain_label

__all__ = ["FocusSection"]


class _Gauge(QWidget):
    """The bar; what it says stands below it in words."""

    def __init__(self) -> None:
        super().__init__()
        self.fill, self.mark = 0.0, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(200, 22)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(1, 3, -1, -3)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        paint_gauge(painter, box, self.fill, self.mark, ink)
        painter.end()


class FocusSection(Section):
    """Shows the desk's Focus."""

    def __init__(self, desk: ToolDesk) -> None:
        say = desk.services.say
        super().__init__(say("measure.focus"))
        self._desk = desk
        self.gauge = _Gauge()
        self.gauge.setAccessibleName(say("measure.focus"))
        self.part = plain_label(selectable=True)
        self.figures = plain_label(selectable=True)
        self.reset = QPushButton(say("measure.focus.reset"))
        self.reset.clicked.connect(self._reset)
        self.large = _switch(desk, "focus")
        self.tone = _switch(desk, "tone")
        self.tone.setText(say("measure.focus.tone"))
        self.tone.setToolTip(say("measure.focus.tone_hint"))
        self.head.addWidget(self.tone)
        self.body.addWidget(self.gauge)
        self.body.addWidget(self.part)
        self.body.addWidget(self.figures)
        self.body.addWidget(self.large)
        self.body.addWidget(self.reset)
        desk.switched.connect(self._follow)

    def refresh(self) -> None:
        """Show what the focus is now."""
        desk, focus = self._desk, self._desk.focus
        now_ms = 1000 * desk.services.clock()
        self.gauge.fill = 0.0 if focus.silent(now_ms) else focus.bar.fill
        self.gauge.mark = focus.bar.mark
        self.gauge.update()
        said = focus.said(now_ms).spoken(desk.services.texts)
        if not focus.silent(now_ms):
            said += f" · {desk.services.say(f'measure.focus.{focus.trend(now_ms)}')}"
        self.part.setText(said)
        self.gauge.setAccessibleDescription(said)
        level = "-" if focus.level is None else significant(focus.level)
        values = {"level": level, "peak": significant(focus.peak)}
        self.figures.setText(desk.services.say("measure.focus.value", **values))

    def _reset(self) -> None:
        self._desk.focus.reset()
        self.refresh()
        self._desk.repaint()

    def _follow(self, _tool: str) -> None:
        for box, tool in ((self.large, "focus"), (self.tone, "tone")):
            box.setChecked(self._desk.on(tool))


def _switch(desk: ToolDesk, tool: str) -> QCheckBox:
    """Return a box that turns a tool on and off, named as its action."""
    box = QCheckBox(desk.services.actions.name(tool))
    box.setChecked(desk.on(tool))
    box.clicked.connect(lambda on: desk.switch(tool, on))
    return box
