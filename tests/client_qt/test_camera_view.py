from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from camstrm.viewing.texts import Texts
from camstrm.wire import CameraInfo, CameraState, Hello, Region, View
from client_qt.model.display import CameraDisplay, Level, camera_display, state_name
from client_qt.model.viewer_model import ViewerModel
from client_qt.session.picture import DecodedPicture, decode_picture
from client_qt.widgets import camera_view, theme, view_painting
from client_qt.widgets.camera_view import CameraView
from tests.fakes.pictures.viewer_pictures import (
    bundle,
    jpeg,
    picture_frame,
    state_frame,
    view_frame,
)

FIGURES = (("shown", "30.0 fps"), ("age", "21 ms"), ("", "viewer: 0 skipped"))
LIVE = CameraDisplay("left", Level.GOOD, False, figures=FIGURES)
LOST = CameraDisplay("left", Level.BAD, True, "lost since 12:03:11", "cable unplugged", "lost")


def picture(width: int = 64, height: int = 48) -> DecodedPicture:
    return decode_picture(picture_frame(0, jpeg(width, height, (220, 60, 20)), width, height))


@pytest.fixture
def view(qapp: QApplication) -> Iterator[CameraView]:
    view = CameraView()
    view.resize(400, 400)
    yield view
    view.deleteLater()


def look(view: CameraView) -> QImage:
    return view.grab().toImage()


def hover(view: CameraView, at: QPoint) -> None:
    none = Qt.MouseButton.NoButton
    place = QPointF(view.mapToGlobal(at))
    move, keys = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QMouseEvent(move, QPointF(at), place, none, none, keys))


def near(colour: QColor, wanted: tuple[int, int, int]) -> bool:
    rgb = (colour.red(), colour.green(), colour.blue())
    return all(abs(a - b) <= 6 for a, b in zip(rgb, wanted, strict=True))


def colours_in(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    }


def test_picture_keeps_its_aspect_ratio(view: CameraView) -> None:
    view.set_display(LIVE)
    view.set_picture(picture())
    image = look(view)
    top = view._picture_area().top()
    middle = top + (400 - top) // 2
    assert near(image.pixelColor(200, middle), (220, 60, 20))
    assert near(image.pixelColor(2, middle), (220, 60, 20)), "as wide as the view"
    assert near(image.pixelColor(200, middle - 148), (220, 60, 20)), "400 * 48 / 64 = 300 high"
    for y in (middle - 153, middle + 153):
        assert image.pixelColor(200, y) == theme.TILE, "bars above and below"


def test_stale_picture_is_grey_dark_and_says_why(view: CameraView) -> None:
    view.set_display(LIVE)
    view.set_picture(picture())
    alive = look(view)
    view.set_display(LOST)
    dead = look(view)
    for point in (QPoint(30, 140), QPoint(350, 330)):
        before, after = alive.pixelColor(point), dead.pixelColor(point)
        assert before.saturation() > 200
        assert max(after.red(), after.green(), after.blue()) < 80, "dark"
        assert abs(after.red() - after.blue()) < 8, "no colour left"
    assert theme.ON_PICTURE.name() in colours_in(dead.copy(80, 180, 240, 80)), "the headline"
    assert theme.LEVEL_COLOURS[Level.BAD].name() in colours_in(dead)
    view.set_display(LIVE)
    assert look(view) == alive, "and back without a trace"


def test_new_picture_on_a_stale_view_stays_grey_until_told(view: CameraView) -> None:
    view.set_picture(picture())
    view.set_display(LOST)
    look(view)
    view.set_picture(picture(80, 60))
    assert look(view).pixelColor(30, 140).saturation() < 60


def test_view_without_picture_shows_the_headline(view: CameraView) -> None:
    view.set_display(CameraDisplay("left", Level.WAITING, True, "connecting"))
    image = look(view)
    assert theme.ON_PICTURE.name() in colours_in(image.copy(100, 150, 200, 130))
    assert theme.LEVEL_COLOURS[Level.WAITING].name() in colours_in(image)


def test_the_line_has_the_name_and_only_what_is_not_normal(view: CameraView) -> None:
    empty = look(view)
    view.set_display(LIVE)
    line = look(view).copy(view._line_area())
    assert line != empty.copy(view._line_area())
    assert theme.LEVEL_COLOURS[Level.GOOD].name() in colours_in(line.copy(0, 0, 30, 24))
    right = line.copy(120, 0, 280, line.height() - 1)
    assert colours_in(right) == {theme.HEADER.name()}, "no figures"
    view.set_display(LOST)
    assert look(view).copy(60, 0, 80, 20) != line.copy(60, 0, 80, 20), "the state"
    assert theme.LEVEL_COLOURS[Level.BAD].name() in colours_in(look(view).copy(0, 0, 30, 24))


