"""May this camera be stopped for a moment? Asked in the panel, before it is."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox

from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.question import Question

__all__ = ["StopQuestion"]


class StopQuestion(Question):
    """The question of FeatureEdit; whoever has answered once need not be asked again."""

    def __init__(self, desk: CameraDesk) -> None:
        say = desk.services.say
        super().__init__(say("setup.cancel"))
        self._desk = desk
        self._key = ""
        """What is being asked for; "" while nothing is."""
        self.always = QCheckBox(say("setup.stop.always"))
        self.always.setAccessibleName(say("setup.stop.always"))
        self.insert(self.always)
        self.declined.connect(lambda: desk.answer_question(yes=False))
        desk.situation_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Ask what the desk has to ask."""
        wish, say = self._desk.edit.question, self._desk.services.say
        if wish is None:
            if self._key:
                self._key = ""
                self.dismiss()
            return
        if wish.key == self._key:
            return
        self._key = wish.key
        self.always.setChecked(False)
        names = dict.fromkeys(self._name(setting.feature) for setting in wish.settings)
        if wish.key == "region":
            names = {say("setup.card.region"): None}
        sentence = say("setup.stop.question", name=", ".join(names))
        self.ask(sentence, say("setup.stop.yes"), self._accept)

    def _name(self, feature: str) -> str:
        tree = self._desk.tree
        info = None if tree is None else tree.info(feature)
        return feature if info is None else info.display_name or info.name

    def _accept(self) -> None:
        self._key = ""
        self._desk.answer_question(yes=True, remember=self.always.isChecked())
