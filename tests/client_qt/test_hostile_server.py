"""A server that means harm: everything that it sends is bounded, and text stays text."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QWidget

from camstrm.backoff import Backoff
from camstrm.client.address import parse_address
from camstrm.wire import CameraFrame, CameraInfo, CameraStatus, Hello, Status
from client_qt.model.display import camera_display
from client_qt.model.pixel_budget import PixelBudget
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from client_qt.widgets.main_window import MainWindow
from client_qt.widgets.services import ViewerServices
from tests.fakes.bridge.viewer_server import ViewerServer, WaitUntil
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, grey_jpeg, picture_frame
from tests.fakes.viewer_window import end_viewer

IMAGE = "<img src='file:///etc/passwd'><b>bold</b>"
OVERRIDE = "left\u202egpj.exe"


class Viewer:
    """A whole viewer of one hostile server."""

    def __init__(self, hello: Hello, budget: PixelBudget | None = None) -> None:
        self.server = ViewerServer(hello=hello)
        pause = Backoff(30.0, limit_s=30.0)
        self.client = StreamClient(parse_address(self.server.url), backoff=pause)
        self.decoder = PictureDecoder(budget=budget)
        self.session = StreamSession(self.client, self.decoder)
        self.services = ViewerServices()
        self.services.add_server(self.session, "server")
        self.window = MainWindow(self.services)
        self.losses: list[str] = []
        self.client.lost.connect(lambda reason, _wait: self.losses.append(reason))
        self.window.show()
        self.session.start()

    def tips(self) -> list[str]:
        return [widget.toolTip() for widget in self.window.findChildren(QWidget)]

    def shows_picture(self, camera: int) -> bool:
        return self.window.views[camera].picture is not None

    def close(self) -> None:
        end_viewer(self.window, self.services, self.session, self.decoder, self.client)
        self.server.close()


@pytest.fixture
def closing() -> Iterator[list[Viewer]]:
    viewers: list[Viewer] = []
    yield viewers
    for viewer in viewers:
        viewer.close()


def cameras(*names: str) -> tuple[CameraInfo, ...]:
    return tuple(CameraInfo(index, name) for index, name in enumerate(names))


def test_ten_thousand_cameras_are_answered_with_a_sentence(
    closing: list[Viewer], wait_until: WaitUntil
) -> None:
    viewer = Viewer(Hello("s", cameras=cameras(*(f"camera {n}" for n in range(10_000)))))
    closing.append(viewer)
    wait_until(lambda: viewer.losses)
    assert "256" in viewer.losses[0]
    assert len(viewer.losses[0]) < 500
    assert viewer.window.views == {}


def test_markup_in_names_and_reasons_is_text(closing: list[Viewer], wait_until: WaitUntil) -> None:
    viewer = Viewer(Hello("s", cameras=cameras(IMAGE[:60])))
    closing.append(viewer)
    wait_until(lambda: viewer.window.views)
    lost = CameraStatus(index=0, state=5, reason=IMAGE, pixel_format=IMAGE)
    viewer.server.send(Status(BASE_US, cameras=(lost,)))
    wait_until(lambda: viewer.session.model.status)
    viewer.window.refresh()
    for label in viewer.window.findChildren(QLabel):
        if "img" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText
    for tip in viewer.tips():
        assert not ("<img" in tip and Qt.mightBeRichText(tip)), tip


def test_controls_and_overrides_of_direction_are_shown_as_signs(
    closing: list[Viewer], wait_until: WaitUntil
) -> None:
    viewer = Viewer(Hello("s", cameras=cameras(OVERRIDE)))
    closing.append(viewer)
    wait_until(lambda: viewer.window.views)
    reason = "\x1b[2J\u2066" + "x" * 100_000
    viewer.server.send(Status(BASE_US, cameras=(CameraStatus(index=0, state=5, reason=reason),)))
    wait_until(lambda: viewer.session.model.status or viewer.losses)
    model, now = viewer.session.model, viewer.session.clock()
    for known in model.cameras.values():
        shown = camera_display(model, known, viewer.services.texts, now)
        whole = "".join(str(part) for part in vars(shown).values())
        assert not set(whole) & set("\u202e\u2066\x1b")
        assert len(whole) < 10_000


def test_a_progressive_picture_is_not_decoded_and_the_stream_goes_on(
    closing: list[Viewer], wait_until: WaitUntil
) -> None:
    viewer = Viewer(Hello("s", cameras=cameras("left")))
    closing.append(viewer)
    wait_until(lambda: viewer.window.views)
    pixels = np.zeros((48, 64, 3), np.uint8)
    data = bytes(cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_PROGRESSIVE, 1))[1])
    viewer.server.send_bundle(bundle(1, picture_frame(0, data, 64, 48)))
    wait_until(lambda: viewer.session.model.cameras[0].failed == 1)
    assert "progressive" in viewer.session.model.cameras[0].last_problem
    assert not viewer.shows_picture(0)
    viewer.server.send_bundle(bundle(2, picture_frame(0, grey_jpeg(64, 48), 64, 48)))
    wait_until(lambda: viewer.server.acks[-1:] == [2])
    assert viewer.shows_picture(0)
    assert viewer.losses == []


def test_many_large_pictures_do_not_fill_the_memory(
    closing: list[Viewer], wait_until: WaitUntil
) -> None:
    budget = PixelBudget(4 * 64 * 48)
    viewer = Viewer(Hello("s", cameras=cameras(*"abcdefghij")), budget)
    closing.append(viewer)
    wait_until(lambda: len(viewer.window.views) == 10)
    data = grey_jpeg(64, 48)
    frames = [picture_frame(camera, data, 64, 48) for camera in range(10)]
    viewer.server.send_bundle(bundle(1, *frames))
    wait_until(lambda: viewer.server.acks)
    shown = [view for view in viewer.window.views.values() if view.picture is not None]
    assert len(shown) == 4
    assert budget.total == 4 * 64 * 48
    assert viewer.losses == []


@pytest.mark.parametrize("size", [(0, 0), (65535, 65535), (1, 65535)])
def test_sizes_that_are_none_cost_no_memory(
    size: tuple[int, int], closing: list[Viewer], wait_until: WaitUntil
) -> None:
    viewer = Viewer(Hello("s", cameras=cameras("left")))
    closing.append(viewer)
    wait_until(lambda: viewer.window.views)
    frame: CameraFrame = picture_frame(0, grey_jpeg(64, 48), *size)
    viewer.server.send_bundle(bundle(1, frame))
    wait_until(lambda: viewer.losses or viewer.session.model.cameras[0].failed)
    assert not viewer.shows_picture(0)
