"""Pixel formats bit by bit, and the stamp read back from encoded pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from camstrm.frame import FrameTimes, RawFrame
from camstrm.imaging import PictureEncoder
from tests.fakes.pictures.pixel_packing import (
    ALL_CODES,
    INTERLEAVED,
    ONE_COMPONENT,
    pack_colour,
    pack_values,
)
from tests.simulator.pattern import check_picture, expected_rgb, grey_of
from tests.simulator.raw_gentl import OpenCamera, RawGentl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario
from tests.simulator.stamp import Stamp, StampError, read_stamp, stamp_bits

# 10 blocks in a line, 12 lines of them, and 16 lines each for bars and ramp, mark.
SMALL = (160, 240)
CFA = {"GR": "GRBG", "RG": "RGGB", "GB": "GBRG", "BG": "BGGR"}
ALPHA_OF_THE_REFERENCE = 7
FORMATS = tuple(ALL_CODES)
LARGE_FORMATS = ("Mono8", "BayerRG8", "BayerGB12p", "Mono10Packed", "RGB8", "YCbCr422_8")


def camera_spec(width: int, height: int, *formats: str) -> CameraSpec:
    return CameraSpec(
        "A1", bus="Custom", width=width, height=height, frame_rate=500.0, formats=formats
    )


def grab(camera: OpenCamera, code: int) -> tuple[bytes, int]:
    """Switch the format; return a buffer's bytes and its frame ID."""
    camera.set("PixelFormat", code)
    camera.start(buffers=2)
    handle = camera.fetch()
    data, frame_id = camera.bytes_of(handle), camera.buffer(handle, 16)
    assert camera.buffer(handle, 20) == code
    camera.stop()
    # The next format needs buffers of another size.
    camera.revoke_all()
    return data, frame_id


