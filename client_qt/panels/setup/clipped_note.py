"""How many pixels are clipped: exposure and gain are set by it."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from camstrm.errors import CallError
from camstrm.wire.operations import Measure, Measurement
from client_qt.model.numbers import percent
from client_qt.panels.asker import Asker
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["ClippedNote"]

_PAUSE_MS = 1000
"""From an answer to the next question."""


class ClippedNote(Sentence):
    """Measures the desk's camera again and again until :meth:`end`. UI thread only."""

    def __init__(self, desk: CameraDesk, parent: QWidget | None = None) -> None:
        super().__init__("", Weight.DIM, parent)
        self._desk = desk
        self._camera = desk.camera
        """The camera that is measured; the card is made again for another one."""
        self._asker = Asker(desk.services, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.ask)
        self._timer.start(0)

    def ask(self) -> None:
        """Measure now, unless an answer is awaited."""
        camera = self._camera
        if camera is not None and camera == self._desk.camera and not self._asker.waits:
            self._asker.ask(camera, "measure", Measure(bins=0), self._on_measured)

    def end(self) -> None:
        """Measure no more."""
        self._camera = None
        self._timer.stop()
        self._asker.forget()

    def _on_measured(self, answer: Struct | CallError) -> None:
        if self._camera is None:
            return
        if isinstance(answer, Measurement):
            most = max((channel.clipped for channel in answer.channels), default=0.0)
            key = "setup.clipped" if most > 0 else "setup.clipped.none"
            weight = Weight.WARNING if most > 0 else Weight.DIM
            self.show_text(self._desk.services.say(key, percent=percent(most)), weight)
        else:
            # There is no frame that could be measured now.
            self.show_text("")
        self._timer.start(_PAUSE_MS)
