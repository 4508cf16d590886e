"""Tools on the pictures: by key, by mouse, seen in the pixels of the window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from camstrm.wire import CameraInfo, Region
from camstrm.wire.operations import Arguments, Measure, Measurement
from client_qt.model.orientation import Orientation
from client_qt.model.settings import Settings
from client_qt.tools.marks import ACCENT
from client_qt.tools.tool_desk import desk_of
from client_qt.tools.turning import TURNS
from tests.client_qt.offline_viewer import OfflineViewer, measured
from tests.fakes.bridge.viewer_server import WaitUntil

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[OfflineViewer]:
    viewer = OfflineViewer()
    viewer.picture(0, quarters())
    viewer.picture(1)
    yield viewer
    viewer.close()


def quarters() -> NDArray[np.uint8]:
    """Red, green over blue, grey: each place shows which way it is turned."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24, :32] = (220, 20, 20)
    pixels[:24, 32:] = (20, 220, 20)
    pixels[24:, :32] = (20, 20, 220)
    pixels[24:, 32:] = (120, 120, 120)
    return pixels


def corner_colours(viewer: OfflineViewer) -> str:
    """Name the colours at the four corners of the picture, in reading order."""
    view = viewer.view()
    stage, place = viewer.stage(view), view.viewport
    names = ""
    for across, down in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
        width, height = place.picture
        left = (stage.width() - width * place.scale) / 2
        top = (stage.height() - height * place.scale) / 2
        colour = stage.pixelColor(
            int(left + across * width * place.scale), int(top + down * height * place.scale)
        )
        red, green, blue = colour.red(), colour.green(), colour.blue()
        best = max(red, green, blue)
        names += "x" if best < 160 else "rgb"[(red, green, blue).index(best)]
    return names


def test_pictures_turn_and_mirror_by_key(viewer: OfflineViewer) -> None:
    assert corner_colours(viewer) == "rgbx"
    viewer.key("]")
    assert corner_colours(viewer) == "brxg", "90 degrees clockwise"
    viewer.key("m")
    assert corner_colours(viewer) == "rbgx", "what is seen is mirrored"
    viewer.key("[")
    viewer.key("m")
    viewer.key("[")
    viewer.key("[")
    assert viewer.view().viewport.orientation.mirror is False
    assert viewer.view(1).viewport.orientation == Orientation(), "only the chosen camera"


def test_turns_are_mine_and_remembered_on_top_of_what_is_configured(qapp: QApplication) -> None:
    settings = Settings()
    cameras = (CameraInfo(0, "left", "DA0001", rotation=90), CameraInfo(1, "top", "DA0002"))
    for turns_before in (0, 1):
        viewer = OfflineViewer(settings=settings, cameras=cameras)
        try:
            viewer.picture(0, quarters())
            before = Orientation(90).rotated(90 * turns_before)
            assert viewer.view().viewport.orientation == before
            viewer.key("]")
            assert viewer.view().viewport.orientation == before.rotated(90)
        finally:
            viewer.close()
    assert settings.get(TURNS, {}) == {"DA0001": [180, False]}


def test_settings_of_another_kind_turn_nothing(qapp: QApplication) -> None:
    settings = Settings()
    settings.set(TURNS, {"DA0001": ["x", 1], "DA0002": 7})
    settings.set("tools.on", [1, "crosshair", {}])
    settings.set("tools.grid", "hexagons")
    viewer = OfflineViewer(settings=settings)
    try:
        viewer.picture(0, quarters())
        assert corner_colours(viewer)[0] == "r"
        assert desk_of(viewer.services).on("crosshair")
    finally:
        viewer.close()


def test_decoding_follows_the_turned_place(viewer: OfflineViewer) -> None:
    view = viewer.view()
    viewer.key("]")
    viewer.window.refresh()
    across, down = view._picture_area().width(), view._picture_area().height()
    assert view.picture_pixels() == (down, across)
    width, height = view.frame_pixels()
    assert width / height == pytest.approx(64 / 48, rel=0.02)
    assert width <= down
    assert height <= across


def test_frozen_picture_stands_in_colour_and_says_so(viewer: OfflineViewer) -> None:
    view = viewer.view()
    viewer.key(Qt.Key.Key_Space)
    viewer.picture(0, np.full((48, 64, 3), 90, np.uint8), us=1_000_000)
    viewer.clock.now += 60
    viewer.picture(1, us=60_000_000)
    stage = viewer.stage(view)
    assert corner_colours(viewer) == "rgbx", "the old one, and neither grey nor dark"
    assert near(stage.pixelColor(99, 1), ACCENT), "a frame around it"
    assert not view.display.headline, "it is not called old"
    viewer.key(Qt.Key.Key_Space)
    viewer.picture(0, np.full((48, 64, 3), 90, np.uint8), us=2_000_000)
    assert corner_colours(viewer) == "xxxx"
    assert not near(viewer.stage(view).pixelColor(99, 1), ACCENT)


