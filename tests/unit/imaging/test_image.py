from __future__ import annotations

import numpy as np
import pytest

from camstrm.errors import PayloadSizeError, UnsupportedPixelFormatError
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.pixel_packing import (
    ALL_CODES,
    INTERLEAVED,
    ONE_COMPONENT,
    pack_colour,
    pack_values,
    raw_frame,
)
from tests.fakes.pictures.scenes import gradient_scene, mosaic_of, natural_scene, plain_scene, psnr

RGB_NAMES = ["RGB8", "BGR8", "RGBa8", "BGRa8"]
MONO = [name for name in ONE_COMPONENT if name.startswith("Mono")]
BAYER = [name for name in ONE_COMPONENT if name.startswith("Bayer")]
SIZES = [(8, 6), (12, 5), (7, 4), (5, 3), (3, 2), (2, 3), (1, 1), (33, 9)]


@pytest.mark.parametrize("padding_x", [0, 3])
@pytest.mark.parametrize("name", MONO)
def test_mono_is_cut_to_eight_bits(name: str, padding_x: int) -> None:
    bits = ONE_COMPONENT[name][1]
    rng = np.random.default_rng(1)
    for width, height in SIZES:
        values = rng.integers(0, 1 << bits, (height, width))
        image = to_image(pack_values(name, values, padding_x))
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, values >> (bits - 8))


@pytest.mark.parametrize("padding_x", [0, 3])
@pytest.mark.parametrize("name", RGB_NAMES)
def test_interleaved_rgb(name: str, padding_x: int) -> None:
    rng = np.random.default_rng(2)
    for width, height in SIZES:
        scene = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        np.testing.assert_array_equal(to_image(pack_colour(name, scene, padding_x)), scene)


@pytest.mark.parametrize("padding_x", [0, 3])
@pytest.mark.parametrize("name", BAYER)
def test_bayer_gradient_in_every_packing(name: str, padding_x: int) -> None:
    shift = ONE_COMPONENT[name][1] - 8
    for width, height in ((40, 30), (41, 29), (42, 31), (43, 30)):
        scene = gradient_scene(height, width)
        values = mosaic_of(scene, name[5:7]) << shift
        assert psnr(to_image(pack_values(name, values, padding_x)), scene) > 36


@pytest.mark.parametrize("colour", [(250, 0, 0), (0, 250, 0), (0, 0, 250)])
@pytest.mark.parametrize("name", BAYER)
def test_bayer_colours_are_not_exchanged(name: str, colour: tuple[int, int, int]) -> None:
    scene = plain_scene(8, 12, colour)
    values = mosaic_of(scene, name[5:7]) << (ONE_COMPONENT[name][1] - 8)
    np.testing.assert_array_equal(to_image(pack_values(name, values)), scene)


def test_a_natural_scene_by_bayer() -> None:
    scene = natural_scene(240, 320)
    assert psnr(to_image(pack_values("BayerRG8", mosaic_of(scene, "RG"))), scene) > 33


@pytest.mark.parametrize("name", [*MONO, *BAYER, *INTERLEAVED])
def test_bytes_after_the_image_are_ignored(name: str) -> None:
    code = ALL_CODES[name]
    data = np.random.default_rng(3).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    for width, height in ((8, 6), (7, 5)):
        image = to_image(raw_frame(data, width, height, code))
        exact = data[: -(-width * height * (code >> 16 & 0xFF) // 8)]
        np.testing.assert_array_equal(to_image(raw_frame(exact, width, height, code)), image)
        assert image.shape[:2] == (height, width)


@pytest.mark.parametrize("name", [*MONO, *BAYER, *INTERLEAVED])
def test_the_image_is_the_callers_own(name: str) -> None:
    frame = raw_frame(bytes(1000), 8, 4, ALL_CODES[name])
    image = to_image(frame)
    assert not np.shares_memory(image, frame.data)
    assert image.flags.writeable
    assert image.flags.c_contiguous


def test_errors() -> None:
    with pytest.raises(PayloadSizeError):
        to_image(raw_frame(bytes(11), 4, 3, ALL_CODES["Mono8"]))
    with pytest.raises(UnsupportedPixelFormatError):
        to_image(raw_frame(bytes(12), 4, 3, 0x81080001))


def test_a_long_line() -> None:
    for name in ("Mono12p", "BayerRG8", "YUV422_8"):
        assert to_image(raw_frame(bytes(200_002), 100_001, 1, ALL_CODES[name])).shape[1] == 100_001
