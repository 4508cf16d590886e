from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from camstrm.imaging.demosaic import demosaic, superpixel
from camstrm.imaging.pixel_blocks import pixel_blocks
from camstrm.imaging.scratch import Scratch
from tests.fakes.pictures.pixel_packing import ONE_COMPONENT, pack_values
from tests.fakes.pictures.scenes import gradient_scene, mosaic_of, natural_scene, plain_scene, psnr

ORDERS = {"RG": "RGGB", "GR": "GRBG", "GB": "GBRG", "BG": "BGGR"}
BAYER = [name for name in ONE_COMPONENT if name.startswith("Bayer")]
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 120, 40)]


def bilinear(mosaic: NDArray[np.int64], start: str) -> NDArray[np.float64]:
    """Mean of the nearest neighbours of each colour, pixel by pixel; for the inside only."""
    height, width = mosaic.shape
    sites = mosaic_of(
        np.broadcast_to(np.array([1, 2, 3], np.uint8), (height, width, 3)).copy(), start
    )
    rgb = np.zeros((height, width, 3))
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            near = mosaic[y - 1 : y + 2, x - 1 : x + 2]
            kind = sites[y - 1 : y + 2, x - 1 : x + 2]
            for colour in (1, 2, 3):
                if kind[1, 1] == colour:
                    rgb[y, x, colour - 1] = near[1, 1]
                else:
                    rgb[y, x, colour - 1] = near[kind == colour].mean()
    return rgb


@pytest.mark.parametrize("start", ORDERS)
def test_bilinear_inside(start: str) -> None:
    mosaic = np.random.default_rng(3).integers(0, 256, (13, 18))
    rgb = demosaic(mosaic.astype(np.uint8), ORDERS[start], Scratch())
    wanted = bilinear(mosaic, start)
    assert np.abs(rgb[1:-1, 1:-1] - wanted[1:-1, 1:-1]).max() <= 1


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("start", ORDERS)
@pytest.mark.parametrize("size", [(16, 12), (7, 5), (4, 4), (3, 3), (2, 2), (3, 2), (2, 5)])
def test_a_plain_colour_stays_that_colour_everywhere(
    size: tuple[int, int], start: str, colour: tuple[int, int, int]
) -> None:
    scene = plain_scene(*size, colour)
    rgb = demosaic(mosaic_of(scene, start).astype(np.uint8), ORDERS[start], Scratch())
    np.testing.assert_array_equal(rgb, scene)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (1, 2), (2, 1)])
def test_single_lines_give_something_that_is_not_black(size: tuple[int, int]) -> None:
    rgb = demosaic(np.full(size, 90, np.uint8), "RGGB", Scratch())
    assert rgb.shape == (*size, 3)
    assert int(rgb.min()) == int(rgb.max()) == 90


@pytest.mark.parametrize("start", ORDERS)
def test_a_gradient(start: str) -> None:
    scene = gradient_scene(40, 60)
    rgb = demosaic(mosaic_of(scene, start).astype(np.uint8), ORDERS[start], Scratch())
    assert psnr(rgb, scene) > 38


def cells(mosaic: NDArray[np.int64], start: str) -> NDArray[np.float64]:
    """Give each 2x2 cell's red, mean of the greens, and blue."""
    sites = {"RG": "RGGB", "GR": "GRBG", "GB": "GBRG", "BG": "BGGR"}[start]
    height, width = mosaic.shape[0] // 2 * 2, mosaic.shape[1] // 2 * 2
    corners = [mosaic[y:height:2, x:width:2].astype(float) for y in (0, 1) for x in (0, 1)]
    greens = [corner for corner, site in zip(corners, sites, strict=True) if site == "G"]
    red, blue = corners[sites.index("R")], corners[sites.index("B")]
    return np.stack([red, (greens[0] + greens[1]) / 2, blue], axis=-1)


@pytest.mark.parametrize("padding_x", [0, 3])
@pytest.mark.parametrize("name", BAYER)
def test_superpixel_takes_each_cell(name: str, padding_x: int) -> None:
    bits = ONE_COMPONENT[name][1]
    rng = np.random.default_rng(5)
    for width, height in ((8, 6), (64, 4), (9, 7), (10, 5), (6, 3), (2, 2), (3, 3)):
        values = rng.integers(0, 1 << bits, (height, width))
        frame = pack_values(name, values, padding_x)
        rgb = superpixel(pixel_blocks(frame, Scratch()))
        wanted = cells(values >> (bits - 8), name[5:7])
        assert rgb.shape == wanted.shape
        assert np.abs(rgb - wanted).max() <= 0.5, f"{width}x{height}"


def test_superpixel_of_a_natural_scene() -> None:
    scene = natural_scene(240, 320)
    frame = pack_values("BayerRG8", mosaic_of(scene, "RG"))
    rgb = superpixel(pixel_blocks(frame, Scratch()))
    wanted = scene.reshape(120, 2, 160, 2, 3).mean(axis=(1, 3)).round().astype(np.uint8)
    assert psnr(rgb, wanted) > 31
