"""The feature that is chosen in the tree: what it is, its editor, and what locks it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QToolButton

from camstrm.feature import FeatureInfo, FeatureValue
from client_qt.model.feature_tree import lock_of
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.controls.card import GAP, MARGIN, column, row
from client_qt.panels.controls.editors import FeatureEditor, make_editor
from client_qt.panels.controls.number_editor import FeatureShown
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["FeatureDetails"]

_STAR, _NO_STAR = "\u2605", "\u2606"


class FeatureDetails(QFrame):
    """Nothing is chosen: it takes no room."""

    starred = Signal(str, bool)
    """The feature is to be a favourite, or no longer."""

    wanted = Signal(str)
    """Another feature is to be chosen: the one that locks this one."""

    def __init__(self, desk: CameraDesk) -> None:
        super().__init__()
        self.setObjectName("details")
        self._desk = desk
        self.info: FeatureInfo | None = None
        """What is shown; None: nothing."""
        say = desk.services.say
        self.title = Sentence("", Weight.TITLE)
        self.star = QToolButton()
        self.star.setCheckable(True)
        self.star.setAccessibleName(say("features.favourite"))
        self.star.setToolTip(say("features.favourite"))
        self.star.clicked.connect(self._on_star)
        self.about = Sentence("", Weight.DIM)
        self.editor: FeatureEditor | None = None
        self.locked = Sentence("", Weight.WARNING)
        self.unlocks: list[QPushButton] = []
        """What would unlock it, and ways to what locks it."""
        self._editor_place = column()
        self._unlock_place = column()
        rows = column(self)
        rows.setContentsMargins(0, GAP, 0, GAP)
        head = row()
        head.addWidget(self.title, 1)
        head.addWidget(self.star)
        rows.addLayout(head)
        rows.addWidget(self.about)
        rows.addLayout(self._editor_place)
        rows.addWidget(self.locked)
        rows.addLayout(self._unlock_place)
        rows.setSpacing(MARGIN // 2)
        rows.addStretch(1)
        self.hide()

    def show_feature(self, name: str, *, favourite: bool) -> None:
        """Show this feature; "" for none."""
        tree = self._desk.tree
        info = None if tree is None or not name else tree.info(name)
        if info is not self.info or info is None:
            self._make_editor(info)
        self.info = info
        self.setVisible(info is not None)
        if info is None:
            return
        shown = info.display_name or info.name
        self.title.show_text(shown if shown == info.name else f"{shown} ({info.name})")
        self.about.show_text(info.description or info.tooltip)
        self.star.setChecked(favourite)
        self.star.setText(_STAR if favourite else _NO_STAR)
        self.show_state()

    def show_state(self) -> None:
        """Show what the desk knows of it now."""
        info, desk, say = self.info, self._desk, self._desk.services.say
        if info is None or self.editor is None:
            return
        state = desk.states.get(info.name)
        lock = None if desk.tree is None else lock_of(desk.tree, state)
        note, weight = desk.note(info.name)
        can_stop = state is not None and state.needs_stop
        writable = state is not None and (state.access in ("RW", "WO") or can_stop)
        if state is not None and lock is not None and not can_stop and note == state.locked_by:
            note = ""
        if not note and state is not None and not writable and lock is None:
            key = "features.unavailable" if state.access in ("NA", "NI") else "features.read_only"
            note = say(key)
        may_write = writable and not desk.read_only
        self.editor.show_state(FeatureShown(state, desk.wanted(info.name), may_write, note, weight))
        sentence = "" if lock is None or can_stop else lock.sentence.rstrip(".")
        self.locked.show_text(say("features.locked", reason=sentence) if sentence else "")
        wanted: list[tuple[str, FeatureValue | None]] = []
        if lock is not None and not can_stop:
            wanted = [(unlock.feature, unlock.value) for unlock in lock.unlocks]
        self._offer(wanted)

    def focus_editor(self) -> bool:
        """Bring the keyboard to the editor; return whether there is one."""
        if self.editor is None:
            return False
        self.editor.control.setFocus()
        return True

    def _make_editor(self, info: FeatureInfo | None) -> None:
        if self.editor is not None:
            self.editor.hide()
            self.editor.deleteLater()
        self.editor = None if info is None else make_editor(info, self._desk.services.texts)
        self._offer([])
        if self.editor is not None and info is not None:
            self.editor.wished.connect(lambda value: self._wish(info, value))
            self._editor_place.addWidget(self.editor)

    def _wish(self, info: FeatureInfo, value: FeatureValue | None) -> None:
        if value is None:
            self._desk.execute(info.name)
        else:
            self._desk.set(info.name, value, joins=self.editor is not None and self.editor.joins)

    def _offer(self, unlocks: list[tuple[str, FeatureValue | None]]) -> None:
        """Offer what would unlock it."""
        say = self._desk.services.say
        texts: list[tuple[str, str, FeatureValue | None]] = []
        for feature, value in unlocks:
            if value is not None and not self._desk.read_only:
                shown = self._desk.value_text(feature, value)
                texts.append((say("features.unlock", feature=feature, value=shown), feature, value))
            texts.append((say("features.show", feature=feature), feature, None))
        if [text for text, _, _ in texts] == [button.text() for button in self.unlocks]:
            return
        for button in self.unlocks:
            button.hide()
            button.deleteLater()
        self.unlocks = []
        for text, feature, value in texts:
            button = QPushButton(text)
            button.setAccessibleName(text)
            button.setAutoDefault(True)
            if value is None:
                button.clicked.connect(lambda _=False, feature=feature: self.wanted.emit(feature))
            else:
                button.clicked.connect(
                    lambda _=False, feature=feature, value=value: self._desk.set(feature, value)
                )
            self._unlock_place.addWidget(button)
            self.unlocks.append(button)

    def _on_star(self, on: bool) -> None:  # Qt's signal
        self.star.setText(_STAR if on else _NO_STAR)
        if self.info is not None:
            self.starred.emit(self.info.name, on)
