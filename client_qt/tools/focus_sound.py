"""The action that plays the tone of the sharpness, and its sentence where there is no sound."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from client_qt.tools.measure_loop import MeasureWish
from client_qt.tools.tone import FocusTone, NoAudioError
from client_qt.tools.tool_desk import ToolDesk

__all__ = ["FocusSound"]

_UPDATE_MS = 100
"""So often the tone follows the focus: it becomes silent when no picture comes."""


class FocusSound(QObject):
    """Measured while it is on, like the bar. UI thread only."""

    failed = Signal(str)
    """The sentence that says why there is no tone."""

    def __init__(self, desk: ToolDesk, tone: FocusTone | None = None) -> None:
        super().__init__(desk)
        self._desk = desk
        self._tone = FocusTone(self) if tone is None else tone
        self._timer = QTimer(self)
        self._timer.setInterval(_UPDATE_MS)
        self._timer.timeout.connect(self._follow)
        desk.services.actions.connect(
            "tone", lambda: desk.switch("tone"), checked=lambda: desk.on("tone")
        )
        desk.switched.connect(self._on_switched)
        desk.moved.connect(self._want)

    def stop(self) -> None:
        """Let go of the sound card: the viewer closes."""
        self._timer.stop()
        self._tone.stop()

    def _on_switched(self, tool: str) -> None:
        desk = self._desk
        if tool != "tone":
            return
        if desk.on("tone"):
            try:
                self._tone.start()
            except NoAudioError:
                self._say_why()
                return
            self._timer.start()
        else:
            self.stop()
        self._want()

    def _say_why(self) -> None:
        services = self._desk.services
        text = services.say("tools.tone.no_audio")
        self._desk.switch("tone", on=False)
        self.failed.emit(text)
        if services.chosen is not None:
            services.hint(services.chosen, text)

    def _want(self) -> None:
        on = self._desk.on("tone")
        wish = MeasureWish(figures=True, region=self._desk.region)
        self._desk.want("tone", wish if on else None)

    def _follow(self) -> None:
        self._tone.play(self._desk.focus.tone(1000 * self._desk.services.clock()))
