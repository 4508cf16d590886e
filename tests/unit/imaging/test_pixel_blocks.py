from __future__ import annotations

import numpy as np
import pytest

from camstrm.errors import PayloadSizeError, UnsupportedPixelFormatError
from camstrm.imaging.pixel_blocks import interleave, narrow, pixel_blocks
from camstrm.imaging.scratch import Scratch
from tests.fakes.pictures.pixel_packing import ALL_CODES, ONE_COMPONENT, pack_values, raw_frame

SIZES = [(8, 4), (64, 3), (5, 3), (6, 5), (7, 7), (3, 1), (2, 1), (1, 2), (1, 1), (101, 3)]


def zeros(name: str, size: int, width: int, height: int, padding_x: int = 0) -> str:
    pixel_blocks(raw_frame(bytes(size), width, height, ALL_CODES[name], padding_x), Scratch())
    return "fits"


@pytest.mark.parametrize(
    ("name", "width", "height", "padding_x", "size"),
    [
        ("Mono8", 4, 3, 0, 12),
        ("Mono8", 4, 3, 2, 16),
        ("Mono12p", 3, 3, 0, 14),
        ("Mono12p", 3, 3, 1, 17),
        ("BayerRG10p", 5, 2, 0, 13),
        ("RGB8", 4, 3, 0, 36),
        ("YUV422_8", 3, 1, 0, 6),
    ],
)
def test_a_buffer_that_is_one_byte_short(
    name: str, width: int, height: int, padding_x: int, size: int
) -> None:
    assert zeros(name, size, width, height, padding_x) == "fits"
    assert zeros(name, size + 1000, width, height, padding_x) == "fits"
    with pytest.raises(PayloadSizeError) as caught:
        zeros(name, size - 1, width, height, padding_x)
    assert (caught.value.wanted, caught.value.got) == (size, size - 1)
    assert str(caught.value) == (
        f"{width}x{height} {name} needs {size} bytes, the buffer holds {size - 1}"
    )


@pytest.mark.parametrize(("width", "height"), [(0, 480), (640, 0), (0, 0), (-1, 5), (5, -1)])
def test_a_frame_without_pixels(width: int, height: int) -> None:
    with pytest.raises(PayloadSizeError, match="holds no picture: width and height must be") as e:
        zeros("Mono8", 100, width, height)
    assert f"{width}x{height} Mono8" in str(e.value)


@pytest.mark.parametrize(
    ("width", "height"), [(2**31, 2**31), (2**32, 1), (2**63, 2**63), (1, 2**64)]
)
def test_absurd_sizes(width: int, height: int) -> None:
    with pytest.raises(PayloadSizeError, match=f"needs {2 * width * height} bytes"):
        zeros("Mono16", 100, width, height)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x81080009, "HB_BayerRG8 (0x81080009) cannot be shown: set ImageCompressionMode=Off"),
        (0x0110010A, "BayerRG14 (0x0110010A) cannot be shown: set PixelFormat"),
        (0x12345678, "unknown 0x12345678"),
    ],
)
def test_formats_without_a_decoder(code: int, words: str) -> None:
    with pytest.raises(UnsupportedPixelFormatError) as caught:
        pixel_blocks(raw_frame(bytes(100), 4, 4, code), Scratch())
    assert words in str(caught.value)
    assert caught.value.code == code


def test_blocks_are_a_view() -> None:
    frame = raw_frame(bytes(range(36)), 4, 3, ALL_CODES["Mono12p"], padding_x=2)
    blocks = pixel_blocks(frame, Scratch()).data
    assert blocks.shape == (3, 2, 3)
    assert np.shares_memory(blocks, frame.data)
    assert blocks[1].tolist() == [[8, 9, 10], [11, 12, 13]]


def test_a_block_that_the_buffer_cuts_short_is_completed_with_zeros() -> None:
    frame = raw_frame(bytes([1, 2, 3, 4, 5, 99]), 3, 1, ALL_CODES["Mono12p"])
    blocks = pixel_blocks(frame, Scratch()).data
    assert blocks.tolist() == [[[1, 2, 3], [4, 5, 0]]]


def test_blocks_run_over_line_ends_without_padding() -> None:
    frame = raw_frame(bytes(range(14)), 3, 3, ALL_CODES["Mono12p"])
    assert pixel_blocks(frame, Scratch()).data.shape == (1, 5, 3)


def test_missing_colour_is_that_of_the_block_before() -> None:
    frame = raw_frame(bytes([10, 20, 30, 40, 50, 60]), 3, 1, ALL_CODES["YUV422_8"])
    blocks = pixel_blocks(frame, Scratch()).data
    assert blocks.tolist() == [[[10, 20, 30, 40], [50, 60, 30, 40]]]


def test_missing_colour_of_a_single_pixel_is_grey() -> None:
    frame = raw_frame(bytes([128, 77]), 1, 1, ALL_CODES["YUV422_8_UYVY"])
    assert pixel_blocks(frame, Scratch()).data.tolist() == [[[128, 77, 128, 128]]]


def test_the_padding_after_the_last_line_may_be_missing() -> None:
    frame = raw_frame(bytes(range(22)), 4, 3, ALL_CODES["Mono12p"], padding_x=2)
    assert pixel_blocks(frame, Scratch()).data[2].tolist() == [[16, 17, 18], [19, 20, 21]]


def test_pixels_that_run_over_line_ends_are_cut_into_lines() -> None:
    frame = raw_frame(bytes(range(14)), 3, 3, ALL_CODES["Mono12p"])
    run = np.arange(10, dtype=np.uint8).reshape(1, 10)
    lines = pixel_blocks(frame, Scratch()).lines_of(run)
    assert lines.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


@pytest.mark.parametrize("padding_x", [0, 1, 4])
@pytest.mark.parametrize("name", ONE_COMPONENT)
def test_unpacks_random_values_exactly(name: str, padding_x: int) -> None:
    bits = ONE_COMPONENT[name][1]
    rng = np.random.default_rng(bits)
    for width, height in SIZES:
        values = rng.integers(0, 1 << bits, (height, width))
        frame = pack_values(name, values, padding_x)
        pixels = pixel_blocks(frame, Scratch()).pixels()
        np.testing.assert_array_equal(pixels, values >> (bits - 8), f"{width}x{height}")


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_narrow_takes_the_eight_highest_bits(bits: int) -> None:
    values = np.arange(1 << bits, dtype=np.uint16).reshape(1, -1)
    narrowed = narrow(values, bits, Scratch())
    np.testing.assert_array_equal(narrowed, values >> (bits - 8))


def test_bits_above_the_significant_ones_are_cut_off() -> None:
    values = np.array([[0xF123]], np.uint16)
    assert narrow(values, 12, Scratch()).tolist() == [[0x12]]


def test_interleave() -> None:
    planes = [np.full((2, 3), i, np.uint8) for i in range(4)]
    assert interleave(planes, Scratch()).tolist() == [[0, 1, 2, 3] * 3] * 2
    assert interleave(planes[:1], Scratch()) is planes[0]


def test_eight_bits_are_not_copied() -> None:
    frame = pack_values("BayerRG8", np.arange(12).reshape(3, 4), padding_x=3)
    assert np.shares_memory(pixel_blocks(frame, Scratch()).pixels(), frame.data)
