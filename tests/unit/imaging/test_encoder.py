from __future__ import annotations

import weakref
from dataclasses import replace

import cv2
import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from camstrm.errors import ImageError, PayloadSizeError, UnsupportedPixelFormatError
from camstrm.frame import FrameTimes, RawFrame, pixel_format
from camstrm.imaging import EncodedPicture, PictureEncoder
from tests.fakes.pictures.pixel_packing import (
    ALL_CODES,
    raw_frame,
)
from tests.fakes.pictures.scenes import frame_of, natural_scene, plain_scene, psnr

EVERY_NAME = list(ALL_CODES)


def pixels_of(picture: EncodedPicture) -> NDArray[np.uint8]:
    """Decode the JPEG, after checking that it is what the EncodedPicture says."""
    height, width, space, subsampling = simplejpeg.decode_jpeg_header(picture.jpeg)
    assert (width, height) == (picture.width, picture.height)
    if space == "Gray":
        grey: NDArray[np.uint8] = simplejpeg.decode_jpeg(picture.jpeg, "GRAY")[:, :, 0]
        return grey
    assert (space, subsampling) == ("YCbCr", "420")
    rgb: NDArray[np.uint8] = simplejpeg.decode_jpeg(picture.jpeg, "RGB")
    return rgb


def half_of(scene: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = scene.shape[0] // 2, scene.shape[1] // 2
    cut = scene[: height * 2, : width * 2].reshape(height, 2, width, 2, 3)
    mean: NDArray[np.float64] = cut.mean(axis=(1, 3))
    return np.asarray(np.round(mean), np.uint8)


SCENE = natural_scene(120, 160)
LARGE_SCENE = natural_scene(240, 320)
WANTED = {1: SCENE, 2: half_of(SCENE)}


@pytest.mark.parametrize("padding_x", [0, 5])
@pytest.mark.parametrize("reduction", [1, 2])
@pytest.mark.parametrize("name", EVERY_NAME)
def test_the_picture_shows_the_scene(name: str, reduction: int, padding_x: int) -> None:
    encoder = PictureEncoder(max_width=160 // reduction, max_height=120, quality=90)
    picture = encoder.encode(frame_of(name, SCENE, padding_x))
    assert (picture.width, picture.height) == (160 // reduction, 120 // reduction)
    assert (picture.source_width, picture.source_height) == (160, 120)
    assert picture.pixel_format == ALL_CODES[name]
    pixels = pixels_of(picture)
    wanted = WANTED[reduction]
    if name.startswith("Mono"):
        assert psnr(pixels, wanted[:, :, 1]) > 35
    else:
        # 4:1:1 keeps one colour for four columns: less than the scene's edges want.
        assert psnr(pixels, wanted) > (23 if "411" in name else 26)


@pytest.mark.parametrize("start", ["RG", "GR", "GB", "BG"])
@pytest.mark.parametrize("packing", ["8", "12p", "12Packed", "10p", "16"])
def test_halved_bayer_of_a_natural_scene(packing: str, start: str) -> None:
    frame = frame_of(f"Bayer{start}{packing}", LARGE_SCENE)
    picture = PictureEncoder(max_width=160, max_height=120).encode(frame)
    assert psnr(pixels_of(picture), half_of(LARGE_SCENE)) >= 30


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255)])
@pytest.mark.parametrize("name", [name for name in EVERY_NAME if not name.startswith("Mono")])
def test_colours_are_not_exchanged(name: str, colour: tuple[int, int, int]) -> None:
    frame = frame_of(name, plain_scene(36, 64, colour))
    for limit in (64, 32, 20):
        encoder = PictureEncoder(max_width=limit, max_height=limit, quality=95)
        pixels = pixels_of(encoder.encode(frame))
        assert np.abs(pixels.astype(int) - colour).max() <= 6


@pytest.mark.parametrize("size", [(64, 36), (63, 36), (64, 35), (31, 17)])
@pytest.mark.parametrize("name", [name for name in EVERY_NAME if name.startswith("Y")])
def test_yuv_shows_an_even_colour_to_the_edge(name: str, size: tuple[int, int]) -> None:
    frame = frame_of(name, plain_scene(72, 128, (60, 140, 90)))
    picture = PictureEncoder(max_width=size[0], max_height=size[1], quality=95).encode(frame)
    pixels = pixels_of(picture).astype(int)
    assert np.ptp(pixels, axis=(0, 1)).max() <= 2


