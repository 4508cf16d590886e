from __future__ import annotations

import cv2
import numpy as np
import pytest
import simplejpeg

from camstrm.imaging.jpeg import encode_jpeg, encode_planes
from tests.fakes.pictures.scenes import natural_scene, psnr


def test_grey_has_one_component() -> None:
    image = natural_scene(40, 60)[:, :, 1].copy()
    jpeg = encode_jpeg(image, "GRAY", 90)
    assert simplejpeg.decode_jpeg_header(jpeg) == (40, 60, "Gray", "Gray")
    start_of_frame = jpeg.index(b"\xff\xc0")
    assert jpeg[start_of_frame + 9] == 1
    assert psnr(simplejpeg.decode_jpeg(jpeg, "GRAY")[:, :, 0], image) > 35


@pytest.mark.parametrize("channels", ["RGB", "BGR", "RGBA", "BGRA"])
def test_colour_is_subsampled_and_in_order(channels: str) -> None:
    scene = natural_scene(48, 64)
    planes = {"R": scene[:, :, 0], "G": scene[:, :, 1], "B": scene[:, :, 2]}
    planes["A"] = np.full((48, 64), 9, np.uint8)
    jpeg = encode_jpeg(np.stack([planes[c] for c in channels], axis=-1), channels, 90)
    assert simplejpeg.decode_jpeg_header(jpeg) == (48, 64, "YCbCr", "420")
    assert psnr(simplejpeg.decode_jpeg(jpeg, "RGB"), scene) > 30


def test_lines_with_a_gap_between_them() -> None:
    colour = natural_scene(32, 50)
    grey = colour[:, :, 0].copy()
    for wide, channels in ((colour, "RGB"), (grey, "GRAY")):
        wide.flags.writeable = False
        cut = wide[:, :41]
        assert encode_jpeg(cut, channels, 80) == encode_jpeg(cut.copy(), channels, 80)


def test_quality_changes_the_size() -> None:
    image = natural_scene(64, 64)
    assert len(encode_jpeg(image, "RGB", 30)) < len(encode_jpeg(image, "RGB", 95)) / 2


def test_planes_are_stored_as_they_are() -> None:
    scene = natural_scene(48, 64)
    planes = cv2.split(cv2.cvtColor(scene, cv2.COLOR_RGB2YCrCb))
    red, blue = (cv2.resize(plane, (32, 24), interpolation=cv2.INTER_AREA) for plane in planes[1:])
    jpeg = encode_planes(planes[0], blue, red, 90)
    assert simplejpeg.decode_jpeg_header(jpeg) == (48, 64, "YCbCr", "420")
    shown = simplejpeg.decode_jpeg(jpeg, "RGB")
    other = simplejpeg.decode_jpeg(encode_jpeg(scene, "RGB", 90), "RGB")
    assert psnr(shown, other) > 40


def test_planes_with_a_gap_between_their_lines() -> None:
    scene = natural_scene(32, 64)
    luma, blue, red = scene[:, :, 0], scene[:16, :32, 1], scene[:16, :32, 2]
    assert encode_planes(luma, blue, red, 80) == encode_planes(
        luma.copy(), blue.copy(), red.copy(), 80
    )