FAULTY = [state for state in CameraState if state is not CameraState.STREAMING]


@pytest.mark.parametrize("state", FAULTY)
def test_states_are_read_without_colour(
    view: CameraView, state: CameraState, monkeypatch: pytest.MonkeyPatch
) -> None:
    for level in Level:
        monkeypatch.setitem(theme.LEVEL_COLOURS, level, QColor("#808080"))
    line = QRect(0, 0, 400, 24)
    view.set_display(LIVE)
    live = look(view).copy(line)
    model = ViewerModel()
    model.connection_opened(100)
    model.receive_hello(Hello("s1", cameras=(CameraInfo(0, "left", "A1"),)), 100)
    model.receive_bundle(bundle(1, state_frame(0, state)), 10, 100)
    display = camera_display(model, model.cameras[0], Texts("en"), 100.1)
    view.set_display(display)
    name = state_name(model.cameras[0], Texts("en"))
    assert name in (display.state, display.headline.lower())
    assert (look(view).copy(line) != live) is bool(display.state), "the word is painted"


def test_figures_are_shown_on_demand(view: CameraView) -> None:
    view.set_display(LIVE)
    without = look(view)
    view.show_figures = True
    with_figures = look(view)
    assert with_figures.copy(0, 300, 200, 100) != without.copy(0, 300, 200, 100)
    view.show_figures = False
    hover(view, QPoint(100, 8))
    assert look(view) == with_figures, "while the mouse is on the line"
    hover(view, QPoint(100, 200))
    assert look(view) == without


@pytest.mark.parametrize("size", [(160, 120), (50, 40), (1, 1), (900, 130)])
def test_any_size_and_any_text_can_be_painted(view: CameraView, size: tuple[int, int]) -> None:
    view.setMinimumSize(1, 1)
    view.resize(*size)
    view.set_picture(picture(7, 3000))
    long = CameraDisplay(
        *("n" * 300, Level.BAD, True, "h" * 300, "d " * 900, "s" * 90, "a" * 90),
        *("l" * 90, "r" * 90, "t" * 900, (("f" * 90, "9" * 900),) * 9),
    )
    view.show_figures = True
    view.set_display(long)
    assert not look(view).isNull()


def test_no_picture_any_more(view: CameraView) -> None:
    view.set_display(LIVE)
    view.set_picture(picture())
    view.set_picture(None)
    assert look(view).pixelColor(200, 200) == theme.TILE
    assert view.picture is None


def test_paint_draws_once_however_many_pictures_came(
    view: CameraView, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    paint = view_painting.paint_view

    def count(painter: QPainter, area: QRect, painting: CameraView) -> None:
        painted.append(1)
        paint(painter, area, painting)

    monkeypatch.setattr(camera_view, "paint_view", count)
    view.set_display(LIVE)
    view.show()
    qapp.processEvents()
    painted.clear()
    for _ in range(20):
        view.set_picture(picture())
    qapp.processEvents()
    assert len(painted) == 1
    view.set_display(LIVE)
    qapp.processEvents()
    assert len(painted) == 1, "the same text is no reason to paint"
    view.hide()


def test_double_click_activates_with_the_left_button_only(view: CameraView) -> None:
    clicks: list[int] = []
    view.activated.connect(lambda: clicks.append(1))
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        QTest.mouseDClick(view, button, pos=QPoint(10, 60))
    assert clicks == [1]


def test_picture_pixels_are_device_pixels(
    view: CameraView, monkeypatch: pytest.MonkeyPatch
) -> None:
    width, height = view.picture_pixels()
    assert width == 400
    assert height == 400 - view._line_area().height()
    monkeypatch.setattr(CameraView, "devicePixelRatioF", lambda _: 1.5)
    assert view.picture_pixels()[0] == 600


def test_assistive_technology_hears_what_the_view_says(view: CameraView) -> None:
    view.set_display(CameraDisplay("left", condition="lost since 12:03:11. cable unplugged"))
    assert view.accessibleName() == "left"
    assert view.accessibleDescription() == "lost since 12:03:11. cable unplugged"


def test_a_part_of_a_frame_of_another_size_is_not_shown(view: CameraView) -> None:
    look(view)
    view.set_picture(picture())
    view.viewport.zoom_to(10.0)
    part, shown = View(0, Region(0, 0, 16, 16)), []
    for frame_size in ((128, 96), (64, 48)):
        view.set_part(view_frame(part, b"", (16, 16), frame_size), picture(16, 16))
        shown.append(view.shown_part)
    view.viewport.fit()
    assert [one is not None for one in (*shown, view.shown_part)] == [False, True, False]
