"""Every control of the panels has a name and is reached by keyboard, in both languages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollBar,
    QWidget,
)

from client_qt.panels.controls.segments import Segments
from tests.client_qt.panels.conftest import OpenDesk
from tests.fakes.bridge.panel_desk import PanelDesk

CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox),
    *(QComboBox, QLineEdit, QPlainTextEdit),
)
PANELS = ("setup", "features", "sets", "diagnose")


def opened(desk: PanelDesk, panel_id: str) -> QWidget:
    panel: QWidget = desk.open(panel_id)
    desk.wait(lambda: not desk.services.role(0) or controls(panel))
    if panel_id == "setup":
        desk.wait(lambda: panel.cards and panel.cards[-1].isVisible())  # type: ignore[attr-defined]
    if panel_id == "features":
        desk.wait(lambda: panel.model.shown)  # type: ignore[attr-defined]
        panel.choose("Gain")  # type: ignore[attr-defined]
    desk.settle()
    return panel


def controls(panel: QWidget) -> list[QWidget]:
    """Return all that a person works with and can see."""
    found = []
    for widget in panel.findChildren(QWidget):
        inner = isinstance(widget.parent(), QComboBox | QLineEdit | QAbstractSpinBox)
        part = inner or isinstance(widget, QScrollBar | QHeaderView)
        if isinstance(widget, CONTROLS) and not part and widget.isVisible():
            found.append(widget)
    return [w for w in found if w.window() is panel.window()]


@pytest.mark.parametrize("panel_id", PANELS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_control_has_a_name_and_no_text_is_html(
    open_desk: OpenDesk, panel_id: str, language: str
) -> None:
    desk = open_desk(language=language)
    panel = opened(desk, panel_id)
    found = controls(panel)
    assert len(found) >= 3
    assert [w for w in found if not w.accessibleName()] == []
    labels = panel.findChildren(QLabel)
    assert [w.text() for w in labels if w.textFormat() == Qt.TextFormat.RichText] == []


@pytest.mark.parametrize("panel_id", PANELS)
def test_each_control_is_reached_with_tab(desk: PanelDesk, panel_id: str) -> None:
    panel = opened(desk, panel_id)
    wanted = {w for w in controls(panel) if w.isEnabled()}
    # Of a row of choices one is reached with Tab, the others with arrows.
    wanted = {w for w in wanted if not isinstance(w.parent(), Segments) or w.isChecked()}  # type: ignore[attr-defined]
    reached: set[QWidget] = set()
    panel.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused is not None:
            reached.add(focused)
        desk.window.focusNextChild()
    assert {repr(w) for w in wanted - reached} == set()


SHELL_PANELS = ("measure", "events", "connection", "share", "layouts", "settings")
"""Those that are soon there: all in one window."""


def test_the_other_panels_have_names_and_no_dead_end(desk: PanelDesk) -> None:
    for panel_id in SHELL_PANELS:
        panel: QWidget = desk.open(panel_id)
        desk.settle()
        found = controls(panel)
        assert found, panel_id
        assert [w for w in found if not name_of(w)] == [], panel_id
        wanted = {w for w in found if w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus}
        radios = {w for w in wanted if isinstance(w, QRadioButton) and not w.isChecked()}
        walked = walk(desk.window)
        assert {repr(w) for w in wanted - radios - set(walked)} == set(), panel_id
        assert any(desk.window.area.isAncestorOf(w) for w in walked), "and back to the picture"
        desk.window.dock.close_panel(panel_id)


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says of a control."""
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name)


def walk(window: QWidget) -> list[QWidget]:
    """Return what Tab comes by until it is where it was."""
    walked: list[QWidget] = []
    here = window.focusWidget()
    while here not in walked:
        walked.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
        here = window.focusWidget()
    assert len(walked) > 1
    assert here is walked[0], f"Tab goes round from {here}, and never back to {walked[0]}"
    return walked


@pytest.mark.parametrize("panel_id", PANELS)
def test_a_narrow_panel_cuts_no_control(desk: PanelDesk, panel_id: str) -> None:
    panel = opened(desk, panel_id)
    desk.window.resizeDocks([desk.window.dock], [240], Qt.Orientation.Horizontal)
    desk.settle()
    for widget in controls(panel):
        if isinstance(widget.parent(), QAbstractScrollArea):
            continue
        right = widget.mapTo(panel, widget.rect().topRight()).x()
        assert right <= panel.width(), (widget, right, panel.width())
