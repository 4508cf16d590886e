"""The user sets of a camera: what its memory keeps without power."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtWidgets import QPushButton

from camstrm.errors import CallError
from camstrm.wire.operations import ExecuteCommand
from client_qt.model.feature_files import UserSets, user_sets_of
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.changer import Changer
from client_qt.panels.controls.card import Card, row
from client_qt.panels.controls.choice_box import ChoiceBox
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["UserSetCard"]

USER_SET_FEATURES = (
    *("UserSetSelector", "UserSetLoad", "UserSetSave"),
    *("UserSetDefault", "UserSetDefaultSelector"),
)
"""What is looked at; a camera has some of them or none."""


class UserSetCard(Card):
    """Chooses a set, loads it or saves into it."""

    def __init__(self, desk: CameraDesk) -> None:
        say = desk.services.say
        super().__init__(say("sets.user"))
        self._desk = desk
        self._changer = Changer(desk.services, self)
        self._sets: UserSets | None = None
        """As last shown; None: the camera has none, or they are not known."""
        self._picked = ""
        """The set that the person chose; "" until they did: what the camera has chosen."""
        self.box = ChoiceBox()
        self.box.setAccessibleName(say("sets.user.which"))
        self.box.wished.connect(self._pick)
        self.load = self._button("sets.user.load")
        self.save = self._button("sets.user.save")
        self.load.clicked.connect(lambda: self._do("load"))
        self.save.clicked.connect(lambda: self._do("save"))
        self.start = Sentence("", Weight.DIM)
        self.result = Sentence()
        line = row(self.box, self.load, self.save)
        line.setStretch(0, 1)
        self.rows.addLayout(line)
        self.rows.addWidget(self.start)
        self.rows.addWidget(self.result)
        self.refresh()

    @property
    def features(self) -> list[str]:
        """What of the camera is looked at."""
        tree = self._desk.tree
        return [name for name in USER_SET_FEATURES if tree is not None and tree.info(name)]

    def reset(self) -> None:
        """Be about another camera."""
        self._changer.forget()
        self._picked = ""
        self.result.show_text("")

    def refresh(self) -> None:
        """Show what the desk knows now."""
        desk, say = self._desk, self._desk.services.say
        sets = None if desk.tree is None else user_sets_of(desk.tree, desk.states)
        self._sets = sets
        for part in (self.box, self.load, self.save):
            part.setVisible(sets is not None)
        if sets is None:
            known = desk.tree is not None
            self.start.show_text(say("sets.user.none") if known else "")
            return
        self.box.set_choices(sets.entries)
        self.box.show_choice(self._picked or sets.chosen)
        texts = dict(sets.entries)
        starts = texts.get(sets.start, sets.start)
        self.start.show_text(say("sets.user.start", name=starts) if starts else "")
        free = not desk.read_only and not self._changer.waits and bool(self.box.chosen)
        self.load.setEnabled(free and bool(sets.load))
        self.save.setEnabled(free and bool(sets.save))
        self.box.setEnabled(not self._changer.waits)

    def _button(self, key: str) -> QPushButton:
        say = self._desk.services.say
        button = QPushButton(say(key))
        button.setAccessibleName(say(key))
        button.setAutoDefault(True)
        return button

    def _pick(self, name: str) -> None:
        self._picked = name
        self.result.show_text("")
        self.refresh()

    def _do(self, what: str) -> None:
        """Load the chosen set, or save into it."""
        sets, camera = self._sets, self._desk.camera
        if sets is None or camera is None:
            return
        command = sets.load if what == "load" else sets.save
        name = dict(sets.entries).get(self.box.chosen, self.box.chosen)
        arguments = ExecuteCommand(command, {"UserSetSelector": self.box.chosen})

        def done(answer: Struct | CallError) -> None:
            say = self._desk.services.say
            if isinstance(answer, CallError):
                self.result.show_text(str(answer), Weight.BAD)
            else:
                key = "sets.user.loaded" if what == "load" else "sets.user.saved"
                self.result.show_text(say(key, name=name), Weight.GOOD)
            self._desk.services.announce(self.result.text())
            self.refresh()

        self._changer.change(camera, "execute", arguments, done)
        self.refresh()
