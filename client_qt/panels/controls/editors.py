"""The editor of each type of feature: all are made, shown and listened to in the same way."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from camstrm.feature import FeatureInfo
from camstrm.viewing.texts import Texts
from client_qt.model.camera_setup import choices_of
from client_qt.panels.controls.card import GAP
from client_qt.panels.controls.choice_box import ChoiceBox
from client_qt.panels.controls.number_editor import FeatureShown, NumberEditor
from client_qt.panels.controls.sentence import Sentence, Weight

__all__ = ["FeatureEditor", "make_editor"]


class FeatureEditor(QWidget):
    """Shows the value of one feature and says what the person wants. It calls nothing."""

    wished = Signal(object)
    """The value that the person wants; None: the command is to be executed."""

    def __init__(self, info: FeatureInfo, texts: Texts) -> None:
        super().__init__()
        self.info = info
        self._texts = texts
        self.name = info.display_name or info.name
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP - 2)

    def show_state(self, shown: FeatureShown) -> None:
        """Show what the camera has, or what is wanted and has no answer yet."""
        raise NotImplementedError

    @property
    def control(self) -> QWidget:
        """What gets the focus."""
        raise NotImplementedError

    @property
    def joins(self) -> bool:
        """Whether the last wish goes on with the one before."""
        return False


class _Number(FeatureEditor):
    def __init__(self, info: FeatureInfo, texts: Texts) -> None:
        super().__init__(info, texts)
        self.row = NumberEditor(info, texts, self.name)
        self.row.wished.connect(self.wished)
        self._column.addWidget(self.row)

    def show_state(self, shown: FeatureShown) -> None:
        self.row.show_state(shown)

    @property
    def control(self) -> QWidget:
        return self.row.field

    @property
    def joins(self) -> bool:
        return self.row.joins


class _WithNote(FeatureEditor):
    """An editor of one control with a sentence below it."""

    def _place(self, control: QWidget) -> None:
        self._control = control
        control.setAccessibleName(self.name)
        self.note = Sentence("", Weight.DIM)
        self._column.addWidget(control)
        self._column.addWidget(self.note)

    @property
    def control(self) -> QWidget:
        return self._control

    def show_state(self, shown: FeatureShown) -> None:
        self._show_value(shown)
        self._allow(shown.writable and shown.state is not None)
        self.note.show_text(shown.note, shown.note_weight)
        self._control.setAccessibleDescription(shown.note)

    def _show_value(self, shown: FeatureShown) -> None:
        raise NotImplementedError

    def _allow(self, writable: bool) -> None:
        self._control.setEnabled(writable)


class _Boolean(_WithNote):
    def __init__(self, info: FeatureInfo, texts: Texts) -> None:
        super().__init__(info, texts)
        self.box = QCheckBox(self.name.replace("&", "&&"))
        self.box.clicked.connect(lambda on: self.wished.emit(bool(on)))
        self._place(self.box)

    def _show_value(self, shown: FeatureShown) -> None:
        self.box.setChecked(shown.value is True)


class _Enumeration(_WithNote):
    def __init__(self, info: FeatureInfo, texts: Texts) -> None:
        super().__init__(info, texts)
        self.box = ChoiceBox()
        self.box.wished.connect(self.wished.emit)
        self._place(self.box)

    def _show_value(self, shown: FeatureShown) -> None:
        value = shown.value
        there = [(c.name, c.text) for c in choices_of(self.info, shown.state) if c.there]
        if isinstance(value, str) and value not in [name for name, _ in there]:
            there.append((value, value))
        self.box.set_choices(there)
        self.box.show_choice("" if value is None else str(value))


class _Text(_WithNote):
    def __init__(self, info: FeatureInfo, texts: Texts) -> None:
        super().__init__(info, texts)
        self.field = _TextField()
        self.field.entered.connect(self.wished.emit)
        self._place(self.field)

    def _show_value(self, shown: FeatureShown) -> None:
        self.field.show_text("" if shown.value is None else str(shown.value))

    def _allow(self, writable: bool) -> None:
        # A text that cannot be written can still be read and copied.
        self.field.setReadOnly(not writable)


class _TextField(QLineEdit):
    """Says what was typed with Enter, forgets it with Escape and when the person leaves."""

    entered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        """What stands there while nobody types."""
        self.editingFinished.connect(self._leave)

    def show_text(self, text: str) -> None:
        self._shown = text
        if not self.isModified() and self.text() != text:
            self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.text() in ("\r", "\n"):
            typed, changed = self.text(), self.isModified()
            self.setModified(False)
            if changed and typed != self._shown:
                self.entered.emit(typed)
        elif event.text() == "\x1b" and self.isModified():
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        if self.isModified():
            self.setText(self._shown)


class _Command(_WithNote):
    def __init__(self, info: FeatureInfo, texts: Texts) -> None:
        super().__init__(info, texts)
        self.button = QPushButton(self.name.replace("&", "&&"))
        self.button.setAutoDefault(True)
        self.button.clicked.connect(lambda: self.wished.emit(None))
        self._place(self.button)

    def _show_value(self, shown: FeatureShown) -> None:
        pass


class _Opaque(_Text):
    """A register, or a type of a later server: shown, never written."""

    def show_state(self, shown: FeatureShown) -> None:
        super().show_state(replace(shown, writable=False))


_EDITORS: dict[str, type[FeatureEditor]] = {
    "integer": _Number,
    "float": _Number,
    "boolean": _Boolean,
    "enumeration": _Enumeration,
    "string": _Text,
    "command": _Command,
}


def make_editor(info: FeatureInfo, texts: Texts) -> FeatureEditor:
    """Return an editor for a feature of any type."""
    return _EDITORS.get(info.type, _Opaque)(info, texts)