@pytest.mark.parametrize("name", ["Mono8", "BayerRG8", "BayerRG12p"])
def test_the_reference_camera_is_halved_exactly(name: str) -> None:
    code = ALL_CODES[name]
    frame = raw_frame(bytes(pixel_format(code).payload_size(2656, 2304)), 2656, 2304, code)
    picture = PictureEncoder().encode(frame)
    assert (picture.width, picture.height) == (1328, 1152)
    assert simplejpeg.decode_jpeg_header(picture.jpeg)[:2] == (1152, 1328)


@pytest.mark.parametrize("size", [(640, 480), (800, 800), (1328, 1152)])
def test_small_frames_are_never_enlarged(size: tuple[int, int]) -> None:
    frame = raw_frame(bytes(size[0] * size[1]), *size, ALL_CODES["BayerGB8"])
    picture = PictureEncoder().encode(frame)
    assert (picture.width, picture.height) == size


@pytest.mark.parametrize("name", EVERY_NAME)
def test_odd_sizes_and_a_little_too_large(name: str) -> None:
    scene = natural_scene(61, 83)
    for padding_x in (0, 1):
        frame = frame_of(name, scene, padding_x)
        for limits in ((83, 61), (60, 60), (41, 30), (40, 30), (11, 11), (1, 1)):
            encoder = PictureEncoder(max_width=limits[0], max_height=limits[1], quality=95)
            picture = encoder.encode(frame)
            shown = pixels_of(picture).astype(float)
            target = scene[:, :, 1] if shown.ndim == 2 else scene
            assert picture.width <= limits[0]
            assert picture.height <= limits[1]
            # Far from a picture that is skewed by a pixel per line or black.
            assert abs(shown.mean() - target.mean()) < 16


@pytest.mark.parametrize("name", EVERY_NAME)
def test_lines_and_columns(name: str) -> None:
    encoder = PictureEncoder(max_width=50, max_height=50)
    for width, height in ((200, 1), (1, 200), (200, 2), (2, 200), (203, 3), (3, 203)):
        picture = encoder.encode(frame_of(name, plain_scene(height, width, (80, 80, 80))))
        assert (picture.width, picture.height) == ((50, 1) if width > height else (1, 50))
        assert np.abs(pixels_of(picture).astype(int) - 80).max() <= 3


def test_a_picture_of_the_same_kind_needs_no_new_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = PictureEncoder(max_width=40, max_height=40)
    frame = frame_of("BayerRG12p", natural_scene(64, 80))
    first = encoder.encode(frame)

    def refuse(*_: object) -> None:
        raise AssertionError("a new array")

    with monkeypatch.context() as patch:
        patch.setattr("camstrm.imaging.scratch._allocate", refuse)
        assert encoder.encode(frame) == first
        with pytest.raises(AssertionError, match="a new array"):
            encoder.encode(frame_of("BayerRG12p", natural_scene(66, 80)))


@pytest.mark.parametrize("name", EVERY_NAME)
def test_frames_of_changing_formats_do_not_mix(name: str) -> None:
    encoder = PictureEncoder(max_width=40, max_height=40)
    frame = frame_of(name, natural_scene(24, 80))
    alone = PictureEncoder(max_width=40, max_height=40).encode(frame)
    for other in ("BayerBG10p", "Mono16", "YUV422_8"):
        encoder.encode(frame_of(other, natural_scene(24, 80)[::-1].copy()))
        assert encoder.encode(frame) == alone


@pytest.mark.parametrize("name", EVERY_NAME)
def test_the_buffer_is_neither_written_nor_kept(name: str) -> None:
    source = frame_of(name, natural_scene(48, 60))
    for limit in (100, 30, 20):
        buffer = source.data.copy()
        frame = replace(source, data=buffer)
        encoder = PictureEncoder(max_width=limit, max_height=limit)
        encoder.encode(frame)
        np.testing.assert_array_equal(buffer, source.data)
        gone = weakref.ref(buffer)
        del buffer, frame
        assert gone() is None


