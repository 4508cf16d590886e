"""The Qt viewer, used by keyboard alone: every key goes to what has the focus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLineEdit, QWidget

import client_qt.parts  # noqa: F401  # registers the tools and the panels
from camstrm.client.address import parse_address
from camstrm.client.calls import Answer
from client_qt.connections.desk import ConnectionDesk
from client_qt.connections.servers import ServerConnections
from client_qt.session.network import Network
from client_qt.tools.tool_desk import desk_of
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.person.hands import FocusBar, Focused, Hands

__all__ = ["QtHands", "run"]

_KEYS = {
    " ": Qt.Key.Key_Space,
    "Enter": Qt.Key.Key_Return,
    "Escape": Qt.Key.Key_Escape,
    "Tab": Qt.Key.Key_Tab,
    "PageUp": Qt.Key.Key_PageUp,
    "PageDown": Qt.Key.Key_PageDown,
    "ArrowUp": Qt.Key.Key_Up,
    "ArrowDown": Qt.Key.Key_Down,
    "ArrowLeft": Qt.Key.Key_Left,
    "ArrowRight": Qt.Key.Key_Right,
}
_ROLES = {
    QAccessible.Role.Button: "button",
    QAccessible.Role.CheckBox: "checkbox",
    QAccessible.Role.ComboBox: "combobox",
    QAccessible.Role.EditableText: "textbox",
    QAccessible.Role.ListItem: "option",
    QAccessible.Role.PageTab: "tab",
    QAccessible.Role.RadioButton: "radio",
    QAccessible.Role.Slider: "slider",
    QAccessible.Role.SpinBox: "spinbutton",
    QAccessible.Role.TreeItem: "treeitem",
}
_STANDS = 0.005
_FIRST = 5

Result = TypeVar("Result")


def run(task: Coroutine[Any, Any, Result]) -> Result:
    """Run a task whose hands are those of Qt: they wait in Qt's own loop and never suspend."""
    try:
        task.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError("it waits for something that is not Qt's")


class QtHands(Hands):
    """One window of a person, connected to a server."""

    def __init__(self, address: str, wait: WaitUntil) -> None:
        self._wait = wait
        self.services = ViewerServices()
        self.connections = ServerConnections(self.services, Network())
        self.window = MainWindow(self.services)
        self.window.resize(1600, 1000)
        self.desk = ConnectionDesk(self.services, self.connections, self.window)
        self.window.show()
        self.window.activateWindow()
        self.connections.open(parse_address(address), at_once=True)
        self._measures = 0
        desk_of(self.services).loop.measured.connect(self._count)
        self._asked = 0
        """Measures that were answered, whoever asked."""
        self._call = self.services.call
        self.services.call = self._counted  # type: ignore[method-assign]
        self._others: list[QtHands] = []

    def close(self) -> None:
        for other in self._others:
            other.close()
        self.desk.dialog.hide()
        self.window.close()
        self.connections.close_all()
        for part in (self.window, self.services):
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    @property
    def _focus(self) -> QWidget:
        found: QWidget | None = self.window.focusWidget()
        return self.window if found is None else found

    async def press(self, key: str, times: int = 1) -> None:
        held = Qt.KeyboardModifier.NoModifier
        *modifiers, name = key.split("+") if len(key) > 1 else (key,)
        for modifier in modifiers:
            shift = modifier == "Shift"
            mask = Qt.KeyboardModifier
            held |= mask.ShiftModifier if shift else mask.ControlModifier
        for _ in range(times):
            if name == "Tab" and held:
                QTest.keyClick(self._focus, Qt.Key.Key_Backtab, held)
            elif name in _KEYS:
                QTest.keyClick(self._focus, _KEYS[name], held)
            else:
                QTest.keyClicks(self._focus, name, held)
            # Nobody presses keys faster than the window shows what they did.
            QApplication.processEvents()

    async def write(self, text: str) -> None:
        QTest.keyClick(self._focus, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(self._focus, text)

    async def focused(self) -> Focused:
        widget = self._focus
        found = QAccessible.queryAccessibleInterface(widget)
        if isinstance(widget, QAbstractItemView) and found.focusChild() is not None:
            found = found.focusChild()
        # On Linux the name of a combo box is its label's, and its own text is what is chosen.
        combo = isinstance(widget, QComboBox)
        return Focused(
            widget.accessibleName() if combo else found.text(QAccessible.Text.Name),
            _ROLES.get(found.role(), ""),
            widget.text() if isinstance(widget, QLineEdit) else found.text(QAccessible.Text.Value),
            bool(found.state().checked),
        )

    async def has_focus(self) -> bool:
        return self.window.focusWidget() not in (None, self.window)

    async def shows(self, text: str) -> bool:
        root = QAccessible.queryAccessibleInterface(self.window)
        return any(text in " ".join(said.split()) for said in _said(root))

    async def title(self) -> str:
        return self.window.windowTitle()

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        def now() -> bool:
            return run(_of(holds))

        try:
            self._wait(now)
        except BaseException:
            root = QAccessible.queryAccessibleInterface(self.window)
            print("the window says:", *_said(root), sep="\n")
            raise

    async def focus_bar(self) -> FocusBar:
        before = -1.0
        for measures in range(1, 1000):
            self._measured(1)
            focus = desk_of(self.services).focus
            level = focus.level or 0.0
            if measures >= _FIRST and level > 0 and abs(level - before) <= _STANDS * level:
                return FocusBar(level, focus.peak)
            before = level
        raise AssertionError("the bar never stands")

    async def measured_again(self) -> None:
        # Of the panel's own measures: the session is asked, whoever asks.
        wanted = self._asked + 2
        self._wait(lambda: self._asked >= wanted)

    async def picture_size(self, camera: str) -> tuple[int, int]:
        for index, view in self.window.views.items():
            info = self.services.info(index)
            if info is not None and info.name == camera and view.picture is not None:
                return view.picture.full_size
        return 0, 0

    async def cameras(self) -> list[str]:
        found = map(self.services.info, self.window.views)
        return [info.name for info in found if info is not None]

    async def setting_is_settled(self) -> bool:
        return True

    async def open_link(self, link: str) -> QtHands:
        other = QtHands(link, self._wait)
        self._others.append(other)
        return other

    async def is_out(self) -> bool:
        return self.desk.dialog.isVisible()

    def _measured(self, times: int) -> None:
        wanted = self._measures + times
        self._wait(lambda: self._measures >= wanted)

    def _counted(self, camera: int, do: str, arguments: Any, answer: Answer) -> None:
        def answered(result: Any) -> None:
            self._asked += do == "measure"
            answer(result)

        self._call(camera, do, arguments, answered)

    def _count(self, *_: object) -> None:
        self._measures += 1


async def _of(holds: Callable[[], Awaitable[bool]]) -> bool:
    return await holds()


def _said(root: QAccessibleInterface) -> list[str]:
    """Return what a screen reader finds in all that can be seen."""
    found: list[str] = []
    for at in range(root.childCount()):
        child: QAccessibleInterface | None = root.child(at)
        if child is None or child.state().invisible:
            continue
        found += [child.text(part) for part in (QAccessible.Text.Name, QAccessible.Text.Value)]
        found += _said(child)
    return found
