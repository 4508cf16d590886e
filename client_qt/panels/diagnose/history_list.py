"""What happened to one camera lately, as its server has it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from PySide6.QtWidgets import QFrame, QVBoxLayout

from camstrm.errors import CallError
from camstrm.wire.server_operations import MAX_EVENTS_AT_ONCE, Event, Events, ReadEvents
from client_qt.model.event_log import event_text, event_time, is_back, is_fault
from client_qt.panels.asker import Asker
from client_qt.panels.controls.card import column
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.widgets.services import ViewerServices

__all__ = ["HistoryList"]

_MOST = 8
"""Events that are shown; the events panel has all of them."""

_MOST_CALLS = 16
"""In which all events of a day come, the oldest first; a server keeps 2000."""


class HistoryList(QFrame):
    """The newest events of a camera, newest first; hidden while there are none."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__()
        self._services = services
        self._asker = Asker(services, self)
        self.lines: list[Sentence] = []
        """One of each event that is shown."""
        title = services.say("diagnose.events")
        self.setAccessibleName(title)
        self._rows: QVBoxLayout = column(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._rows.addWidget(Sentence(title, Weight.TITLE))
        self.hide()

    def ask(self, camera: int) -> None:
        """Ask the camera's server for its events."""
        info = self._services.info(camera)
        name = "" if info is None else info.name

        newest: list[Event] = []
        calls = 0

        def ask(after: int) -> None:
            nonlocal calls
            calls += 1
            self._asker.ask(camera, "events", ReadEvents(after=after), answered)

        def answered(answer: Struct | CallError) -> None:
            # An older server keeps none.
            events = answer.events if isinstance(answer, Events) else ()
            newest[:] = [*newest, *(event for event in events if event.camera == name)][-_MOST:]
            more = len(events) >= MAX_EVENTS_AT_ONCE and calls < _MOST_CALLS
            if more and isinstance(answer, Events):
                ask(answer.last)
            else:
                self._show(newest[::-1])

        self._asker.forget()
        ask(0)

    def forget(self) -> None:
        """Show nothing, and wait for nothing."""
        self._asker.forget()
        self._show([])

    def _show(self, events: list[Event]) -> None:
        for line in self.lines:
            line.hide()
            line.deleteLater()
        today = datetime.now().astimezone()
        self.lines = []
        for event in events:
            text = f"{event_time(event.time_us, today)}  {event_text(event, self._services.texts)}"
            weight = Weight.BAD if is_fault(event.kind) else Weight.DIM
            line = Sentence(text, Weight.GOOD if is_back(event.kind) else weight)
            self._rows.addWidget(line)
            self.lines.append(line)
        self.setVisible(bool(events))