@pytest.mark.parametrize(
    ("setting", "value"),
    [("max_width", 0), ("max_height", -1), ("max_width", 65501), ("quality", 0), ("quality", 101)],
)
def test_impossible_settings(setting: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{setting} must be .* not {value}"):
        PictureEncoder(**{setting: value})


def test_errors_leave_the_encoder_usable() -> None:
    encoder = PictureEncoder()
    with pytest.raises(PayloadSizeError):
        encoder.encode(raw_frame(bytes(5), 3, 2, ALL_CODES["Mono8"]))
    with pytest.raises(PayloadSizeError):
        encoder.encode(raw_frame(b"", 0, 0, ALL_CODES["Mono8"]))
    with pytest.raises(UnsupportedPixelFormatError):
        encoder.encode(raw_frame(bytes(6), 3, 2, 0x81080009))
    assert encoder.encode(raw_frame(bytes(6), 3, 2, ALL_CODES["Mono8"])).width == 3


SIDES = st.one_of(
    st.integers(-2, 70), st.integers(1, 9), st.sampled_from([2**16, 2**31, 2**32, 2**63, 2**64])
)
PADDINGS = st.one_of(st.just(0), st.integers(-3, 40), st.sampled_from([2**31, 2**64]))


@given(
    code=st.one_of(st.sampled_from(list(ALL_CODES.values())), st.integers(0, 0xFFFFFFFF)),
    width=SIDES,
    height=SIDES,
    padding_x=PADDINGS,
    shortage=st.integers(-5, 5),
    limits=st.tuples(st.integers(1, 80), st.integers(1, 80)),
)
def test_any_geometry_gives_a_picture_or_one_of_two_errors(
    code: int, width: int, height: int, padding_x: int, shortage: int, limits: tuple[int, int]
) -> None:
    size = pixel_format(code).payload_size(width, height, padding_x) - shortage
    data = np.arange(min(max(size, 0), 100_000), dtype=np.uint8)
    data.flags.writeable = False
    frame = RawFrame(data, width, height, code, FrameTimes(0), padding_x=padding_x)
    encoder = PictureEncoder(max_width=limits[0], max_height=limits[1])
    if code not in ALL_CODES.values():
        with pytest.raises(UnsupportedPixelFormatError):
            encoder.encode(frame)
    elif width < 1 or height < 1 or data.size < size + shortage:
        with pytest.raises(PayloadSizeError):
            encoder.encode(frame)
    else:
        picture = encoder.encode(frame)
        assert picture.width <= min(width, limits[0])
        assert picture.height <= min(height, limits[1])
        pixels_of(picture)


def test_a_frame_that_opencv_refuses_is_an_image_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise cv2.error("size too large")

    encoder, frame = PictureEncoder(), frame_of("BayerRG8", natural_scene(48, 64))
    monkeypatch.setattr("camstrm.imaging.image.full_size", refuse)
    with pytest.raises(ImageError, match="64x48 BayerRG8 cannot be encoded: size too large"):
        encoder.encode(frame)
    monkeypatch.undo()
    assert encoder.encode(frame).width == 64


@pytest.mark.parametrize("name", ["Mono8", "BayerRG8", "RGB8"])
def test_a_picture_is_reduced_further_when_asked(name: str) -> None:
    frame = frame_of(name, LARGE_SCENE)
    encoder = PictureEncoder(max_width=160, quality=80)
    full, poor = encoder.encode(frame), encoder.encode(frame, quality=40)
    assert (full.width, full.height) == (poor.width, poor.height) == (160, 120)
    assert len(poor.jpeg) < 0.8 * len(full.jpeg)
    assert encoder.encode(frame, quality=95).jpeg == full.jpeg, "at most, not exactly"
    assert (encoder.encode(frame, halvings=1).width, encoder.encode(frame).width) == (160, 160)
    wide = PictureEncoder()
    smaller = wide.encode(frame, halvings=1)
    assert (smaller.width, smaller.height) == (160, 120)
    assert psnr(pixels_of(smaller), pixels_of(full)) > 30
    assert wide.encode(frame, halvings=3).width == 160, "120 lines would become 60"
