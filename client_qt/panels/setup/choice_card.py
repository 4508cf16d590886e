"""Pixel format and indicator: a choice, with what keeps it from being chosen."""

from __future__ import annotations

from client_qt.model.camera_setup import SetupCard, choices_of
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.choice_box import ChoiceBox
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.setup.setup_card import CameraCard

__all__ = ["ChoiceCard"]


class ChoiceCard(CameraCard):
    """One enumeration of the camera."""

    def __init__(self, card: SetupCard, desk: CameraDesk) -> None:
        super().__init__(card, desk)
        self.box = ChoiceBox()
        self.box.setAccessibleName(self.title.text())
        self.box.wished.connect(lambda value: self.desk.set(self.card.parts["value"], value))
        self.head.addWidget(self.box, 1)
        self.under = Sentence("", Weight.DIM)
        self.rows.addWidget(self.under)
        self.show_states()

    def show_states(self) -> None:
        info, state = self.info("value"), self.state("value")
        if info is None:
            return
        there = [(c.name, c.text) for c in choices_of(info, state) if c.there]
        value = self.value("value")
        if isinstance(value, str) and value not in [name for name, _ in there]:
            there.append((value, value))
        self.box.set_choices(there)
        self.box.show_choice(str(value or ""))
        self.box.setEnabled(self.writable("value"))
        self.under.show_text(*self.note("value"))
        self.box.setAccessibleDescription(self.under.text())
