"""Events of the last day, newest first. They stay when the connection is lost."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QBrush, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from camstrm.errors import CallError
from camstrm.wire.server_operations import Event, Events, ReadEvents
from client_qt.model.display import Level
from client_qt.model.event_log import EventLog, event_text, event_time, is_back, is_fault
from client_qt.panels.styled_panel import StyledPanel
from client_qt.widgets import theme
from client_qt.widgets.panel import register_panel
from client_qt.widgets.plain_label import plain_label
from client_qt.widgets.services import ViewerServices, camera_number

__all__ = ["EventsPanel"]

_AGAIN_MS = 3000
"""A call that failed is made again after this time."""

_MOST_SHOWN = 300
"""So many are shown; a filter finds the others."""


class EventsPanel(StyledPanel):
    """Follows each server's events with a long poll while it is seen."""

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        say = services.say
        self._logs: dict[int, EventLog] = {}
        """What is known of each server's events, by its number."""
        self._round = 0
        """Another number for each time that the panel is active: what was asked before is over."""
        self._active = False
        self._asked: set[int] = set()
        """Numbers of the servers that have been asked in this round."""
        self._problems: dict[int, str] = {}
        """Why a server gives no events now, by its number."""
        self._again: dict[int, QTimer] = {}
        """For the next call to each server, by its number."""
        self.words = QLineEdit()
        self.words.setPlaceholderText(say("events.search"))
        self.words.setAccessibleName(say("events.search"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._write)
        self.filter = QComboBox()
        self.filter.setAccessibleName(say("events.filter"))
        for kinds in ("", "faults", "changes"):
            self.filter.addItem(say(f"events.filter_{kinds or 'all'}"), kinds)
        self.filter.currentIndexChanged.connect(self._write)
        self.problem = plain_label("", wrap=True, dim=True)
        self.problem.hide()
        self.list = _EventList()
        self.list.setAccessibleName(say("action.events"))
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.filter)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.list, 1)
        services.link_changed.connect(self._on_link)
        services.servers_changed.connect(self._on_servers)

    def set_active(self, active: bool) -> None:
        """Follow the events while they are seen."""
        self._active = active
        self._round += 1
        self._asked.clear()
        for timer in self._again.values():
            timer.stop()
        if active:
            self._write()
            self._ask_all()

    def _ask_all(self) -> None:
        """Begin to follow the servers that are not followed yet."""
        for number in self.services.servers.keys() - self._asked if self._active else ():
            self._asked.add(number)
            self._ask(number, self._round)

    def _ask(self, number: int, asked_in: int) -> None:
        if asked_in != self._round or not self._active or number not in self.services.servers:
            return
        log = self._logs.setdefault(number, EventLog())
        self.services.call(
            camera_number(number, 0),
            "events",
            ReadEvents(after=log.last),
            lambda answer: self._answered(number, asked_in, answer),
        )

    def _answered(self, number: int, asked_in: int, answer: Struct | CallError) -> None:
        if asked_in != self._round:
            return
        if isinstance(answer, Events):
            new = self._logs[number].add(answer)
            self._problems.pop(number, None)
            if new:
                self._write()
            self._later(number, 0)
        else:
            self._problems[number] = str(answer)
            self._later(number, _AGAIN_MS)
        self._show_problem()

    def _show_problem(self) -> None:
        reason = next(iter(self._problems.values()), "")
        self.problem.setText(self.services.say("events.not_now", reason=reason) if reason else "")
        self.problem.setVisible(bool(reason))

    def _later(self, number: int, pause_ms: int) -> None:
        # Not at once: the answer may have come before the call returned.
        if not self._active:
            return
        if number not in self._again:
            timer = self._again[number] = QTimer(self)
            timer.setSingleShot(True)
            timer.timeout.connect(lambda: self._ask(number, self._round))
        self._again[number].start(pause_ms)

    def _on_servers(self) -> None:
        for number in self._problems.keys() - self.services.servers.keys():
            del self._problems[number]
        self._show_problem()
        self._ask_all()

    def _on_link(self, number: int, linked: bool, time_us: int) -> None:
        log = self._logs.setdefault(number, EventLog())
        log.note("server back" if linked else "server lost", time_us)
        if self._active:
            self._write()

    def _read(self, event: Event) -> str:
        return " ".join(filter(None, (event.camera, event_text(event, self.services.texts))))

    def _write(self) -> None:
        kinds, words = self.filter.currentData() or "", self.words.text()
        found = [e for log in self._logs.values() for e in log.chosen(kinds, words, self._read)]
        found.sort(key=lambda event: -event.time_us)
        today, say = datetime.now().astimezone(), self.services.say
        self.list.clear()
        for event in found[:_MOST_SHOWN]:
            item = QListWidgetItem(f"{event_time(event.time_us, today)}  {self._read(event)}")
            level = Level.BAD if is_fault(event.kind) else Level.GOOD
            if is_fault(event.kind) or is_back(event.kind):
                item.setForeground(QBrush(theme.LEVEL_COLOURS[level]))
            self.list.addItem(item)
        rest = len(found) - _MOST_SHOWN
        note = say("events.more", count=rest) if rest > 0 else ""
        if note or not found:
            item = QListWidgetItem(note or say("events.none"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)


class _EventList(QListWidget):
    """A list whose selected lines can be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setWordWrap(True)
        self.setUniformItemSizes(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Copy what is selected."""
        if event.matches(QKeySequence.StandardKey.Copy):
            lines = [self.item(i).text() for i in range(self.count()) if self.item(i).isSelected()]
            QGuiApplication.clipboard().setText("\n".join(lines))
        else:
            super().keyPressEvent(event)


register_panel("events", EventsPanel)