def decode(data: bytes, width: int, height: int, code: int, **limits: int) -> NDArray[np.uint8]:
    """Encode a buffer as camstrm does, and decode the JPEG to RGB or grey."""
    frame = RawFrame(np.frombuffer(data, np.uint8), width, height, code, FrameTimes(0))
    jpeg = np.frombuffer(PictureEncoder(**limits).encode(frame).jpeg, np.uint8)
    picture = cv2.imdecode(jpeg, cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return np.ascontiguousarray(picture if picture.ndim == 2 else picture[:, :, ::-1])


def reference_bytes(name: str, rgb: NDArray[np.uint8]) -> bytes:
    """Pack the expected picture with the independent packers of tests/fakes."""
    if name in INTERLEAVED:
        data = np.asarray(pack_colour(name, rgb).data).copy()
        group = INTERLEAVED[name][1]
        for place, (component, _) in enumerate(group):
            if component == "a":
                assert (data[place :: len(group)] == ALPHA_OF_THE_REFERENCE).all()
                data[place :: len(group)] = 255
        return bytes(data)
    bits = ONE_COMPONENT[name][1]
    if name.startswith("Bayer"):
        order = CFA[name[5:7]]
        values = np.empty(rgb.shape[:2], np.int64)
        for place, colour in enumerate(order):
            y, x = divmod(place, 2)
            values[y::2, x::2] = rgb[y::2, x::2, "RGB".index(colour)]
    else:
        values = grey_of(rgb)
    widened = values if bits == 8 else values * 257 >> (16 - bits)
    return bytes(pack_values(name, widened).data)


@pytest.mark.parametrize("run", [[camera_spec(*SMALL, *FORMATS)]], indirect=True)
def test_every_format_is_packed_bit_by_bit(camera: OpenCamera) -> None:
    width, height = SMALL
    for name, code in ALL_CODES.items():
        data, frame_id = grab(camera, code)
        stamp = read_stamp(decode(data, width, height, code))
        assert stamp.frame == frame_id, name
        assert data == reference_bytes(name, expected_rgb(width, height, stamp)), name


@pytest.mark.parametrize("run", [[camera_spec(640, 480, *FORMATS)]], indirect=True)
def test_every_format_shows_the_picture_and_its_time(camera: OpenCamera) -> None:
    for name, code in ALL_CODES.items():
        before_us = time.time_ns() // 1000
        data, frame_id = grab(camera, code)
        after_us = time.time_ns() // 1000
        picture = decode(data, 640, 480, code)
        stamp = read_stamp(picture)
        assert stamp.frame == frame_id, name
        assert before_us <= stamp.time_us <= after_us, name
        check_picture(picture, stamp, name)


@pytest.mark.parametrize("run", [[camera_spec(2656, 2304, *LARGE_FORMATS)]], indirect=True)
def test_stamp_survives_reduction(camera: OpenCamera) -> None:
    for name in LARGE_FORMATS:
        code = ALL_CODES[name]
        data, frame_id = grab(camera, code)
        for width, height in ((1328, 1152), (664, 576), (1000, 1000)):
            picture = decode(data, 2656, 2304, code, max_width=width, max_height=height)
            known = 2656 if width == 1000 else 0
            assert read_stamp(picture, known).frame == frame_id, (name, width)


@pytest.mark.parametrize("run", [[camera_spec(640, 480, "BayerRG8", "Mono8")]], indirect=True)
def test_picture_moves_and_keeps_its_ground(camera: OpenCamera) -> None:
    camera.start(buffers=3)
    frames = []
    for _ in range(20):
        handle = camera.fetch()
        data = camera.bytes_of(handle)
        camera.queue(handle)
        stamp = read_stamp(decode(data, 640, 480, 0x01080009))
        assert data == reference_bytes("BayerRG8", expected_rgb(640, 480, stamp))
        frames.append(stamp.frame)
    # Each buffer was filled several times, with a newer frame each time.
    assert frames == sorted(set(frames))


@pytest.mark.parametrize("run", [[camera_spec(640, 480, "Mono8")]], indirect=True)
def test_region_of_interest_has_a_picture_of_its_own(camera: OpenCamera) -> None:
    camera.set("Width", 324)
    camera.set("Height", 302)
    camera.set("OffsetX", 100)
    camera.set("OffsetY", 50)
    camera.start(buffers=2)
    handle = camera.fetch()
    assert [camera.buffer(handle, what) for what in (10, 11, 12, 13)] == [324, 302, 100, 50]
    data = camera.bytes_of(handle)
    stamp = read_stamp(np.frombuffer(data, np.uint8).reshape(302, 324))
    assert data == reference_bytes("Mono8", expected_rgb(324, 302, stamp))


def test_hard_stamps_are_read_and_broken_ones_refused() -> None:
    for stamp in (Stamp(0, 0), Stamp(2**32 - 1, 2**64 - 1), Stamp(123456, 1_800_000_000_000_000)):
        assert stamp_bits(stamp).size == 120
        picture = expected_rgb(640, 480, stamp)
        assert read_stamp(picture) == stamp
        assert read_stamp(picture[::2, ::2, 1]) == stamp
    picture[20, 3:13] = 255 - picture[20, 3:13]
    picture[17:31, 0:16] = 255 - picture[17:31, 0:16]
    for broken in (picture, np.zeros((480, 640), np.uint8), np.zeros((8, 8, 3), np.uint8)):
        with pytest.raises(StampError):
            read_stamp(broken)


def test_symbols_of_the_makers_stand_for_pfnc_formats(
    camsim: Path, write_scenario: Callable[[Scenario], RunnableScenario]
) -> None:
    symbols = {
        "RGB8Packed": 0x02180014,
        "BGR8Packed": 0x02180015,
        "YUV422Packed": 0x0210001F,
        "YUV422_YUYV_Packed": 0x02100032,
        "YUV444Packed": 0x02180020,
        "YUV411Packed": 0x020C001E,
    }
    write_scenario(Scenario((CameraSpec("A1", formats=tuple(symbols)),)))
    with RawGentl(camsim) as gentl, OpenCamera(gentl, gentl.open_interfaces(), "A1") as camera:
        xml = gentl.xml(camera.port)
        for symbol, code in symbols.items():
            entry = xml[xml.index(f'<EnumEntry Name="{symbol}"') :]
            assert f"<Value>{code}</Value>" in entry.split("</EnumEntry>")[0]


@pytest.mark.parametrize(
    "run",
    [
        [
            CameraSpec("A1", width=640, height=480, formats=("Mono8",), grain=20),
        ]
    ],
    indirect=True,
)
def test_grain_lies_on_the_ground_and_spares_the_stamp(camera: OpenCamera) -> None:
    code = ALL_CODES["Mono8"]
    data, frame_id = grab(camera, code)
    stamp = read_stamp(decode(data, 640, 480, code))
    assert stamp.frame == frame_id
    picture = np.frombuffer(data, np.uint8).reshape(480, 640).astype(np.int64)
    plain = grey_of(expected_rgb(640, 480, stamp))
    ground = slice(48, 464)
    noise = picture - plain
    assert (noise[:48] == 0).all()
    assert (noise[464:] == 0).all()
    assert np.abs(noise[ground]).max() <= 20 + 1
    # Uniform noise of each colour, weighted and added: 20 / sqrt(3) * 0.66.
    assert 5 < noise[ground].std() < 10
