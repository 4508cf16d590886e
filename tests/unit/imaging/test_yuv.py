from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from camstrm.frame import pixel_format
from camstrm.imaging.pixel_blocks import pixel_blocks
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.yuv import planes_from_yuv, rgb_from_yuv
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.pixel_packing import ALL_CODES, INTERLEAVED, pack_colour, raw_frame
from tests.fakes.pictures.scenes import gradient_scene, plain_scene, psnr

NAMES = [name for name in INTERLEAVED if name.startswith("Y")]
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (90, 160, 30)]


def rgb_of(luma: float, blueness: float, redness: float) -> list[float]:
    """Convert one pixel by JFIF's formulas."""
    red = luma + 1.402 * (redness - 128)
    green = luma - 0.344136 * (blueness - 128) - 0.714136 * (redness - 128)
    blue = luma + 1.772 * (blueness - 128)
    return [min(255.0, max(0.0, value)) for value in (red, green, blue)]


def reference(
    name: str, data: bytes, width: int, height: int, padding_x: int
) -> NDArray[np.float64]:
    """Decode byte by byte; a colour that the bytes end before is left as not-a-number."""
    order = INTERLEAVED[name][1]
    per_group = 1 + max(pixel for _, pixel in order)
    places = {entry: place for place, entry in enumerate(order)}
    rgb = np.full((height, width, 3), np.nan)
    used = -(-width * len(order) // per_group)
    for y in range(height):
        for x in range(width):
            if padding_x:
                start, end, index = y * (used + padding_x), y * (used + padding_x) + used, x
            else:
                start, end, index = 0, len(data), y * width + x
            group = start + index // per_group * len(order)
            at = [group + places["Y", index % per_group]]
            at += [group + places["Cb", 0], group + places["Cr", 0]]
            if max(at) < end:
                rgb[y, x] = rgb_of(data[at[0]], data[at[1]], data[at[2]])
    return rgb


@pytest.mark.parametrize("padding_x", [0, 3])
@pytest.mark.parametrize("name", NAMES)
def test_random_bytes(name: str, padding_x: int) -> None:
    rng = np.random.default_rng(11)
    for width, height in ((8, 4), (12, 3), (7, 3), (5, 5), (6, 2), (3, 1), (1, 3)):
        known = pixel_format(ALL_CODES[name])
        size = known.payload_size(width, height, padding_x)
        data = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
        image = to_image(raw_frame(data, width, height, known.code, padding_x))
        wanted = reference(name, data, width, height, padding_x)
        difference = np.abs(image - wanted)
        assert np.nanmax(difference, initial=0) <= 2, f"{width}x{height}"
        assert np.isnan(wanted).sum() <= 9 * (height if padding_x else 1)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", NAMES)
def test_a_plain_colour_at_full_range(name: str, colour: tuple[int, int, int]) -> None:
    scene = plain_scene(6, 8, colour)
    image = to_image(pack_colour(name, scene))
    assert np.abs(image.astype(int) - scene).max() <= 3


def reduced(name: str, source_width: int, padding_x: int, size: tuple[int, int]) -> float:
    frame = pack_colour(name, gradient_scene(60, source_width), padding_x)
    rgb = rgb_from_yuv(pixel_blocks(frame, Scratch()), *size)
    return psnr(rgb, gradient_scene(size[1], size[0]))


@pytest.mark.parametrize("padding_x", [0, 5])
@pytest.mark.parametrize("size", [(80, 60), (50, 37), (40, 30), (25, 18), (20, 15), (10, 8)])
@pytest.mark.parametrize("name", NAMES)
def test_reduced_pictures_show_the_same_scene(
    name: str, size: tuple[int, int], padding_x: int
) -> None:
    assert reduced(name, 80, padding_x, size) > 33


@pytest.mark.parametrize("source_width", [81, 82, 83])
@pytest.mark.parametrize("name", NAMES)
def test_lines_that_end_within_a_group(name: str, source_width: int) -> None:
    assert reduced(name, source_width, 5, (source_width, 60)) > 33
    assert reduced(name, source_width, 5, (source_width // 2, 30)) > 33


@pytest.mark.parametrize("padding_x", [0, 5])
@pytest.mark.parametrize("size", [(80, 60), (50, 38), (40, 30), (26, 18), (20, 60)])
@pytest.mark.parametrize("name", NAMES)
def test_planes_are_the_picture_with_half_the_colours(
    name: str, size: tuple[int, int], padding_x: int
) -> None:
    width, height = size
    # Without padding, blocks of 4:1:1 and lines of odd lengths run over the ends of lines.
    for source_width in (80, 82, 83) if padding_x else (80,):
        frame = pack_colour(name, gradient_scene(60, source_width), padding_x)
        luma, *colours = planes_from_yuv(pixel_blocks(frame, Scratch()), width, height)
        assert luma.shape == (height, width)
        assert [plane.shape for plane in colours] == [(height // 2, width // 2)] * 2
        blue, red = (cv2.resize(plane, size) for plane in colours)
        shown = cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2RGB)
        assert psnr(shown, gradient_scene(height, width)) > 31