def test_frozen_picture_of_a_camera_that_is_another_one_now_goes(viewer: OfflineViewer) -> None:
    viewer.key(Qt.Key.Key_Space)
    assert is_frozen(viewer)
    hello = viewer.session.model.hello
    assert hello is not None
    other = CameraInfo(0, "left", "another", "M", "V")
    viewer.session._on_hello(type(hello)("s2", cameras=(other,)))
    assert not is_frozen(viewer)
    assert viewer.view().picture is None


def is_frozen(viewer: OfflineViewer) -> bool:
    return viewer.session.model.cameras[0].frozen


def near(colour: object, wanted: object) -> bool:
    return all(
        abs(getattr(colour, part)() - getattr(wanted, part)()) <= 8
        for part in ("red", "green", "blue")
    )


def test_crosshair_moves_by_keys_in_sensor_pixels_as_they_are_seen(viewer: OfflineViewer) -> None:
    desk = desk_of(viewer.services)
    before = viewer.stage(viewer.view())
    viewer.key("c")
    assert viewer.stage(viewer.view()) != before
    assert desk.points().crosshair.at((64, 48)) == (32, 24), "the middle"
    viewer.key(Qt.Key.Key_Right, SHIFT)
    assert desk.points().crosshair.at((64, 48)) == (33, 24)
    viewer.key("]")
    viewer.key(Qt.Key.Key_Right, SHIFT)
    assert desk.points().crosshair.at((64, 48)) == (33, 23), "right on the screen is up there"
    viewer.key(Qt.Key.Key_Left, SHIFT | Qt.KeyboardModifier.ControlModifier)
    assert desk.points().crosshair.at((64, 48)) == (33, 33)
    viewer.key("[")
    viewer.key("c")
    viewer.clock.now += 10  # the hint about the turn goes
    viewer.picture(0, quarters(), us=10_000_000)
    assert viewer.stage(viewer.view()) == before


def test_grid_goes_through_its_kinds(viewer: OfflineViewer) -> None:
    before, seen = viewer.stage(viewer.view()), []
    for _ in range(4):
        viewer.key("g")
        viewer.services.hint(0, "")
        viewer.window.refresh()
        seen.append(viewer.stage(viewer.view()))
    assert seen[0] != before, "thirds"
    assert seen[2] == before, "millimetres without a calibration: none"
    assert seen[3] == before, "off"


def test_value_of_a_pixel_is_raw_or_said_to_be_of_the_jpeg(
    viewer: OfflineViewer, wait_until: WaitUntil
) -> None:
    from client_qt.tools.pixel_readout import PixelReadout

    view = viewer.view()
    readout = next(tool for tool in view.tools if isinstance(tool, PixelReadout))

    def said() -> str:
        found = readout.said(view.overlay_view())
        return "" if found is None else found.spoken(viewer.services.texts)

    assert said() == "", "nobody looks at it"
    viewer.key("c")
    assert said() == "32, 24: 120 (47.1 %) · from the JPEG, 8 bit"
    viewer.answers["measure"] = answer
    viewer.clock.now += 1
    wait_until(lambda: "raw" in said())
    assert said() == "32, 24: R 812 · Gr 1024 · Gb 1030 · B 333 · raw, 12 bit"
    assert viewer.calls[-1][2] == Measure(Region(32, 24, 2, 2), 0, (32, 24))
    viewer.key(Qt.Key.Key_Space)
    assert "from the frozen JPEG" in said(), "the raw one is of another frame"


def test_ruler_is_drawn_moved_and_calibrated(viewer: OfflineViewer) -> None:
    desk, view = desk_of(viewer.services), viewer.view()
    viewer.key("r")
    a, b = (view.viewport.stage_at(x + 0.5, y + 0.5) for x, y in ((10, 8), (40, 8)))
    viewer.drag(view, whole(a), whole(b))
    assert desk.points().ruler == (10, 8, 40, 8)
    c = view.viewport.stage_at(40.5, 30.5)
    viewer.drag(view, whole(b), whole(c))
    assert desk.points().ruler == (10, 8, 40, 30), "its end"
    desk.calibrate(0.5)
    assert desk.mm_per_pixel == 0.5
    assert viewer.services.settings.get("tools.scales", {}) == {"DA0001": 0.5}
    assert view.viewport.fits, "the picture did not move"


def whole(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])


def test_nothing_is_measured_while_nothing_shows_it(
    viewer: OfflineViewer, wait_until: WaitUntil
) -> None:
    viewer.answers["measure"] = answer
    desk = desk_of(viewer.services)
    viewer.key("g")
    viewer.key("r")
    assert not desk.loop.active
    viewer.key("x")
    wait_until(lambda: viewer.calls)
    viewer.key("x")
    assert not desk.loop.active
    assert {do for _, do, _, _ in viewer.calls} == {"measure"}


def answer(_camera: int, asked: Arguments | None) -> Measurement:
    assert isinstance(asked, Measure)
    return measured(asked)
