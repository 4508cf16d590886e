from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camstrm.imaging.scale import fit_size, shrink
from camstrm.imaging.scratch import Scratch
from tests.fakes.pictures.scenes import gradient_scene, natural_scene, psnr


@pytest.mark.parametrize(
    ("source", "fitted"),
    [
        ((2656, 2304), (1328, 1152)),
        ((2657, 2305), (1328, 1152)),
        ((2448, 2048), (1328, 1111)),
        ((640, 480), (640, 480)),
        ((1328, 1152), (1328, 1152)),
        ((1329, 1152), (1328, 1151)),
        ((1328, 1153), (1327, 1152)),
        ((5320, 4600), (1328, 1148)),
        ((100_000, 1), (1328, 1)),
        ((1, 100_000), (1, 1152)),
        ((1, 1), (1, 1)),
    ],
)
def test_fit_size(source: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fit_size(*source, 1328, 1152) == fitted


SIDES = st.integers(1, 70_000)


@given(SIDES, SIDES, st.integers(1, 5000), st.integers(1, 5000))
def test_fit_size_stays_within_limits_and_keeps_the_ratio(
    width: int, height: int, max_width: int, max_height: int
) -> None:
    new_width, new_height = fit_size(width, height, max_width, max_height)
    assert 1 <= new_width <= min(width, max_width)
    assert 1 <= new_height <= min(height, max_height)
    assert new_width in (width, max_width) or new_height in (height, max_height)
    scale = min(1.0, max_width / width, max_height / height)
    assert abs(new_width - width * scale) <= 1
    assert abs(new_height - height * scale) <= 1


def test_a_half_is_the_mean_of_four_pixels() -> None:
    image = np.array([[0, 4, 8, 8], [8, 4, 0, 0]], np.uint8)
    assert shrink(image, 2, 1, Scratch()).tolist() == [[4, 4]]


def test_one_axis_alone() -> None:
    image = np.array([[0, 40], [20, 60]], np.uint8)
    assert shrink(image, 2, 1, Scratch()).tolist() == [[10, 50]]
    assert shrink(image, 1, 2, Scratch()).tolist() == [[20], [40]]


def test_the_same_size_is_not_touched() -> None:
    image = gradient_scene(5, 7)
    assert shrink(image, 7, 5, Scratch()) is image


def test_the_source_stays_as_it_was() -> None:
    image = gradient_scene(40, 60)
    image.flags.writeable = False
    before = image.copy()
    shrink(image, 13, 9, Scratch())
    np.testing.assert_array_equal(image, before)


def area_mean(image: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    height, width, channels = image.shape
    blocks = image.reshape(height // factor, factor, width // factor, factor, channels)
    mean: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return np.asarray(np.round(mean), np.uint8)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_powers_of_two_are_means(factor: int) -> None:
    image = natural_scene(64, 96)
    small = shrink(image, 96 // factor, 64 // factor, Scratch())
    assert np.abs(small.astype(int) - area_mean(image, factor)).max() <= 2


@pytest.mark.parametrize(("width", "height"), [(150, 120), (101, 81), (99, 79), (37, 29)])
def test_other_ratios_keep_the_picture_in_place(width: int, height: int) -> None:
    small = shrink(gradient_scene(160, 200), width, height, Scratch())
    assert small.shape == (height, width, 3)
    assert psnr(small, gradient_scene(height, width)) > 38


def test_sixteen_bits_stay_sixteen_bits() -> None:
    image = np.full((6, 8), 40_000, np.uint16)
    small = shrink(image, 3, 2, Scratch())
    assert small.dtype == np.uint16
    assert small.tolist() == [[40_000] * 3] * 2


def test_a_long_line() -> None:
    assert shrink(np.full((1, 100_000), 9, np.uint8), 1328, 1, Scratch()).tolist() == [[9] * 1328]
