"""What the viewer can do, as actions with keys, from the table that the page has too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenuBar, QWidget

from camstrm.viewing.keys import ViewerAction, viewer_actions
from camstrm.viewing.texts import Texts

__all__ = ["ViewerActions", "key_name", "plain_menu_text"]

_NAMES = {
    Qt.Key.Key_Escape: "Escape",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Left: "ArrowLeft",
    Qt.Key.Key_Right: "ArrowRight",
    Qt.Key.Key_Up: "ArrowUp",
    Qt.Key.Key_Down: "ArrowDown",
    Qt.Key.Key_PageUp: "PageUp",
    Qt.Key.Key_PageDown: "PageDown",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_F11: "F11",
}
"""Keys without a character, as a browser's KeyboardEvent names them."""

_BY_KEY_ONLY = ("choose", "neighbour")
"""What they do depends on the key, so a menu cannot do it."""

_CONTROL = Qt.KeyboardModifier.ControlModifier
_OTHERS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@dataclass
class _Connection:
    run: Callable[[str], None]
    checked: Callable[[], bool] | None
    enabled: Callable[[], bool] | None


class ViewerActions:
    """A QAction for each action of keys.json that the Qt viewer has, in their order.

    Actions that nobody has connected are in no menu and no list of keys. The keys are not
    shortcuts of Qt: a letter is first for the field that is written into, an arrow for the list
    that has the focus; what they leave comes to :meth:`press`.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._owner = QObject()
        """Of the QActions."""
        self.table = tuple(a for a in viewer_actions() if a.only in ("", "qt"))
        """In the order of menus and of the list of keys."""
        self._ids = {key: action.id for action in self.table for key in action.keys}
        self._connected: dict[str, _Connection] = {}
        self._actions = {action.id: self._make(action) for action in self.table}

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def name(self, action_id: str) -> str:
        """Return what the action is called, as plain text."""
        return self._texts.say(f"action.{action_id}")

    def connect(
        self,
        action_id: str,
        slot: Callable[[], None],
        *,
        checked: Callable[[], bool] | None = None,
        enabled: Callable[[], bool] | None = None,
    ) -> None:
        """Let ``slot`` do the action, in place of what did it before.

        ``checked``: whether it is on, for one that is switched; ``enabled``: whether it can be
        done now. Both are asked when a menu opens, and ``enabled`` before each run.
        """
        self.connect_keys(action_id, lambda _key: slot(), checked=checked, enabled=enabled)

    def connect_keys(
        self,
        action_id: str,
        slot: Callable[[str], None],
        *,
        checked: Callable[[], bool] | None = None,
        enabled: Callable[[], bool] | None = None,
    ) -> None:
        """As :meth:`connect`; ``slot`` gets the name of the key, "" from a menu."""
        self._connected[action_id] = _Connection(slot, checked, enabled)
        action = self._actions[action_id]
        action.setCheckable(checked is not None)
        action.setVisible(action_id not in _BY_KEY_ONLY)
        self.refresh()

    def connected(self, action_id: str) -> bool:
        """Return whether somebody does it."""
        return action_id in self._connected

    def run(self, action_id: str, key: str = "") -> bool:
        """Do it; return False where nobody does, or it cannot be done now."""
        connection = self._connected.get(action_id)
        if connection is None or (connection.enabled is not None and not connection.enabled()):
            return False
        connection.run(key)
        self.refresh()
        return True

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key is for; return False if it is for nothing."""
        key = key_name(event)
        return key in self._ids and self.run(self._ids[key], key)

    def refresh(self) -> None:
        """Bring what can be done, and what is on, up to date."""
        for action_id, connection in self._connected.items():
            action = self._actions[action_id]
            if connection.enabled is not None:
                action.setEnabled(connection.enabled())
            if connection.checked is not None:
                action.setChecked(connection.checked())

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus, one for each group."""
        used: set[str] = set()
        for group in dict.fromkeys(action.group for action in self.table):
            title = self._texts.say(f"group.{group}")
            menu = bar.addMenu(_with_mnemonic(title, group, used))
            menu.aboutToShow.connect(self.refresh)
            for action in self.table:
                if action.group == group:
                    menu.addAction(self._actions[action.id])

    def add_to(self, widget: QWidget) -> None:
        """Let assistive technology find the actions at the window."""
        widget.addActions(list(self._actions.values()))

    def keys_of(self, action_id: str) -> str:
        """Return how the list of keys names the keys of an action."""
        return next(a.shown or ", ".join(a.keys) for a in self.table if a.id == action_id)

    def _make(self, action: ViewerAction) -> QAction:
        name, keys = self.name(action.id), action.shown or ", ".join(action.keys)
        made = QAction(plain_menu_text(f"{name}\t{keys}" if keys else name), self._owner)
        made.setObjectName(action.id)
        made.setToolTip(name)
        made.setVisible(False)
        made.triggered.connect(lambda _checked=False: self.run(action.id))
        return made


def key_name(event: QKeyEvent) -> str:
    """Return the key as keys.json names it; "" for one with a modifier that it never has."""
    modifiers, key = event.modifiers(), Qt.Key(event.key())
    if modifiers & _OTHERS:
        return ""
    named = _NAMES.get(key)
    is_letter = Qt.Key.Key_A <= key <= Qt.Key.Key_Z
    if named is not None:
        # Ctrl+Home and Shift+Arrow are something else in every program.
        return "" if modifiers & (_CONTROL | Qt.KeyboardModifier.ShiftModifier) else named
    if modifiers & _CONTROL:
        return f"Ctrl+{chr(key).lower()}" if is_letter else ""
    if is_letter:
        # Caps Lock must not turn a snapshot into a still.
        shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        return chr(key) if shifted else chr(key).lower()
    return event.text()


def plain_menu_text(text: str) -> str:
    """Return the text for a menu, in which & would make a mnemonic."""
    return text.replace("&", "&&")


def _with_mnemonic(title: str, group: str, used: set[str]) -> str:
    letter = next(c for c in f"{group}{'abcdefghijklmnopqrstuvwxyz'}" if c not in used)
    used.add(letter)
    at = title.lower().find(letter)
    if at < 0:
        return f"{plain_menu_text(title)} (&{letter.upper()})"
    return f"{plain_menu_text(title[:at])}&{plain_menu_text(title[at:])}"
