"""Every control of the panels has a name and is reached by keyboard, in both languages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from client_qt.panels.controls.segments import Segments
from tests.client_qt.panels.conftest import OpenDesk
from tests.fakes.bridge.panel_desk import PanelDesk

CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit),
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
        inner = isinstance(widget.parent(), QComboBox | QLineEdit)
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
