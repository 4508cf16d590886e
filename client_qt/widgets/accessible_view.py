"""A camera's view for assistive technology: a picture with a name, its state as the value."""

from __future__ import annotations

import weakref

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from client_qt.widgets.camera_view import CameraView

__all__ = ["install_accessible_views"]


class _AccessibleView(QAccessibleWidget):
    """Says what the view says."""

    def __init__(self, view: CameraView) -> None:
        super().__init__(view, QAccessible.Role.Graphic, view.display.name)
        self._view = weakref.ref(view)

    def text(self, kind: QAccessible.Text) -> str:
        """Return the name, the condition, or the state with the picture's age."""
        view = self._view()
        if view is None:
            return ""
        display = view.display
        if kind is QAccessible.Text.Name:
            return display.name
        if kind is QAccessible.Text.Description:
            return display.condition
        if kind is QAccessible.Text.Value:
            return " ".join(filter(None, (display.state, display.late, display.lease)))
        return super().text(kind)


_interfaces: weakref.WeakKeyDictionary[CameraView, _AccessibleView] = weakref.WeakKeyDictionary()
"""Qt does not keep what a factory of Python's has made."""

_installed: list[object] = []


def install_accessible_views() -> None:
    """Let Qt use them, once for the process."""
    if not _installed:
        QAccessible.installFactory(_make)
        _installed.append(_make)


def _make(_key: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, CameraView):
        return None
    if thing not in _interfaces:
        _interfaces[thing] = _AccessibleView(thing)
    return _interfaces[thing]
