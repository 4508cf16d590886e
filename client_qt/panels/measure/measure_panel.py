"""The measure panel: focus, histogram, figures, line profile, ruler, snapshots of one camera."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from camstrm.errors import CallError
from camstrm.wire.operations import Measure, Measurement
from client_qt.panels.measure.figure_section import FigureSection
from client_qt.panels.measure.focus_section import FocusSection
from client_qt.panels.measure.line_sections import ProfileSection, RulerSection
from client_qt.panels.measure.picture_section import PictureSection
from client_qt.panels.measure.region_section import RegionSection
from client_qt.panels.styled_panel import StyledPanel
from client_qt.tools.measure_loop import MeasureWish
from client_qt.tools.tool_desk import ToolDesk, desk_of
from client_qt.widgets.panel import register_panel
from client_qt.widgets.plain_label import plain_label
from client_qt.widgets.services import ViewerServices

__all__ = ["MeasurePanel"]

_BINS = 256
_STALE_MS = 500
"""So often the focus is shown without a measure: one that does not come shows."""

_OPEN = "measure panel"
"""Name of the tool that is on while this panel is seen."""


class MeasurePanel(StyledPanel):
    """Asks for measures while it is seen, and only then."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self._desk: ToolDesk = desk_of(services)
        self.note = plain_label(wrap=True)
        self.note.setObjectName("note")
        self.focus = FocusSection(self._desk)
        self.figures = FigureSection(self._desk)
        self.region = RegionSection(self._desk)
        self.profile = ProfileSection(self._desk)
        self.ruler = RulerSection(self._desk)
        self.pictures = PictureSection(self._desk)
        inner = QWidget()
        inner.setObjectName("panel-content")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(14)
        layout.addWidget(self.note)
        sections = (self.focus, self.figures, self.region, self.profile, self.ruler, self.pictures)
        for number, section in enumerate(sections):
            if number:
                layout.addWidget(_line())
            layout.addWidget(section)
        layout.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self._inner, self._scroll = inner, scroll
        inner.installEventFilter(self)
        self.setFocusProxy(self.focus.tone)
        self._stale = QTimer(self)
        self._stale.setInterval(_STALE_MS)
        self._stale.timeout.connect(self._refresh_state)
        self._active = False
        """Whether it is seen."""
        self._desk.measured.connect(self._on_measured)
        self._desk.failed.connect(self._on_failed)
        self._desk.moved.connect(self._want)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        """Be wide enough for what is shown: nothing is cut at the right."""
        if watched is self._inner and event.type() is QEvent.Type.LayoutRequest:
            bar = self._scroll.verticalScrollBar().sizeHint().width()
            self.setMinimumWidth(self._inner.minimumSizeHint().width() + bar)
        return super().eventFilter(watched, event)

    def show_camera(self, camera: int | None) -> None:
        """Be about another camera: its figures come with its first measure."""
        key = "measure.no_camera" if camera is None else "measure.waiting"
        self.figures.show_note(self.services.say(key))
        self.profile.refresh()
        self._refresh_state()

    def set_active(self, active: bool) -> None:
        """Begin or end to measure."""
        self._active = active
        self._desk.switch(_OPEN, active)
        (self._stale.start if active else self._stale.stop)()
        self._want()

    def _want(self) -> None:
        wish = MeasureWish(figures=True, bins=_BINS, region=self._desk.region)
        self._desk.want("panel", wish if self._active else None)

    def _on_measured(self, asked: Measure, measurement: Measurement) -> None:
        if not self._active:
            return
        if asked.bins:
            self.figures.show_measurement(measurement)
        if asked.line is not None and measurement.line is not None:
            self.profile.show_profile(measurement.line, measurement.bits)
        self._refresh_state()

    def _on_failed(self, error: CallError) -> None:
        if self._active:
            text = str(error)
            self.figures.show_note(text)
            self.profile.chart.show_note(text)
            self._refresh_state()

    def _refresh_state(self) -> None:
        self.focus.refresh()
        view = self.services.view(self.services.chosen)
        frozen = view is not None and view.pictures.freeze.frozen
        self.note.setText(self.services.say("measure.frozen") if frozen else "")
        self.note.setVisible(frozen)


def _line() -> QFrame:
    line = QFrame()
    line.setFixedHeight(1)
    line.setStyleSheet("background: rgba(128, 136, 146, 70);")
    return line


register_panel("measure", MeasurePanel)
