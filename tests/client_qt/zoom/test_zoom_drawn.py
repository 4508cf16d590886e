"""What is drawn of a zoomed picture."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from camstrm.wire import CameraLease, Leases, Status, ViewerStatus
from client_qt.widgets import view_painting
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.bridge.zoom_desk import BLUE, FRAME, GREEN, RED, Desk, near, zoomed
from tests.fakes.pictures.viewer_pictures import BASE_US, jpeg, picture_frame, view_frame


def test_the_part_is_asked_for_and_shown_at_its_place(desk: Desk, wait_until: WaitUntil) -> None:
    frame = zoomed(desk, wait_until)
    seen, view = desk.view.viewport.visible, desk.part()[0]
    assert view.region is not None
    assert view.region.x <= seen.x
    assert view.region.y <= seen.y
    assert view.region.x + view.region.width >= seen.x + seen.width
    assert desk.server.subscriptions[-1] is None, "the whole pictures come, too"
    assert near(desk.colour(300, 400), BLUE), "the whole picture stands in"
    desk.send(wait_until, *desk.pictures(), frame)
    assert near(desk.colour(300, 400), GREEN)
    # Moved to where the part ends: beyond it the whole picture is seen.
    desk.view.viewport.pan_by(-300, 0)
    place = desk.view.viewport.place(desk.view.pictures.part.place)  # type: ignore[union-attr]  # it is there
    edge = round(place.x + place.width)
    assert near(desk.colour(edge - 4, 400), GREEN)
    assert near(desk.colour(edge + 4, 400), BLUE)
    desk.view.viewport.fit()
    assert near(desk.colour(300, 400), BLUE)


def test_a_late_part_gives_way_to_newer_whole_pictures(desk: Desk, wait_until: WaitUntil) -> None:
    frame = zoomed(desk, wait_until)
    desk.send(wait_until, *desk.pictures(), frame)
    desk.send(wait_until, *desk.pictures(33_000))
    desk.clock.now += 0.4
    assert near(desk.colour(300, 400), GREEN), "it may just be late"
    desk.clock.now += 0.2
    assert near(desk.colour(300, 400), BLUE)
    desk.send(wait_until, desk.part(late_us=66_000)[1])
    assert near(desk.colour(300, 400), GREEN), "there it is again"


def test_a_lost_camera_shows_the_part_in_grey(desk: Desk, wait_until: WaitUntil) -> None:
    desk.send(wait_until, *desk.pictures(), zoomed(desk, wait_until))
    desk.server.send(Status(BASE_US, input="none"))
    wait_until(lambda: desk.view.display.stale)
    desk.clock.now += 60
    assert desk.view.shown_part is not None
    colour = desk.colour(20, 700)
    assert colour.saturation() < 30
    assert not desk.view.viewport.fits, "and it stays where it was"


def test_a_frame_of_another_size_is_shown_whole(desk: Desk, wait_until: WaitUntil) -> None:
    desk.send(wait_until, *desk.pictures(), zoomed(desk, wait_until))
    desk.send(wait_until, picture_frame(0, jpeg(640, 480, RED), 640, 480))
    assert desk.view.viewport.fits
    assert near(desk.colour(300, 400), RED)
    wait_until(lambda: not any(v.region for v in desk.server.views))


def test_camera_pixels_are_squares_only_where_the_picture_has_them_all(
    desk: Desk, wait_until: WaitUntil
) -> None:
    zoomed(desk, wait_until, 30)
    view, _ = desk.part()
    region = view.region
    assert region is not None
    pixels = np.zeros((region.height, region.width, 3), np.uint8)
    pixels[:, ::2] = 255
    stripes = simplejpeg.encode_jpeg(pixels, quality=100, colorspace="RGB", colorsubsampling="444")
    size = region.width, region.height
    desk.send(wait_until, *desk.pictures(), view_frame(view, stripes, size, FRAME))
    row = [desk.view.grab().toImage().pixelColor(x, 500).red() for x in range(200, 400)]
    assert desk.view.viewport.scale == 40
    assert all(level < 30 or level > 225 for level in row), "no grey between black and white"
    assert {level > 128 for level in row} == {True, False}


def test_leases_are_shown(desk: Desk, wait_until: WaitUntil) -> None:
    desk.server.send(Status(BASE_US, viewer=ViewerStatus(7)))
    anna = CameraLease(0, "anna", viewer=3, asked_by="ben")
    desk.server.send(Leases((anna, CameraLease(1, "me", viewer=7))))
    wait_until(lambda: desk.view.display.lease)
    before = desk.view.grab(desk.view._line_area()).toImage()
    assert desk.view.display.lease == "anna adjusts left, ben asks for it"
    assert desk.window.views[1].display.lease == "you adjust right"
    desk.server.send(Leases(()))
    wait_until(lambda: not desk.view.display.lease)
    assert desk.view.grab(desk.view._line_area()).toImage() != before


def test_where_it_is_and_the_map_are_drawn_only_while_zoomed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    monkeypatch.setattr(view_painting, "paint_where", lambda *a: texts.append(a[2]))
    desk.view.grab()
    assert texts == []
    QTest.keyClick(desk.view, Qt.Key.Key_Z)
    image = desk.view.grab().toImage()
    seen = desk.view.viewport.visible
    assert texts[-1].startswith("100 % · ")
    assert texts[-1].endswith(f" at {int(seen.x)}, {int(seen.y)}")
    area = desk.view._picture_area()
    corner = image.copy(area.width() - 104, area.top() + 4, 100, 90)
    white = QColor(Qt.GlobalColor.white)
    found = {corner.pixelColor(x, y).name() for x in range(100) for y in range(90)}
    assert white.name() in found, "a frame around what is visible"
