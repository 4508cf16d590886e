from __future__ import annotations

import numpy as np
import pytest

from camstrm.errors import PayloadSizeError, UnsupportedPixelFormatError
from camstrm.imaging.groups import crop_to_lines, frame_format, pixel_groups
from tests.fakes.pixel_packing import ALL_CODES, raw_frame


def zeros(name: str, size: int, width: int, height: int, padding_x: int = 0) -> str:
    frame_format(raw_frame(bytes(size), width, height, ALL_CODES[name], padding_x))
    return "fits"


@pytest.mark.parametrize(
    ("name", "width", "height", "padding_x", "size"),
    [
        ("Mono8", 4, 3, 0, 12),
        ("Mono8", 4, 3, 2, 18),
        ("Mono12p", 3, 3, 0, 14),
        ("Mono12p", 3, 3, 1, 18),
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
        frame_format(raw_frame(bytes(100), 4, 4, code))
    assert words in str(caught.value)
    assert caught.value.code == code


def test_groups_are_a_view() -> None:
    frame = raw_frame(bytes(range(36)), 4, 3, ALL_CODES["Mono12p"], padding_x=2)
    groups = pixel_groups(frame, frame_format(frame))
    assert groups.shape == (3, 2, 3)
    assert np.shares_memory(groups, frame.data)
    assert groups[1].tolist() == [[8, 9, 10], [11, 12, 13]]


def test_a_group_that_the_buffer_cuts_short_is_completed_with_zeros() -> None:
    frame = raw_frame(bytes([1, 2, 3, 4, 5, 99]), 3, 1, ALL_CODES["Mono12p"])
    groups = pixel_groups(frame, frame_format(frame))
    assert groups.tolist() == [[[1, 2, 3], [4, 5, 0]]]


def test_groups_run_over_line_ends_without_padding() -> None:
    frame = raw_frame(bytes(range(14)), 3, 3, ALL_CODES["Mono12p"])
    assert pixel_groups(frame, frame_format(frame)).shape == (1, 5, 3)


def test_missing_colour_is_that_of_the_group_before() -> None:
    frame = raw_frame(bytes([10, 20, 30, 40, 50, 60]), 3, 1, ALL_CODES["YUV422_8"])
    groups = pixel_groups(frame, frame_format(frame))
    assert groups.tolist() == [[[10, 20, 30, 40], [50, 60, 30, 40]]]


def test_missing_colour_of_a_single_pixel_is_grey() -> None:
    frame = raw_frame(bytes([128, 77]), 1, 1, ALL_CODES["YUV422_8_UYVY"])
    assert pixel_groups(frame, frame_format(frame)).tolist() == [[[128, 77, 128, 128]]]


def test_crop_to_lines() -> None:
    run = np.arange(16, dtype=np.uint8).reshape(1, 16)
    assert crop_to_lines(run, 3, 5).tolist() == [
        [0, 1, 2, 3, 4],
        [5, 6, 7, 8, 9],
        [10, 11, 12, 13, 14],
    ]
    assert crop_to_lines(run.reshape(4, 4), 4, 3)[3].tolist() == [12, 13, 14]
