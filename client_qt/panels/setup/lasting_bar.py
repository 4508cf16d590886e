"""How long what was set lasts: keep it in the configuration, set it back, undo it."""

from __future__ import annotations

from typing import cast

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QPushButton

from camstrm.errors import CallError
from camstrm.feature import FeatureChange
from camstrm.wire.operations import Changes, KeepFeatures, Kept, RevertFeatures
from client_qt.model.feature_edit import note_of
from client_qt.panels.asker import Asker
from client_qt.panels.camera_desk import CameraDesk
from client_qt.panels.changer import Changer, say_note
from client_qt.panels.controls.card import column, row
from client_qt.panels.controls.question import Question
from client_qt.panels.controls.sentence import Sentence, Weight
from client_qt.widgets.plain_label import SELECTABLE

__all__ = ["LastingBar"]

_MOST_LINES = 12
"""Lines of the configuration that are seen without scrolling."""


class LastingBar(QFrame):
    """What differs from the configuration, and what can be done about it.

    Writing is two steps: the lines are shown first, then written.
    """

    def __init__(self, desk: CameraDesk) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._desk = desk
        self._asker = Asker(desk.services, self)
        self._changer = Changer(desk.services, self)
        self._camera = desk.camera
        """The camera that all below is about."""
        self._kept: Kept | None = None
        """The lines that are shown; None: none are."""
        self.sentence = Sentence("", Weight.DIM)
        self.keep = self._button("setup.keep", "setup.keep.hint")
        self.revert = self._button("setup.revert", "setup.revert.hint")
        self.undo = self._button("setup.undo")
        self.redo = self._button("setup.redo")
        self.keep.clicked.connect(self._ask_lines)
        self.revert.clicked.connect(lambda: self._revert(stop=False))
        self.undo.clicked.connect(desk.undo)
        self.redo.clicked.connect(desk.redo)
        self.question = Question(desk.services.say("setup.cancel"))
        self.into = Sentence()
        self.lines = _Lines()
        self.lines.setAccessibleName(desk.services.say("setup.keep.lines"))
        self.write = self._button("setup.keep.write")
        self.copy = self._button("setup.keep.copy")
        self.cancel = self._button("setup.cancel")
        self.write.clicked.connect(self._write)
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.forget)
        self.result = Sentence()
        rows = column(self)
        rows.setContentsMargins(0, 0, 0, 0)
        for part in (self.sentence, self.question, self.into, self.lines):
            rows.addWidget(part)
        rows.addLayout(row(self.write, self.copy, self.cancel))
        rows.addWidget(self.result)
        rows.addLayout(row(self.keep, self.revert, self.undo, self.redo))
        desk.situation_changed.connect(self.refresh)
        self._show_lines(None)
        self.refresh()

    def refresh(self) -> None:
        """Show what differs now."""
        desk = self._desk
        if desk.camera != self._camera:
            self._camera = desk.camera
            self.forget()
        names = self._names()
        say = desk.services.say
        text = say("setup.lasts.all", count=len(names)) if names else ""
        self.sentence.show_text(text)
        free = not (desk.read_only or self._changer.waits or self._asker.waits)
        self.keep.setVisible(bool(names))
        self.revert.setVisible(bool(names))
        self.keep.setEnabled(free and self._kept is None)
        self.revert.setEnabled(free)
        undo = desk.edit.undo_list
        self.undo.setEnabled(free and undo.can_undo)
        self.redo.setEnabled(free and undo.can_redo)
        self.write.setEnabled(free)

    def forget(self) -> None:
        """Take lines and results away."""
        self._asker.forget()
        self._changer.forget()
        self._show_lines(None)
        self.result.show_text("")
        self.question.dismiss()
        self.refresh() if self._desk.camera == self._camera else None

    def _names(self) -> list[str]:
        """Return the features that differ from the configuration."""
        return list(dict.fromkeys(setting.feature for setting in self._desk.live))

    def _button(self, key: str, hint: str = "") -> QPushButton:
        say = self._desk.services.say
        button = QPushButton(say(key))
        button.setAccessibleName(say(key))
        button.setAutoDefault(True)
        if hint:
            button.setToolTip(say(hint))
            button.setAccessibleDescription(say(hint))
        return button

    # Keep.

    def _ask_lines(self) -> None:
        camera = self._desk.camera
        if camera is None:
            return
        self.result.show_text(self._desk.services.say("setup.keep.asking"), Weight.DIM)
        # To look at the lines changes nothing: it needs no lease.
        self._asker.ask(camera, "keep", KeepFeatures(), self._on_lines)
        self.refresh()

    def _on_lines(self, answer: Struct | CallError) -> None:
        if isinstance(answer, CallError):
            self.result.show_text(str(answer), Weight.BAD)
        else:
            self.result.show_text("")
            self._show_lines(cast("Kept", answer))
        self.refresh()
        if self._kept is not None:
            # Only now: what is disabled while it is asked takes no focus.
            next_one = self.write if self._kept.file else self.copy
            next_one.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_lines(self, kept: Kept | None) -> None:
        self._kept = kept
        shown = kept is not None
        for part in (self.lines, self.write, self.copy, self.cancel):
            part.setVisible(shown)
        if kept is None:
            self.into.show_text("")
            return
        say = self._desk.services.say
        self.into.show_text(say("setup.keep.into", file=kept.file or say("setup.keep.a_file")))
        self.lines.setPlainText(kept.toml)
        lines = min(max(kept.toml.rstrip().count("\n") + 1, 2), _MOST_LINES)
        self.lines.setFixedHeight(self.lines.fontMetrics().lineSpacing() * lines + 14)
        # Without a file there is nothing to write into; the lines can still be copied.
        self.write.setVisible(bool(kept.file))
        self._desk.services.announce(self.into.text())

    def _write(self) -> None:
        camera = self._desk.camera
        if camera is not None:
            self._changer.change(camera, "keep", KeepFeatures(write=True), self._on_written)
            self.refresh()

    def _on_written(self, answer: Struct | CallError) -> None:
        say = self._desk.services.say
        if isinstance(answer, CallError):
            self.result.show_text(f"{answer}\n{say('setup.keep.by_hand')}", Weight.BAD)
        else:
            kept = cast("Kept", answer)
            self._show_lines(None)
            self.result.show_text(say("setup.keep.done", file=kept.file), Weight.GOOD)
            self._desk.services.announce(self.result.text())
        self.refresh()

    def _copy(self) -> None:
        if self._kept is not None:
            QApplication.clipboard().setText(self._kept.toml)
            self.result.show_text(self._desk.services.say("setup.keep.copied"), Weight.DIM)

    # Revert.

    def _revert(self, *, stop: bool) -> None:
        camera, names = self._desk.camera, tuple(self._names())
        if camera is not None and names:
            arguments = RevertFeatures(names, stop=stop)
            self._changer.change(camera, "revert", arguments, self._on_reverted)
            self.refresh()

    def _on_reverted(self, answer: Struct | CallError) -> None:
        say = self._desk.services.say
        if isinstance(answer, CallError):
            self.result.show_text(str(answer), Weight.BAD)
        else:
            changes = cast("Changes", answer).changes
            left = [change for change in changes if not change.applied]
            if left and self._wait_for_stop(left):
                names = ", ".join(change.feature for change in left)
                sentence = say("setup.stop.question", name=names)
                self.question.ask(sentence, say("setup.stop.yes"), lambda: self._revert(stop=True))
                self.result.show_text("")
            else:
                note = note_of(left) if left else None
                text = (
                    say("setup.reverted") if note is None else say_note(self._desk.services, note)
                )
                self.result.show_text(text, Weight.GOOD if note is None else Weight.BAD)
        self.refresh()

    def _wait_for_stop(self, changes: list[FeatureChange]) -> bool:
        states = [self._desk.states.get(change.feature) for change in changes]
        return any(state is not None and state.needs_stop for state in states)


class _Lines(QPlainTextEdit):
    """Lines of a file that can be read and copied; Tab goes on to the buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setTextInteractionFlags(SELECTABLE)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        super().keyPressEvent(event)
        # What it has no use for is for the window.
        if event.text() and not event.modifiers():
            event.ignore()
