"""The benchmark of the picture path: its frames are what cameras send, its counts are right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import simplejpeg

from bench.picture.jpeg_floor import build_jpeg_floor, c_encoder
from bench.picture.picture import FORMATS, Course
from bench.picture.scene import camera_scene, frame_of
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.pixel_packing import ONE_COMPONENT, pack_colour, pack_values
from tests.fakes.pictures.scenes import mosaic_of

SCENE = camera_scene(64, 48)


@pytest.mark.parametrize("name", FORMATS)
def test_frames_are_packed_by_the_letter_of_the_format(name: str) -> None:
    frame = frame_of(name, SCENE)
    if name in ONE_COMPONENT:
        pixels = mosaic_of(SCENE, "RG") if name.startswith("Bayer") else SCENE[:, :, 1]
        wanted = pack_values(name, pixels.astype(np.int64) << (ONE_COMPONENT[name][1] - 8))
    else:
        wanted = pack_colour(name, SCENE)
    assert (frame.width, frame.height, frame.pixel_format) == (64, 48, wanted.pixel_format)
    assert frame.data.shape == wanted.data.shape
    # Two roundings of the same brightness and colour may differ by one.
    assert np.abs(frame.data.astype(int) - wanted.data).max() <= (name == "YUV422_8")


def test_an_unknown_camera() -> None:
    with pytest.raises(ValueError, match="Mono16"):
        frame_of("Mono16", SCENE)


def test_the_picture_is_as_hard_to_encode_as_a_cameras() -> None:
    scene = camera_scene(2656, 2304)
    halved = cv2.resize(scene, (1328, 1152), interpolation=cv2.INTER_AREA)
    size = len(simplejpeg.encode_jpeg(halved, 80, "RGB", "420"))
    assert 200_000 < size < 350_000


def test_the_floor_in_c_makes_jpegs_of_the_usual_size() -> None:
    program, problem = build_jpeg_floor()
    if program is None:
        pytest.skip(problem)
    grey = np.ascontiguousarray(SCENE[:, :, 1])
    for way, image in (("plane", grey), ("grey", grey), ("rgb", SCENE)):
        with c_encoder(program, way, image, 80) as compress:
            assert 0 < compress() < 1


def test_a_picture_that_is_another_one_counts_as_lost() -> None:
    frame = frame_of("BayerRG8", SCENE)
    course = Course("BayerRG8", frame, to_image(frame))
    course.seconds = [course.encode(), course.encode()]
    course.check()
    assert course.lost == 0
    course.finished = course.finished[:, :, ::-1].copy()
    course.check()
    assert course.lost == 2
