"""The trigger: whether the camera waits for one, which, a button that fires one, and the last."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton

from camstrm.feature import FeatureValue
from client_qt.model.camera_setup import SetupCard, choices_of
from client_qt.model.wording import age_text
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.card import GAP, row
from client_qt.panels.controls.choice_box import ChoiceBox
from client_qt.panels.controls.number_editor import FeatureShown, NumberEditor
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.controls.shown import set_shown
from client_qt.panels.setup.setup_card import CameraCard

__all__ = ["TriggerCard"]

_CHOICES = ("selector", "source", "activation")

_AGE_MS = 200
"""Between two looks at how old the last frame is."""


class TriggerCard(CameraCard):
    """The everyday part of a trigger; the rest of it is in the tree of all features."""

    def __init__(self, card: SetupCard, desk: CameraDesk) -> None:
        super().__init__(card, desk)
        say = self.say
        self.mode = QCheckBox(say("setup.trigger.mode"))
        self.mode.setAccessibleName(say("setup.trigger.mode"))
        self.mode.clicked.connect(self._set_mode)
        self.rows.addWidget(self.mode)
        self.boxes: dict[str, ChoiceBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP - 2)
        grid.setColumnStretch(1, 1)
        for part in _CHOICES:
            if part in card.parts:
                self._add_choice(grid, part)
        self.rows.addLayout(grid)
        self.delay: NumberEditor | None = None
        info = self.info("delay")
        if info is not None:
            self.delay = NumberEditor(info, desk.services.texts, say("setup.trigger.delay"))
            self.delay.wished.connect(self._set_delay)
            self.rows.addWidget(self.delay)
        self.fire = QPushButton(say("setup.trigger.fire"))
        self.fire.setAutoDefault(True)
        self.fire.setAccessibleName(say("setup.trigger.fire"))
        self.fire.clicked.connect(lambda: desk.execute(card.parts["software"]))
        set_shown(self.fire, "software" in card.parts)
        self.last = QLabel()
        self.last.setObjectName("figure")
        last_row = row(self.fire, self.last)
        last_row.addStretch(1)
        self.rows.addLayout(last_row)
        self.under = Sentence("", Weight.DIM)
        self.rows.addWidget(self.under)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_age)
        self.show_states()

    def show_states(self) -> None:
        on = self.value("mode") == "On"
        self.mode.setChecked(on)
        self.mode.setEnabled(self.writable("mode"))
        notes = [self.note("mode")]
        for part, box in self.boxes.items():
            info, state = self.info(part), self.state(part)
            if info is not None:
                there = [(c.name, c.text) for c in choices_of(info, state) if c.there]
                value = str(self.value(part) or "")
                if value and value not in [name for name, _ in there]:
                    there.append((value, value))
                box.set_choices(there)
                box.show_choice(value)
                box.setEnabled(self.writable(part))
                notes.append(self.note(part))
        if self.delay is not None:
            text, weight = self.note("delay")
            wanted = self.desk.wanted(self.card.parts["delay"])
            self.delay.show_state(
                FeatureShown(self.state("delay"), wanted, self.writable("delay"), text, weight)
            )
        if "software" in self.card.parts:
            # Some cameras call it "Software Trigger" or "SoftwareSignal0".
            software = "software" in str(self.value("source") or "").lower()
            fires = on and (software or "source" not in self.card.parts)
            self.fire.setEnabled(fires and self._allowed)
            hint = self.say(f"setup.trigger.fire.{'hint' if fires else 'off'}")
            self.fire.setToolTip(hint)
            self.fire.setAccessibleDescription(hint)
            notes.append(self.note("software"))
        said = [note for note in notes if note[0]]
        said.sort(key=lambda note: note[1] is not Weight.BAD)
        self.under.show_text(*(said[0] if said else ("", Weight.DIM)))
        self._show_age()
        if on and not self._timer.isActive():
            self._timer.start(_AGE_MS)
        elif not on:
            self._timer.stop()

    def close_card(self) -> None:
        self._timer.stop()

    @property
    def _allowed(self) -> bool:
        return not self.desk.read_only

    def _show_age(self) -> None:
        """Say how long ago the last frame came: each trigger makes one."""
        services = self.desk.services
        camera = services.camera(self.desk.camera)
        text = ""
        if camera is not None and self.value("mode") == "On":
            server = services.server_of(self.desk.camera or 0)
            age = None if server is None else camera.age(server.model.clock, services.clock())
            key = "setup.trigger.none" if age is None else "setup.trigger.last"
            text = self.say(key, age="" if age is None else age_text(age, services.texts))
        self.last.setText(text)

    def _add_choice(self, grid: QGridLayout, part: str) -> None:
        name = self.say(f"setup.trigger.{part}")
        label, box = QLabel(name), ChoiceBox()
        box.setAccessibleName(name)
        label.setBuddy(box)
        box.wished.connect(lambda value: self.desk.set(self.card.parts[part], value))
        line = grid.rowCount()
        grid.addWidget(label, line, 0)
        grid.addWidget(box, line, 1)
        self.boxes[part] = box

    def _set_mode(self, on: bool) -> None:  # Qt's signal
        self.desk.set(self.card.parts["mode"], "On" if on else "Off")

    def _set_delay(self, value: FeatureValue) -> None:
        if self.delay is not None:
            self.desk.set(self.card.parts["delay"], value, joins=self.delay.joins)
