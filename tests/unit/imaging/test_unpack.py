from __future__ import annotations

import numpy as np
import pytest

from camstrm.imaging.groups import frame_format, pixel_groups
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.unpack import interleave, narrow, unpack
from tests.fakes.pixel_packing import ONE_COMPONENT, pack_values

SIZES = [(8, 4), (64, 3), (5, 3), (6, 5), (7, 7), (3, 1), (2, 1), (1, 2), (1, 1), (101, 3)]


@pytest.mark.parametrize("padding_x", [0, 1, 4])
@pytest.mark.parametrize("name", ONE_COMPONENT)
def test_unpacks_random_values_exactly(name: str, padding_x: int) -> None:
    bits = ONE_COMPONENT[name][1]
    rng = np.random.default_rng(bits)
    for width, height in SIZES:
        values = rng.integers(0, 1 << bits, (height, width))
        frame = pack_values(name, values, padding_x)
        known = frame_format(frame)
        pixels = unpack(pixel_groups(frame, known), known, height, width, Scratch())
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
    assert interleave(planes, Scratch(), "x").tolist() == [[0, 1, 2, 3] * 3] * 2
    assert interleave(planes[:1], Scratch(), "x") is planes[0]


def test_eight_bits_are_not_copied() -> None:
    frame = pack_values("BayerRG8", np.arange(12).reshape(3, 4), padding_x=3)
    known = frame_format(frame)
    assert np.shares_memory(unpack(pixel_groups(frame, known), known, 3, 4, Scratch()), frame.data)
