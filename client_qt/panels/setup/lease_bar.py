"""Who sets the camera, how long they still may, and what this person can do about it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QPushButton

from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.changer import say_note
from client_qt.panels.controls.card import GAP, column, row
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["LeaseBar"]

_WEIGHTS = {"question": Weight.WARNING, "ok": Weight.PLAIN}


class LeaseBar(QFrame):
    """One sentence and at most a few buttons."""

    def __init__(self, desk: CameraDesk) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._desk = desk
        self.sentence = Sentence()
        self._row = row()
        self._row.addStretch(1)
        self.buttons: dict[str, QPushButton] = {}
        """What can be done now, by the action of the operation ``lease``, and "refuse"."""
        self._refused = ""
        """Whom the person has answered "not now", while that one still asks; "": nobody."""
        rows = column(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GAP - 2)
        rows.addWidget(self.sentence)
        rows.addLayout(self._row)
        desk.situation_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show who may change the camera now."""
        desk, say = self._desk, self._desk.services.say
        flow = desk.flow
        actions: tuple[str, ...] = flow.actions
        if desk.services.info(desk.camera) is None or desk.services.role(desk.camera or 0) == "":
            self.sentence.show_text("")
            actions = ()
        elif flow.note is not None:
            text = say_note(desk.services, flow.note)
            weight = _WEIGHTS.get(flow.note.level, Weight.DIM)
            asked_by = flow.note.values["asked_by"] if flow.note.level == "question" else ""
            if asked_by != self._refused:
                self._refused = ""
            if asked_by and self._refused:
                # The other keeps waiting; here it is quiet, and the lease can still be given.
                actions, weight = ("give",), Weight.DIM
            elif asked_by:
                actions = (*actions, "refuse")
            self.sentence.show_text(text, weight)
        else:
            self.sentence.show_text(say("setup.lease.free"), Weight.DIM)
            actions = ("take",)
        if list(self.buttons) != list(actions):
            self._offer(actions)
        asked_by = "" if flow.note is None else flow.note.values.get("asked_by", "")
        for action, button in self.buttons.items():
            text = say(f"setup.lease.{action}", asked_by=asked_by)
            button.setText(text.replace("&", "&&"))
            button.setAccessibleName(text)
            button.setAccessibleDescription(self.sentence.text())

    def _offer(self, actions: tuple[str, ...]) -> None:
        focused = any(button.hasFocus() for button in self.buttons.values())
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for place, action in enumerate(actions):
            button = QPushButton()
            button.setAutoDefault(True)
            button.clicked.connect(lambda _=False, action=action: self._do(action))
            self._row.insertWidget(place, button)
            self.buttons[action] = button
        if focused and self.buttons:
            next(iter(self.buttons.values())).setFocus()

    def _do(self, action: str) -> None:
        note = self._desk.flow.note
        if action != "refuse":
            self._desk.change_lease(action)
        elif note is not None:
            self._refused = note.values.get("asked_by", "")
            self.refresh()
