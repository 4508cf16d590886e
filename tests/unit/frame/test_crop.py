"""A part of a frame is a frame: its first byte is further on, and more is between its lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray

from camstrm.frame import RawFrame, crop, lines_start_at_blocks, pixel_format
from camstrm.imaging import PictureEncoder
from camstrm.wire import Region
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.pixel_packing import INTERLEAVED, ONE_COMPONENT, pack_colour, pack_values

Sides = tuple[int, int, int, int]
WIDTH, HEIGHT = 48, 20


def frame_of(name: str, width: int, height: int, padding_x: int) -> RawFrame:
    rng = np.random.default_rng(7)
    if name in INTERLEAVED:
        return pack_colour(name, rng.integers(0, 256, (height, width, 3), np.uint8), padding_x)
    return pack_values(
        name, rng.integers(0, 1 << ONE_COMPONENT[name][1], (height, width)), padding_x
    )


def shown_in(image: NDArray[np.uint8], region: Sides, border: int = 0) -> NDArray[np.uint8]:
    x, y, width, height = region
    return image[y + border : y + height - border, x + border : x + width - border]


# To the last pixel and line, one line, one column of blocks, and all of it.
REGIONS = [(0, 0, 8, 6), (8, 4, 12, 7), (36, 10, 12, 10), (4, 19, 40, 1), (44, 0, 4, 20)]
REGIONS += [(0, 0, WIDTH, HEIGHT), (4, 3, 9, 5)]


@pytest.mark.parametrize("padding_x", [0, 5])
@pytest.mark.parametrize("name", [n for n in ONE_COMPONENT if n.startswith("Mono")])
def test_grey(name: str, padding_x: int) -> None:
    frame = frame_of(name, WIDTH, HEIGHT, padding_x)
    for region in REGIONS:
        part = crop(frame, Region(*region))
        assert np.shares_memory(part.data, frame.data)
        np.testing.assert_array_equal(to_image(part), shown_in(to_image(frame), region))


@pytest.mark.parametrize("padding_x", [0, 5])
@pytest.mark.parametrize("name", INTERLEAVED)
def test_colour(name: str, padding_x: int) -> None:
    frame = frame_of(name, WIDTH, HEIGHT, padding_x)
    block = pixel_format(frame.pixel_format).block_pixels
    for region in [region for region in REGIONS if region[2] % block == 0]:
        np.testing.assert_array_equal(
            to_image(crop(frame, Region(*region))), shown_in(to_image(frame), region)
        )


@pytest.mark.parametrize("padding_x", [0, 5])
@pytest.mark.parametrize("name", [n for n in ONE_COMPONENT if n.startswith("Bayer")])
def test_bayer_but_for_the_border_whose_neighbours_are_missing(name: str, padding_x: int) -> None:
    frame = frame_of(name, WIDTH, HEIGHT, padding_x)
    for region in [(0, 0, 8, 6), (8, 4, 12, 7), (36, 10, 12, 10), (4, 2, 9, 5)]:
        part = to_image(crop(frame, Region(*region)))
        own = shown_in(part, (0, 0, *region[2:]), border=1)
        np.testing.assert_array_equal(own, shown_in(to_image(frame), region, border=1))


@pytest.mark.parametrize("name", ["Mono12p", "Mono10p", "YUV422_8", "YUV411_8_UYYVYY"])
def test_lines_that_end_within_a_block(name: str) -> None:
    frame = frame_of(name, 47, HEIGHT, padding_x=3)
    for region in ((0, 0, 47, HEIGHT), (36, 11, 11, 9), (4, 2, 8, 5)):
        np.testing.assert_array_equal(
            to_image(crop(frame, Region(*region))), shown_in(to_image(frame), region)
        )


@pytest.mark.parametrize("name", ["Mono8", "Mono12Packed", "BayerRG8", "BayerRG10p", "YUV422_8"])
def test_a_reduced_picture_of_a_part(name: str) -> None:
    frame = frame_of(name, WIDTH, HEIGHT, padding_x=0)
    part = crop(frame, Region(36, 10, 12, 10))
    picture = PictureEncoder(max_width=6, max_height=5).encode(part)
    alone = PictureEncoder(max_width=6, max_height=5).encode(
        replace(part, data=np.ascontiguousarray(np.append(part.data, np.zeros(99, np.uint8))))
    )
    assert simplejpeg.decode_jpeg_header(picture.jpeg)[:2] == (5, 6)
    assert picture == alone


@pytest.mark.parametrize(
    ("name", "region", "words"),
    [
        ("Mono8", (40, 0, 9, 1), "not inside 48x20"),
        ("Mono8", (0, 0, 0, 1), "not inside"),
        ("Mono8", (-1, 0, 4, 1), "not inside"),
        ("Mono12p", (3, 0, 4, 4), "x must be a multiple of 2"),
        ("Mono10p", (2, 0, 4, 4), "x must be a multiple of 4"),
        ("BayerRG8", (2, 1, 4, 4), "y of 2"),
        ("BayerRG8", (1, 2, 4, 4), "x must be a multiple of 2"),
        ("YUV422_8", (2, 0, 5, 4), "width must be a multiple of 2"),
    ],
)
def test_a_region_that_cannot_be_cut_out(name: str, region: Sides, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        crop(frame_of(name, WIDTH, HEIGHT, 0), Region(*region))


def test_lines_that_share_a_byte_cannot_be_cut_within() -> None:
    frame = frame_of("Mono12p", 47, HEIGHT, 0)
    assert not lines_start_at_blocks(frame)
    words = "lines of 47 pixels Mono12p do not start at a byte"
    for region in (Region(0, 0, 4, 4), Region(0, 3, 47, 4)):
        with pytest.raises(ValueError, match=words):
            crop(frame, region)


@pytest.mark.parametrize("name", ["Mono12p", "Mono10p", "Mono12Packed", "YUV422_8", "YCbCr411_8"])
def test_whole_lines_that_share_bytes_with_others(name: str) -> None:
    frame = frame_of(name, 47, HEIGHT, 0)
    for region in ((0, 0, 47, 8), (0, 4, 47, HEIGHT - 4), (0, 8, 47, 4)):
        part = crop(frame, Region(*region))
        assert np.shares_memory(part.data, frame.data)
        np.testing.assert_array_equal(to_image(part), shown_in(to_image(frame), region))


def test_a_part_does_not_release_the_frame() -> None:
    released: list[str] = []
    frame = frame_of("Mono8", WIDTH, HEIGHT, 0)
    frame.on_release = lambda: released.append("whole")
    crop(frame, Region(0, 0, 8, 8)).release()
    assert released == []
