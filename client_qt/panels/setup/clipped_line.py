"""How much of the picture is clipped: exposure and gain are set by it."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QTimer

from camstrm.errors import CallError
from camstrm.wire.operations import Measure, Measurement
from client_qt.model.numbers import percent
from client_qt.panels.asker import Asker
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["ClippedLine"]

_MEASURE_MS = 1000
"""So often it is measured while the card can be seen."""


class ClippedLine(Sentence):
    """Measured until :meth:`stop`; hidden while there is no frame to measure."""

    def __init__(self, desk: CameraDesk) -> None:
        super().__init__("", Weight.DIM)
        self._desk = desk
        self._asker = Asker(desk.services, self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._measure)
        self._timer.start(_MEASURE_MS)

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()
        self._asker.forget()

    def _measure(self) -> None:
        card, camera = self.parentWidget(), self._desk.camera
        seen = card is not None and card.isVisible()
        if camera is not None and seen and not self._asker.waits:
            self._asker.ask(camera, "measure", Measure(bins=0), self._on_measured)

    def _on_measured(self, answer: Struct | CallError) -> None:
        if not isinstance(answer, Measurement):
            self.show_text("")
            return
        most = max((channel.clipped for channel in answer.channels), default=0.0)
        say = self._desk.services.say
        if most > 0:
            self.show_text(say("setup.clipped", percent=percent(most)), Weight.WARNING)
        else:
            self.show_text(say("setup.clipped.none"), Weight.DIM)
