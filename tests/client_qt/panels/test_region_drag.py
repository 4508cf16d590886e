"""The region and a grey are chosen on the picture, with the mouse and with keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from camstrm.wire import Region
from camstrm.wire.operations import ChannelMeasurement, Measurement
from client_qt.model.viewport import Rectangle
from client_qt.widgets.camera_view import CameraView
from tests.client_qt.panels.test_setup_panel import card, setup_of
from tests.fakes.bridge.panel_desk import PanelDesk

ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def point(view: CameraView, x: float, y: float) -> QPoint:
    """Return where on the view a point of the sensor is."""
    place = view.viewport.place(Rectangle(x, y, 1, 1))
    area = view._picture_area()
    return QPoint(round(place.x) + area.left(), round(place.y) + area.top())


def drag(view: CameraView, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def region_card(desk: PanelDesk) -> Any:
    panel = setup_of(desk)
    region = card(panel, "region")
    desk.wait(region.draw.isEnabled)
    return region


def test_a_region_is_drawn_snapped_and_set_in_one_go(desk: PanelDesk) -> None:
    region = region_card(desk)
    view = desk.window.views[0]
    region.draw.click()
    assert view.hasFocus()
    # From a handle of the whole sensor: its lower right corner.
    drag(view, point(view, 636, 477), point(view, 333, 251))
    width, height = int(region.fields["width"].text()), int(region.fields["height"].text())
    assert (width % 16, height % 2) == (0, 0)
    assert abs(width - 333) <= 20
    assert abs(height - 251) <= 6
    assert desk.server.said("load", "set") == [], "drawing sets nothing"
    desk.key(view, Qt.Key.Key_Return)
    panel = desk.open("setup")
    desk.wait(panel.question.isVisible)
    panel.question.yes.click()
    desk.wait(lambda: desk.server.said("load"))
    [load] = desk.server.said("load")
    assert load.stop
    assert f"Width\t{width}\n" in load.text
    assert f"Height\t{height}\n" in load.text
    assert not region.draw.isChecked()


def test_arrows_move_and_shift_resizes(desk: PanelDesk) -> None:
    region = region_card(desk)
    view = desk.window.views[0]
    region.draw.click()
    for _ in range(20):
        desk.key(view, Qt.Key.Key_Left, SHIFT, CTRL)
        desk.key(view, Qt.Key.Key_Up, SHIFT, CTRL)
    small = {part: field.text() for part, field in region.fields.items()}
    assert int(small["width"]) < 640
    desk.key(view, Qt.Key.Key_Right)
    assert int(region.fields["x"].text()) == int(small["x"]) + 4, "one step of OffsetX"
    assert region.fields["width"].text() == small["width"]
    desk.key(view, Qt.Key.Key_Escape)
    assert not region.draw.isChecked()
    assert desk.server.said("load", "set") == []
    region.cancel.click()
    assert region.fields["width"].text() == "640"


def test_typed_numbers_are_a_draft_that_fits(desk: PanelDesk) -> None:
    region = region_card(desk)
    desk.type(region.fields["width"], "321")
    assert region.fields["width"].text() == "336", "the next that has all of it"
    desk.type(region.fields["x"], "500")
    assert int(region.fields["x"].text()) + int(region.fields["width"].text()) <= 640
    desk.type(region.fields["y"], "nonsense")
    assert region.under.text() == desk.say("setup.number.not_one")
    assert region.set_it.isVisible()
    region.whole.click()
    assert not region.set_it.isVisible(), "that is what the camera has"


def grey(*means: float) -> Measurement:
    channels = [
        ChannelMeasurement(name, mean, 0, 255, 1.0, 0.0, 0.0)
        for name, mean in zip("RGB", means, strict=True)
    ]
    return Measurement("BayerRG8", 8, Region(0, 0, 8, 8), 64, 1, tuple(channels), 0.0)


def test_a_click_on_something_grey_balances_the_colours(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    white = card(panel, "white")
    desk.wait(lambda: white.colours["Blue"].field.text() == "2")
    desk.server.measurement = grey(100, 120, 60)
    view = desk.window.views[0]
    white.pick.click()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point(view, 320, 240))
    desk.wait(lambda: desk.server.ratios["Blue"] != 2.0)
    # The exposure card measures the whole picture by itself.
    [measured] = [asked for asked in desk.server.said("measure") if asked.exact]
    assert measured.region.x <= 320 <= measured.region.x + measured.region.width
    assert desk.server.ratios == {"Red": 1.8, "Green": 1.0, "Blue": 4.0}
    assert not white.pick.isChecked()


def test_a_grey_that_is_too_bright_says_so(desk: PanelDesk) -> None:
    panel = setup_of(desk)
    white = card(panel, "white")
    desk.wait(white.pick.isEnabled)
    clipped = ChannelMeasurement("R", 255, 255, 255, 0.0, 90.0, 0.0)
    usual = grey(1, 200, 200)
    desk.server.measurement = Measurement(
        "BayerRG8", 8, usual.region, 64, 1, (clipped, *usual.channels[1:]), 0.0
    )
    white.pick.click()
    desk.key(desk.window.views[0], Qt.Key.Key_Return)
    desk.wait(lambda: white.under.text() == desk.say("setup.white.clipped"))
    assert desk.server.said("set", "load") == []


def test_another_camera_ends_the_choice(desk: PanelDesk) -> None:
    region = region_card(desk)
    region.draw.click()
    desk.services.choose(1)
    assert region._choice.part is None
    QTest.mouseClick(desk.window.views[0], Qt.MouseButton.LeftButton)
