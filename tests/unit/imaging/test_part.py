"""The pixels of a region are those of the whole picture, in every format and at every edge."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from camstrm.frame import RawFrame
from camstrm.imaging import PictureEncoder
from camstrm.imaging.part import FramePart
from camstrm.imaging.pixel_blocks import pixel_blocks
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.yuv import planes_from_yuv
from camstrm.wire import Region, View, clipped
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.pixel_packing import INTERLEAVED, ONE_COMPONENT, pack_colour, pack_values

NAMES = [*ONE_COMPONENT, *INTERLEAVED]


def frame_of(name: str, width: int, height: int, padding_x: int = 0) -> RawFrame:
    rng = np.random.default_rng(width * height)
    if name in INTERLEAVED:
        return pack_colour(name, rng.integers(0, 256, (height, width, 3), np.uint8), padding_x)
    return pack_values(
        name, rng.integers(0, 1 << ONE_COMPONENT[name][1], (height, width)), padding_x
    )


def shown(image: NDArray[np.uint8], region: Region) -> NDArray[np.uint8]:
    return image[region.y : region.y + region.height, region.x : region.x + region.width]


def image_of(frame: RawFrame, region: Region) -> NDArray[np.uint8]:
    pixels, channels = FramePart(frame, region, Scratch()).sized(region.width, region.height)
    if channels == "GRAY":
        return pixels
    return pixels[:, :, [channels.index(colour) for colour in "RGB"]]


def regions_of(width: int, height: int) -> list[Region]:
    """Return one within, one at each corner and edge, one of each whole side, and all of it."""
    sides = [
        [(x, min(x + 8, size) - x) for x in (0, 8, (size - 1) // 8 * 8)] + [(0, size)]
        for size in (width, height)
    ]
    return [Region(x, y, w, h) for x, w in sides[0] for y, h in sides[1]]


@pytest.mark.parametrize("size", [(48, 24, 0), (48, 24, 5), (41, 25, 0), (41, 25, 3)])
@pytest.mark.parametrize("name", NAMES)
def test_every_format_at_every_edge(name: str, size: tuple[int, int, int]) -> None:
    frame = frame_of(name, *size)
    whole = to_image(frame)
    for region in regions_of(frame.width, frame.height):
        np.testing.assert_array_equal(image_of(frame, region), shown(whole, region), str(region))


SIDES = st.integers(1, 70)
CORNERS = st.integers(0, 80)


@given(
    st.sampled_from(NAMES),
    st.tuples(SIDES, SIDES, st.sampled_from([0, 0, 1, 3])),
    st.builds(Region, CORNERS, CORNERS, SIDES, SIDES),
)
@settings(deadline=None)
def test_any_region_of_any_frame(name: str, size: tuple[int, int, int], wished: Region) -> None:
    frame = frame_of(name, *size)
    region = clipped(wished, frame.width, frame.height)
    if region is None:
        assert wished.x >= frame.width or wished.y >= frame.height
        return
    np.testing.assert_array_equal(image_of(frame, region), shown(to_image(frame), region))


@pytest.mark.parametrize("padding_x", [0, 6])
@pytest.mark.parametrize("name", [n for n in INTERLEAVED if n.startswith("Y")])
def test_the_planes_of_a_region_are_those_of_the_whole(name: str, padding_x: int) -> None:
    frame = frame_of(name, 48, 32, padding_x)
    whole = planes_from_yuv(pixel_blocks(frame, Scratch()), 48, 32)
    for region in (Region(8, 8, 16, 8), Region(0, 0, 8, 8), Region(32, 16, 16, 16)):
        blocks = FramePart(frame, region, Scratch()).blocks()
        assert blocks is not None
        planes = planes_from_yuv(blocks, region.width, region.height)
        half = Region(*(side // 2 for side in (region.x, region.y, region.width, region.height)))
        np.testing.assert_array_equal(planes[0], shown(whole[0], region))
        for plane, of_whole in zip(planes[1:], whole[1:], strict=True):
            np.testing.assert_array_equal(plane, shown(of_whole, half))


@pytest.mark.parametrize("name", ["Mono8", "Mono12", "Mono10p", "Mono12Packed"])
def test_grey_jpegs_of_regions_are_pieces_of_the_whole_jpeg(name: str) -> None:
    """Regions are on the grid of a JPEG's blocks: even its losses are the same."""
    frame = frame_of(name, 61, 43)
    whole = decoded(PictureEncoder().encode(frame).jpeg)
    for region in regions_of(61, 43):
        picture = PictureEncoder().begin(frame).view(View(0, region))
        assert picture is not None
        assert picture.region == region
        np.testing.assert_array_equal(decoded(picture.jpeg), shown(whole, region))


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(jpeg, "GRAY")
    return pixels[:, :, 0]
