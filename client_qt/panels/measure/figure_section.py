"""Histogram and figures in the measure panel: of the raw bits, with what is clipped."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel

from camstrm.wire.operations import Measurement
from client_qt.model.histogram import age, bars, clipping, extent, figures
from client_qt.panels.measure.chart import Axis, Chart, Curve, channel_colour
from client_qt.panels.measure.section import Section
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.plain_label import plain_label

__all__ = ["FigureSection"]

_LOG = "measure.log"
"""Name of the setting: whether the histogram's axis is logarithmic."""

_COLUMNS = ("mean", "minimum", "maximum", "deviation", "clipped", "black")


class FigureSection(Section):
    """Shows one Measurement, or why there is none."""

    def __init__(self, desk: ToolDesk) -> None:
        say = desk.services.say
        super().__init__(say("measure.histogram"))
        self._desk = desk
        self._say = say
        self._shown: Measurement | None = None
        self.chart = Chart()
        self.chart.setAccessibleName(say("measure.histogram"))
        self.log = QCheckBox(say("measure.log"))
        self.log.setChecked(desk.services.settings.get(_LOG, fallback=False))
        self.log.clicked.connect(self._set_log)
        self.zebra = QCheckBox(desk.services.actions.name("zebra"))
        self.zebra.setChecked(desk.on("zebra"))
        self.zebra.clicked.connect(lambda on: desk.switch("zebra", on))
        desk.switched.connect(lambda _: self.zebra.setChecked(desk.on("zebra")))
        self.clipped = plain_label(selectable=True)
        self.clipped.setObjectName("clipping")
        self.source = plain_label(wrap=True, selectable=True)
        self.age = plain_label(selectable=True)
        self.table = QGridLayout()
        self.table.setHorizontalSpacing(10)
        self.table.setVerticalSpacing(2)
        self.cells: dict[tuple[int, int], QLabel] = {}
        """Of the table by row and column; row 0 has the names of the columns."""
        self.head.addWidget(self.log)
        self.body.addWidget(self.chart)
        self.body.addWidget(self.clipped)
        self.body.addWidget(self.zebra)
        self.body.addLayout(self.table)
        self.body.addWidget(self.source)
        self.body.addWidget(self.age)

    def show_measurement(self, measurement: Measurement) -> None:
        self._shown = measurement
        texts = self._desk.services.texts
        self._show_bars(measurement)
        level, said = clipping(measurement)
        self.clipped.setText(said.spoken(texts))
        weight = {"none": "good", "little": "warning", "much": "bad"}[level]
        if self.clipped.property("weight") != weight:
            self.clipped.setProperty("weight", weight)
            self.clipped.style().polish(self.clipped)
        self.source.setText(extent(measurement).spoken(texts))
        now_us = self._desk.services.server_time_us(self._desk.services.chosen or 0)
        self.age.setText(age(measurement, now_us).spoken(texts))
        self._show_table(measurement)

    def show_note(self, note: str) -> None:
        """Show a sentence: why there is no measurement."""
        self._shown = None
        self.chart.show_note(note)
        for label in (self.clipped, self.source, self.age, *self.cells.values()):
            label.setText("")

    def _show_bars(self, measurement: Measurement) -> None:
        found = bars(measurement.channels, self.log.isChecked())
        curves = [
            Curve(
                name,
                [(at / max(1, len(heights) - 1), height) for at, height in enumerate(heights)],
                filled=True,
            )
            for name, heights in found.series.items()
        ]
        largest = 2**measurement.bits - 1
        ticks = [(part, str(round(part * largest))) for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
        words = f"{self._say('measure.axis', largest=largest)}. "
        words += "; ".join(self._row_words(row) for row in figures(measurement))
        self.chart.show_curves(curves, Axis(ticks), Axis(), words)

    def _row_words(self, row: object) -> str:
        name = getattr(row, "name", "")
        mean = row.mean.raw  # type: ignore[attr-defined]  # a ChannelFigures
        return f"{self._name(name)}: {self._say('measure.mean')} {mean}"

    def _show_table(self, measurement: Measurement) -> None:
        rows = [["", *(self._say(f"measure.{column}") for column in _COLUMNS)]]
        found = figures(measurement)
        for row in found:
            values = [row.mean.raw, row.minimum.raw, row.maximum.raw, row.deviation.raw]
            rows.append([self._name(row.name), *values, row.clipped, row.black])
        for number, texts in enumerate(rows):
            for column, text in enumerate(texts):
                cell = self._cell(number, column)
                cell.setText(text)
        for number, row in enumerate(found, 1):
            colour = channel_colour(row.name).name()
            self._cell(number, 0).setStyleSheet(f"color: {colour}; font-weight: bold;")
        for (number, _), cell in self.cells.items():
            cell.setVisible(number < len(rows))

    def _cell(self, row: int, column: int) -> QLabel:
        cell = self.cells.get((row, column))
        if cell is None:
            cell = self.cells[row, column] = plain_label(selectable=row > 0)
            cell.setProperty("weight", "" if row else "dim")
            self.table.addWidget(cell, row, column)
        return cell

    def _name(self, channel: str) -> str:
        return self._say("measure.grey") if channel == "grey" else channel

    def _set_log(self, on: bool) -> None:
        self._desk.services.settings.set(_LOG, on)
        if self._shown is not None:
            self._show_bars(self._shown)
