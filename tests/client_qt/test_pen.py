"""Lines and regions are drawn by keys alone, as on the page (page_tools/test_page_measured.py)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from camstrm.wire import Region
from client_qt.panels.measure.measure_panel import MeasurePanel
from client_qt.tools.tool_desk import ToolDesk, desk_of
from tests.client_qt.offline_viewer import OfflineViewer

SHIFT = Qt.KeyboardModifier.ShiftModifier
FAR = SHIFT | Qt.KeyboardModifier.ControlModifier
LEFT, RIGHT, UP = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up
ENTER = Qt.Key.Key_Return


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer()
    viewer.picture(0, np.full((48, 64, 3), 90, np.uint8))
    viewer.picture(1)
    yield viewer
    viewer.close()


@pytest.fixture
def desk(viewer: OfflineViewer) -> ToolDesk:
    return desk_of(viewer.services)


def test_the_ruler_is_drawn_from_the_crosshair_to_the_crosshair(
    viewer: OfflineViewer, desk: ToolDesk
) -> None:
    view, said = viewer.view(), list[str]()
    viewer.services.announce = said.append  # type: ignore[method-assign,assignment]
    viewer.key("r")
    assert viewer.view().hint.endswith("Shift + Enter at both ends")
    viewer.key(LEFT, FAR)
    x, y = view.viewport.stage_at(22.5, 4)
    colour = viewer.stage(view).pixelColor(int(x), int(y))
    assert colour.lightness() > 200, "the crosshair is seen although it is off"
    viewer.key(ENTER, SHIFT)
    assert desk.points().ruler == (22, 24, 22, 24)
    assert viewer.view().hint == "From 22, 24; Shift + Enter at the other end"
    for _ in range(3):
        viewer.key(RIGHT, FAR)
    viewer.key(UP, SHIFT)
    assert desk.points().ruler == (22, 24, 52, 23), "it follows"
    viewer.key(ENTER, SHIFT)
    assert said[-1].startswith("30.0 px")
    viewer.key(RIGHT, SHIFT)
    assert desk.points().ruler == (22, 24, 52, 23), "it is drawn: keys change it no more"
    viewer.key(ENTER, SHIFT)
    assert desk.points().ruler == (53, 23, 53, 23), "another one"
    viewer.key("r")
    viewer.key(RIGHT, SHIFT)
    assert desk.points().crosshair.at((64, 48)) == (53, 23), "nothing is drawn, nothing moves"


def test_what_was_taken_last_is_drawn_and_the_region_first(
    viewer: OfflineViewer, desk: ToolDesk
) -> None:
    viewer.key("r")
    viewer.key("p")
    viewer.key(ENTER, SHIFT)
    viewer.key(RIGHT, FAR)
    viewer.key(ENTER, SHIFT)
    assert (desk.points().ruler, desk.points().profile) == (None, (32, 24, 42, 24))
    panel = viewer.window.dock.panel("measure")
    assert isinstance(panel, MeasurePanel)
    panel.region.draw.click()
    viewer.view().setFocus()
    viewer.key(ENTER, SHIFT)
    viewer.key(LEFT, FAR)
    viewer.key(UP, FAR)
    viewer.key(ENTER, SHIFT)
    assert desk.points().drawn == Region(32, 14, 10, 10)
    assert desk.region_kind == "drawn"
    assert not panel.region.draw.isChecked()


def test_another_camera_begins_with_its_first_end(viewer: OfflineViewer, desk: ToolDesk) -> None:
    viewer.key("r")
    viewer.key(ENTER, SHIFT)
    viewer.key("2")
    viewer.key(ENTER, SHIFT)
    assert desk.points(1).ruler == (32, 24, 32, 24)
    assert desk.points(0).ruler == (32, 24, 32, 24), "what was begun stays as it is"


def test_without_something_to_draw_enter_is_what_it_is(viewer: OfflineViewer) -> None:
    viewer.key("c")
    viewer.key(ENTER, SHIFT)
    assert viewer.view().hint == ""
