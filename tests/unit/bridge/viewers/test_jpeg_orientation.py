"""EXIF orientation, as a decoder that knows nothing of camstrm takes it."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest
import simplejpeg

from camstrm.bridge.viewers.jpeg_orientation import orientation, oriented
from camstrm.wire import CameraInfo

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def picture() -> np.ndarray:
    """A picture without symmetry: dark, with a bright upper left quarter and a grey edge."""
    image = np.zeros((32, 64, 1), np.uint8)
    image[:16, :32] = 255
    image[24:, 32:] = 120
    return image


JPEG = simplejpeg.encode_jpeg(picture(), quality=95, colorspace="GRAY")


def camera(rotation: int, mirror: bool) -> CameraInfo:
    return CameraInfo(0, "left", rotation=rotation, mirror=mirror)


@pytest.mark.parametrize(("rotation", "mirror"), [*product((0, 90, 180, 270), (False, True))])
def test_a_decoder_shows_it_mirrored_first_and_then_turned_clockwise(
    rotation: int, mirror: bool
) -> None:
    begin, rest = oriented(memoryview(JPEG), camera(rotation, mirror))
    decoded = cv2.imdecode(np.frombuffer(begin + bytes(rest), np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    shown = decoded[:, :, 0]
    wanted = picture()[:, :, 0]
    if mirror:
        wanted = cv2.flip(wanted, 1)
    if rotation:
        wanted = cv2.rotate(wanted, TURNS[rotation])
    assert shown.shape == wanted.shape
    assert np.abs(shown.astype(int) - wanted).max() < 30


def test_a_picture_that_is_shown_as_it_is_stays_byte_for_byte() -> None:
    begin, rest = oriented(JPEG, camera(0, False))
    assert (begin, rest) == (b"", JPEG)


def test_all_eight_are_different() -> None:
    found = {orientation(camera(r, m)) for r, m in product((0, 90, 180, 270), (False, True))}
    assert found == set(range(1, 9))


def test_what_a_later_grabber_says_is_taken_for_upright() -> None:
    assert orientation(camera(45, False)) == 1
    assert orientation(camera(45, True)) == 2


def test_what_is_no_jpeg_is_left_alone() -> None:
    assert oriented(b"PNG", camera(90, False)) == (b"", b"PNG")
    assert oriented(b"", camera(90, False)) == (b"", b"")
