"""Exposure, gain, black level, gamma, frame rate: a number, and what goes with it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from camstrm.feature import FeatureSetting, FeatureValue
from client_qt.model.camera_setup import SetupCard, automatic_of
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.choice_box import ChoiceBox
from client_qt.panels.controls.number_editor import FeatureShown, NumberEditor
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.panels.setup.clipped_note import ClippedNote
from client_qt.panels.setup.setup_card import CameraCard, show_automatic

__all__ = ["NumberCard"]


class NumberCard(CameraCard):
    """One number with its automatic modes, its switch, its selector and what results from it."""

    def __init__(self, card: SetupCard, desk: CameraDesk) -> None:
        super().__init__(card, desk)
        info = self.info("value")
        assert info is not None
        name = self.title.text()
        # The card's title is the number's name: once is enough for the eye.
        self.title.hide()
        self.selector = ChoiceBox()
        self.selector.setAccessibleName(self.say("setup.selector", name=name))
        self.selector.wished.connect(lambda value: self._set("selector", value))
        switch = self.say(f"setup.enable.{card.id}") if "enable" in card.parts else ""
        self.enable = QCheckBox(switch)
        self.enable.setAccessibleName(self.enable.text())
        self.enable.clicked.connect(lambda on: self._set("enable", bool(on)))
        self.editor = NumberEditor(
            info,
            desk.services.texts,
            name,
            self.say("setup.auto", name=name),
            clock=desk.services.clock,
        )
        self.editor.label.setProperty("weight", Weight.TITLE.value)
        self.editor.wished.connect(self._set_number)
        self.editor.auto_wished.connect(self._set_auto)
        self.result = Sentence("", Weight.DIM)
        self.rows.addWidget(self.editor)
        self.rows.addWidget(self.enable)
        self.rows.addWidget(self.selector)
        self.rows.addWidget(self.result)
        self.clipped = ClippedNote(desk) if card.id == "exposure" else None
        """How much is clipped; None: this card has no such line."""
        if self.clipped is not None:
            self.rows.addWidget(self.clipped)
        self.selector.setVisible("selector" in card.parts)
        self.enable.setVisible("enable" in card.parts)
        self.show_states()

    def show_states(self) -> None:
        note, weight = self.note("value")
        if self._automatic and not self.desk.problem_of(self.card.parts["value"]):
            # Moving the slider takes over from the automatic: that is no lock.
            note, weight = self.say("setup.auto.on"), Weight.DIM
        writable = self.writable("value") or (self._automatic and self.writable("auto"))
        wanted = self.desk.wanted(self.card.parts["value"])
        self.editor.show_state(FeatureShown(self.state("value"), wanted, writable, note, weight))
        show_automatic(self.editor.auto, self)
        if (info := self.info("selector")) is not None:
            state = self.state("selector")
            there = state.entries if state is not None and state.entries else ()
            entries = [(e.name, e.display_name or e.name) for e in info.entries]
            choices = [entry for entry in entries if not there or entry[0] in there]
            self.selector.set_choices(choices)
            self.selector.show_choice(str(self.value("selector") or ""))
            self.selector.setEnabled(self.writable("selector"))
            self.selector.setVisible(len(choices) > 1)
        self.enable.setChecked(self.value("enable") is True)
        self.enable.setEnabled(self.writable("enable"))
        self._show_result()

    def close_card(self) -> None:
        if self.clipped is not None:
            self.clipped.end()

    @property
    def _automatic(self) -> bool:
        """Whether the camera sets the number itself."""
        return "auto" in self.card.parts and automatic_of(self.value("auto")) != "off"

    def _show_result(self) -> None:
        value = self.value("resulting")
        wanted = self.value("value")
        # Said only where it is not what was set: the exposure or the link allows no more.
        text = ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            same = isinstance(wanted, (int, float)) and abs(value - wanted) < 0.01 * wanted
            if not same or self.value("enable") is False:
                text = self.say("setup.rate.result", rate=f"{value:.4g}")
        self.result.show_text(text)

    def _set_number(self, value: FeatureValue) -> None:
        if self._automatic:
            self._switch_off()
        if "enable" in self.card.parts and self.value("enable") is False:
            self._set("enable", True)
        self.desk.set(self.card.parts["value"], value, joins=self.editor.joins)

    def _switch_off(self) -> None:
        info = self.info("auto")
        if info is None:
            return
        off: FeatureValue | None = False if info.type == "boolean" else None
        for entry in info.entries:
            if automatic_of(entry.name) == "off":
                off = entry.name
        if off is not None:
            self._set("auto", off)

    def _set_auto(self, name: str) -> None:
        info = self.info("auto")
        if info is None:
            return
        value: FeatureValue = name == "true" if info.type == "boolean" else name
        # To undo an automatic the value that it changed is set back, too.
        state, number = self.state("value"), self.card.parts["value"]
        before = None if state is None else state.value
        companions = [] if before is None else [FeatureSetting(number, before)]
        self.desk.set(self.card.parts["auto"], value, companions=companions)

    def _set(self, part: str, value: FeatureValue) -> None:
        self.desk.set(self.card.parts[part], value)
