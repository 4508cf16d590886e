"""The measure panel and what measures for it: asked for while it is seen, by keyboard too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QSpinBox

from camstrm.errors import CallError
from camstrm.wire import Region
from camstrm.wire.operations import Arguments, Measure, Measurement
from client_qt.panels.measure.chart import Axis, Chart, Curve
from client_qt.panels.measure.measure_panel import MeasurePanel
from client_qt.tools.measure_loop import MeasureLoop, MeasureWish, together
from client_qt.tools.tool_desk import desk_of
from tests.client_qt.offline_viewer import OfflineViewer, measured
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.clock import Clock


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer()
    viewer.picture(0)
    viewer.picture(1)
    viewer.answers["measure"] = answer
    yield viewer
    viewer.close()


def answer(_camera: int, asked: Arguments | None) -> Measurement:
    assert isinstance(asked, Measure)
    return measured(asked)


@pytest.fixture
def panel(viewer: OfflineViewer, wait_until: WaitUntil) -> MeasurePanel:
    viewer.key("h")
    panel = viewer.window.dock.panel("measure")
    assert isinstance(panel, MeasurePanel)
    wait_until(lambda: panel.figures.cells)
    return panel


def measures(viewer: OfflineViewer) -> list[Measure]:
    return [asked for _, do, asked, _ in viewer.calls if do == "measure"]  # type: ignore[misc]  # they are


def test_one_call_has_all_that_is_shown(
    viewer: OfflineViewer, panel: MeasurePanel, wait_until: WaitUntil
) -> None:
    viewer.key("p")
    panel.profile.switch.click()
    panel.profile.switch.click()
    assert panel.profile.line == (16, 24, 47, 24), "a line at once, to be moved by the fields"
    viewer.clock.now += 1
    wait_until(lambda: panel.profile.chart.curves)
    last = measures(viewer)[-1]
    assert last == Measure(None, 256, None, (16, 24, 47, 24))
    assert panel.profile.read.text().startswith("16, 24 to 47, 24")
    chart = panel.profile.chart
    end = chart.plot_area().right() - 1, chart.plot_area().center().y()
    QApplication.sendEvent(chart, mouse_move(*end))
    assert panel.profile.read.text().startswith("At "), "values under the pointer"
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert panel.profile.read.text().startswith("16, 24 to 47, 24")
    assert {curve.name for curve in panel.figures.chart.curves} == {"R", "G", "B"}
    assert panel.figures.clipped.text() == "0.50 % of R clipped"
    assert panel.figures.cells[1, 1].text() == "1000.0"
    assert "BayerRG12, 12 bit raw" in panel.figures.source.text()


def test_at_most_five_a_second_and_none_while_closed(
    viewer: OfflineViewer, panel: MeasurePanel, qapp: QApplication, wait_until: WaitUntil
) -> None:
    desk = desk_of(viewer.services)
    for _ in range(60):
        viewer.clock.now += 0.05
        desk.loop._look()
    assert 12 <= len(measures(viewer)) <= 16, "in three seconds, with the first"
    viewer.key("h")
    assert not desk.loop.active
    count = len(viewer.calls)
    viewer.clock.now += 5
    desk.loop._look()
    assert len(viewer.calls) == count
    viewer.key("h")
    wait_until(lambda: len(viewer.calls) > count)


def test_minimised_window_measures_nothing(viewer: OfflineViewer, panel: MeasurePanel) -> None:
    viewer.key("x")
    viewer.window.showMinimized()
    viewer.clock.now += 5
    count = len(viewer.calls)
    desk_of(viewer.services).loop._look()
    assert len(viewer.calls) == count


def test_another_camera_is_measured_when_it_is_chosen(
    viewer: OfflineViewer, panel: MeasurePanel, wait_until: WaitUntil
) -> None:
    viewer.services.choose(1)
    assert not panel.figures.chart.curves, "the figures of the other one are gone"
    viewer.clock.now += 1
    wait_until(lambda: panel.figures.chart.curves)
    assert viewer.calls[-1][0] == 1


def test_failure_is_a_sentence_and_tried_again_a_second_later(
    viewer: OfflineViewer, panel: MeasurePanel
) -> None:
    viewer.answers["measure"] = lambda _camera, _asked: CallError("left is lost", "wait")
    desk = desk_of(viewer.services)
    viewer.clock.now += 1
    desk.loop._look()
    assert panel.figures.chart.note == "left is lost. wait"
    assert panel.figures.clipped.text() == ""
    count = len(viewer.calls)
    viewer.clock.now += 0.9
    desk.loop._look()
    assert len(viewer.calls) == count
    viewer.clock.now += 0.2
    desk.loop._look()
    assert len(viewer.calls) == count + 1


def test_focus_follows_the_sharpness_and_holds_its_peak(
    viewer: OfflineViewer, panel: MeasurePanel
) -> None:
    desk = desk_of(viewer.services)
    sharp = {"value": 100.0}
    viewer.answers["measure"] = lambda _camera, asked: measured(
        asked,  # type: ignore[arg-type]  # a Measure
        sharpness=sharp["value"],
        us=int(viewer.clock.now * 1e6),
    )

    def run(value: float) -> str:
        sharp["value"] = value
        for _ in range(20):
            viewer.clock.now += 0.25
            desk.loop._look()
        return panel.focus.part.text()

    assert run(400).startswith("At the peak")
    assert run(200).startswith("50 % of the peak")
    assert panel.focus.gauge.accessibleDescription() == panel.focus.part.text()
    panel.focus.reset.click()
    assert panel.focus.part.text().startswith("At the peak")
    viewer.clock.now += 3
    panel.focus.refresh()
    assert panel.focus.part.text() == "No new picture"


def test_region_by_fields_and_by_mouse(viewer: OfflineViewer, panel: MeasurePanel) -> None:
    desk, view = desk_of(viewer.services), viewer.view()
    for field, value in zip(panel.region.place.fields, (10, 8, 20, 16), strict=True):
        field.setValue(value)
    assert desk.region == Region(10, 8, 20, 16)
    assert panel.region.kind.currentData() == "drawn"
    panel.region.draw.click()
    a, b = (view.viewport.stage_at(x, y) for x, y in ((5, 5), (24, 20)))
    viewer.drag(view, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])))
    assert desk.region is not None
    assert (desk.region.x, desk.region.y) == (4, 4)
    assert not panel.region.draw.isChecked(), "once"
    numbers = [field.value() for field in panel.region.place.fields]
    assert numbers == [desk.region.x, desk.region.y, desk.region.width, desk.region.height]
    viewer.clock.now += 1
    desk.loop._look()
    assert measures(viewer)[-1].region == desk.region


def test_ruler_is_calibrated_by_keyboard(viewer: OfflineViewer, panel: MeasurePanel) -> None:
    panel.ruler.switch.click()
    assert panel.ruler.line == (16, 24, 47, 24)
    panel.ruler.known.setFocus()
    QTest.keyClicks(panel.ruler.known, "nonsense")
    QTest.keyClick(panel.ruler.known, Qt.Key.Key_Return)
    assert "Type a length in mm" in panel.ruler.scale.text()
    panel.ruler.known.clear()
    QTest.keyClicks(panel.ruler.known, "15,5 mm")
    QTest.keyClick(panel.ruler.known, Qt.Key.Key_Return)
    assert panel.ruler.length.text().startswith("15.5 mm · 31.0 px")
    panel.ruler.forget.click()
    assert panel.ruler.length.text().startswith("31.0 px")


def test_every_control_has_a_name_and_takes_the_keyboard(
    viewer: OfflineViewer, panel: MeasurePanel
) -> None:
    kinds = (QAbstractButton, QSpinBox, QComboBox, QLineEdit)
    for control in (c for kind in kinds for c in panel.findChildren(kind)):
        if isinstance(control, QLineEdit) and isinstance(control.parent(), QSpinBox):
            continue
        named = control.accessibleName() or (
            control.text() if isinstance(control, QAbstractButton) else ""
        )
        assert named, control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, named
    assert all(chart.accessibleName() for chart in panel.findChildren(Chart))


def test_panel_says_that_figures_are_not_of_the_frozen_picture(
    viewer: OfflineViewer, panel: MeasurePanel
) -> None:
    assert panel.note.isHidden()
    viewer.services.actions.run("freeze")
    panel._refresh_state()
    assert "frozen" in panel.note.text()


def test_a_measure_that_comes_late_is_not_of_the_new_camera(qapp: QApplication) -> None:
    asked, came, clock = [], [], Clock()
    loop = MeasureLoop(
        lambda camera, _do, _with, answer: asked.append((camera, answer)), clock=clock
    )
    loop.measured.connect(lambda _asked, measurement: came.append(measurement))
    loop.want("panel", MeasureWish(figures=True))
    loop.set_camera(0, (64, 48))
    loop._look()
    loop.set_camera(1, (64, 48))
    asked[0][1](measured(Measure()))
    assert not came
    clock.now += 1
    loop._look()
    asked[-1][1](measured(Measure()))
    assert [camera for camera, _ in asked] == [0, 1]
    assert len(came) == 1
    loop.stop()
    loop.deleteLater()


def test_a_point_or_a_line_alone_measures_no_figures() -> None:
    frame = (64, 48)
    assert together([], frame) is None
    point = together([MeasureWish(point=(63, 47))], frame)
    assert point == Measure(Region(62, 46, 2, 2), 0, (63, 47))
    both = together([MeasureWish(point=(1, 2)), MeasureWish(figures=True, bins=64)], frame)
    assert both == Measure(None, 64, (1, 2))


@pytest.mark.parametrize("size", [(160, 40), (400, 200), (3, 3)])
def test_chart_of_any_size_draws_its_curves_inside(
    qapp: QApplication, size: tuple[int, int]
) -> None:
    chart = Chart()
    chart.resize(*size)
    points = [(x / 255, 1.0 if x == 255 else 0.5) for x in range(256)]
    ticks = Axis([(0.0, "0"), (1.0, "4095")])
    chart.show_curves([Curve("R", points, filled=True)], ticks, ticks, "R")
    image = chart.grab().toImage()
    plot = chart.plot_area()
    red = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).red() > image.pixelColor(x, y).green() + 60
    ]
    assert all(plot.adjusted(-1, -1, 1, 1).contains(x, y) for x, y in red)
    assert bool(red) == (size[0] > 100)
    chart.show_note("why not")
    assert chart.accessibleDescription() == "why not"
    chart.deleteLater()


def test_zebra_marks_only_what_is_clipped(viewer: OfflineViewer) -> None:
    pixels = np.full((48, 64, 3), 120, np.uint8)
    pixels[:, 32:] = (255, 10, 10)
    viewer.picture(0, pixels)
    view = viewer.view()
    before = viewer.stage(view)
    viewer.key("k")
    after = viewer.stage(view)
    middle = round(view.viewport.stage_at(32, 24)[0])
    row = round(view.viewport.stage_at(0, 24)[1])
    changed = [
        x for x in range(after.width()) if after.pixelColor(x, row) != before.pixelColor(x, row)
    ]
    assert changed, "stripes"
    assert min(changed) >= middle - 2, "nothing on the grey half"
    assert len(changed) < after.width() // 2, "stripes, no area"
    assert viewer.session.zebra, "the decoder makes them from now on"
    viewer.key("k")
    assert viewer.stage(view) == before


def mouse_move(x: float, y: float) -> QMouseEvent:
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    at = QPointF(x, y)
    return QMouseEvent(QEvent.Type.MouseMove, at, at, no_button, no_button, no_key)
