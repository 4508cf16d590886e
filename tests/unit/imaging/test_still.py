"""Stills: files that other programs read, with the sensor's own values in them."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import cv2
import numpy as np
import pytest
import simplejpeg
import tifffile
from numpy.typing import NDArray

from camstrm.errors import CallError, ImageError, PayloadSizeError
from camstrm.frame import FrameTimes, RawFrame
from camstrm.imaging.still import CameraFacts, read_still, write_still
from camstrm.imaging.tiff import encode_tiff
from camstrm.wire.operations import Still, TakeStill
from camstrm.wire.views import Region
from tests.fakes.pictures.decoded import to_image
from tests.fakes.pictures.pixel_packing import (
    INTERLEAVED,
    ONE_COMPONENT,
    pack_colour,
    pack_values,
    raw_frame,
)

FACTS = CameraFacts("links-ä", "00E1", "MV-CA003", "Hikrobot", {"ExposureTime": 2000.0, "Gain": 1})
PATTERNS = {"GR": "01 00 02 01", "RG": "00 01 01 02", "GB": "01 02 00 01", "BG": "02 01 01 00"}
RGB = [name for name in INTERLEAVED if name[:3] in ("RGB", "BGR")]


def file_of(frame: RawFrame, wish: TakeStill) -> tuple[Still, bytes]:
    result, parts = write_still(read_still(frame, wish), wish, FACTS)
    data = b"".join(parts)
    assert result.size == len(data)
    return result, data


def opened(data: bytes) -> NDArray[Any]:
    """Decode as a program with OpenCV does; colours as R, G, B."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(image[:, :, ::-1] if image.ndim == 3 else image)


def values_of(name: str, width: int, height: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(5)
    return rng.integers(0, 1 << ONE_COMPONENT[name][1], (height, width))


def any_frame(name: str, width: int, height: int) -> RawFrame:
    if name in ONE_COMPONENT:
        return pack_values(name, values_of(name, width, height))
    rng = np.random.default_rng(6)
    return pack_colour(name, rng.integers(0, 256, (height, width, 3), np.uint8))


def comment_of(jpeg: bytes) -> str:
    """Walk over the segments to the comment; none may be skipped or cut."""
    assert jpeg[:2] == b"\xff\xd8"
    at = 2
    while True:
        assert jpeg[at] == 0xFF
        kind, size = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if kind == 0xFE:
            return jpeg[at + 4 : at + 2 + size].decode("ascii")
        at += 2 + size


def chunks_of(png: bytes) -> dict[bytes, bytes]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        body = png[at + 4 : at + 8 + size]
        assert zlib.crc32(body) == int.from_bytes(png[at + 8 + size : at + 12 + size], "big")
        chunks.setdefault(body[:4], body[4:])
        at += 12 + size
    return chunks


@pytest.mark.parametrize("width", [24, 23])
@pytest.mark.parametrize("name", ONE_COMPONENT)
def test_a_tiff_holds_the_values_of_the_sensor(name: str, width: int) -> None:
    values = values_of(name, width, 9)
    result, data = file_of(pack_values(name, values), TakeStill("tiff"))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        np.testing.assert_array_equal(page.asarray(), values)
        bits = ONE_COMPONENT[name][1]
        assert page.asarray().dtype == (np.uint8 if bits == 8 else np.uint16)
        assert page.tags["MaxSampleValue"].value == (1 << bits) - 1
        assert json.loads(page.description)["bits"] == result.bits == bits
        if name.startswith("Bayer"):
            assert page.tags["CFARepeatPatternDim"].value == (2, 2)
            assert page.tags["CFAPattern"].value.hex(" ") == PATTERNS[name[5:7]]
        else:
            assert "CFAPattern" not in page.tags
    np.testing.assert_array_equal(opened(data), values)


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("name", RGB)
def test_a_tiff_of_a_colour_format(name: str, raw: bool) -> None:
    rgb = np.random.default_rng(6).integers(0, 256, (9, 12, 3), np.uint8)
    _, data = file_of(pack_colour(name, rgb), TakeStill("tiff", raw=raw))
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(data)), rgb)
    np.testing.assert_array_equal(opened(data), rgb)


def test_a_tiff_of_a_mosaic_in_colour_keeps_its_bits() -> None:
    values = np.full((8, 8), 100)
    values[0::2, 0::2], values[1::2, 1::2] = 4095, 7
    result, data = file_of(pack_values("BayerRG12p", values), TakeStill("tiff", raw=False))
    image = tifffile.imread(io.BytesIO(data))
    assert (image == np.array([4095, 100, 7], np.uint16)).all()
    assert image.dtype == np.uint16
    assert result.bits == 12
    np.testing.assert_array_equal(opened(data), image)


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("text", ["", "x", "x" * 200_000])
def test_a_tiff_has_the_memory_of_the_image_itself(text: str, raw: bool) -> None:
    """To copy megabytes holds the interpreter's lock, and the camera's thread waits for it."""
    frame = any_frame("BayerRG12p", 24, 10)
    image = read_still(frame, TakeStill("tiff", raw=raw)).image
    facts = {"make": "Maker", "model": "", "taken": datetime(2026, 1, 2, tzinfo=timezone.utc)}
    head, pixels = encode_tiff(image, text, software="camstrm", **facts)  # type: ignore[arg-type]
    assert np.shares_memory(np.frombuffer(pixels, np.uint8), image.pixels)
    with tifffile.TiffFile(io.BytesIO(bytes(head) + bytes(pixels))) as file:
        page = file.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        np.testing.assert_array_equal(page.asarray(), image.pixels)
        assert page.description == text
        assert page.dataoffsets == (len(head),)


def test_a_tiff_with_a_text_that_has_no_room_is_refused() -> None:
    image = read_still(any_frame("Mono8", 24, 10), TakeStill("tiff")).image
    taken = datetime(2026, 1, 2, tzinfo=timezone.utc)
    with pytest.raises(ImageError, match="no room for 300000 characters"):
        encode_tiff(image, "x" * 300_000, make="", model="", taken=taken, software="camstrm")


@pytest.mark.parametrize("wish", [TakeStill("png"), TakeStill("png", bits=16)])
def test_a_png_of_many_lines_is_made_in_pieces(wish: TakeStill) -> None:
    """None is large: to copy it takes no time while other threads wait."""
    values = np.random.default_rng(3).integers(0, 4096, (300, 520))
    frame = pack_values("Mono12p", values)
    _, parts = write_still(read_still(frame, wish), wish, FACTS)
    shown = opened(b"".join(parts))
    np.testing.assert_array_equal(shown, values << 4 if wish.bits else values >> 4)
    assert max(len(part) for part in parts) < 2 * 64 * 520 * shown.itemsize


@pytest.mark.parametrize("name", [*ONE_COMPONENT, *INTERLEAVED])
def test_a_png_shows_what_the_stream_shows(name: str) -> None:
    frame = any_frame(name, 24, 10)
    result, data = file_of(frame, TakeStill("png"))
    # The stream cuts values to 8 bits before it takes the mean of neighbours, a still after.
    rounding = int(name.startswith("Bayer") and not name.endswith("8"))
    assert np.abs(opened(data).astype(int) - to_image(frame)).max() <= rounding
    assert (result.width, result.height, result.bits) == (24, 10, 8)


@pytest.mark.parametrize("bits", [None, 16])
@pytest.mark.parametrize("region", [(3, 5, 1, 1), (5, 2, 9, 7), (0, 0, 99, 99), (23, 11, 1, 1)])
@pytest.mark.parametrize("name", ["BayerRG12p", "BayerGB8", "Mono10p", "YUV411_8_UYYVYY", "RGB8"])
def test_a_region_is_exact_also_at_its_edge(
    name: str, region: tuple[int, int, int, int], bits: Any
) -> None:
    frame = any_frame(name, 24, 12)
    _, whole = file_of(frame, TakeStill("png", bits=bits))
    result, data = file_of(frame, TakeStill("png", Region(*region), bits=bits))
    x, y, width, height = region
    wanted = opened(whole)[y : y + height, x : x + width]
    np.testing.assert_array_equal(opened(data), wanted)
    assert result.region == Region(x, y, wanted.shape[1], wanted.shape[0])


def test_a_region_of_a_raw_mosaic_begins_with_a_cell() -> None:
    values = values_of("BayerGR10p", 24, 12)
    wish = TakeStill("tiff", Region(5, 3, 4, 4))
    result, data = file_of(pack_values("BayerGR10p", values), wish)
    assert result.region == Region(4, 2, 6, 6)
    np.testing.assert_array_equal(opened(data), values[2:8, 4:10])


@pytest.mark.parametrize(("name", "colours"), [("Mono12p", 1), ("BayerRG12p", 3)])
def test_a_png_of_16_bits_has_the_values_on_top(name: str, colours: int) -> None:
    values = np.full((6, 8), 0xABC)
    result, data = file_of(pack_values(name, values), TakeStill("png", bits=16))
    image = opened(data)
    assert image.dtype == np.uint16
    assert (image == 0xABC0).all()
    assert chunks_of(data)[b"sBIT"] == bytes([12] * colours)
    assert result.bits == 12


def test_a_png_of_16_bits_of_a_sensor_with_8() -> None:
    result, data = file_of(any_frame("Mono8", 8, 8), TakeStill("png", bits=16))
    assert opened(data).dtype == np.uint8
    assert result.bits == 8


def test_a_jpeg_shows_about_the_same() -> None:
    rgb = np.full((32, 48, 3), (200, 90, 30), np.uint8)
    frame = pack_colour("RGB8", rgb)
    result, data = file_of(frame, TakeStill(region=Region(1, 2, 32, 16), quality=95))
    image = simplejpeg.decode_jpeg(data, "RGB")
    assert image.shape == (16, 32, 3)
    assert abs(image.astype(int) - rgb[0, 0]).max() <= 3
    assert (result.media_type, result.width, result.height) == ("image/jpeg", 32, 16)
    assert simplejpeg.decode_jpeg_header(file_of(any_frame("Mono12p", 8, 8), TakeStill())[1])[
        2
    ] == ("Gray")


def test_a_better_jpeg_is_larger() -> None:
    frame = any_frame("BayerRG8", 64, 64)
    sizes = [file_of(frame, TakeStill(quality=quality))[0].size for quality in (40, None, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("kind", ["jpeg", "png"])
@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({"scale": 0.5}, (50, 20)),
        ({"scale": 1.0}, (100, 40)),
        ({"scale": 0.001}, (1, 1)),
        ({"max_width": 25}, (25, 10)),
        ({"max_height": 20, "scale": 0.75}, (50, 20)),
        ({"max_width": 640}, (100, 40)),
    ],
)
def test_size(kind: Any, limits: dict[str, Any], size: tuple[int, int]) -> None:
    for name in ("Mono12p", "BayerRG8"):
        result, data = file_of(any_frame(name, 100, 40), TakeStill(kind, **limits))
        assert (result.width, result.height) == size
        assert opened(data).shape[:2] == size[::-1]


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_what_is_known_of_the_frame_is_inside(kind: Any) -> None:
    frame = replace(
        any_frame("BayerRG12p", 16, 8),
        frame_id=12345,
        times=FrameTimes(1_700_000_000_123_456, 987),
    )
    result, data = file_of(frame, TakeStill(kind))
    if kind == "jpeg":
        text = comment_of(data)
    elif kind == "png":
        text = chunks_of(data)[b"tEXt"].partition(b"\0")[2].decode("ascii")
    else:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages[0]
            assert isinstance(page, tifffile.TiffPage)
            text = page.description
            assert page.tags["DateTime"].value == "2023:11:14 22:13:20"
            assert page.tags["Make"].value == "Hikrobot"
            assert page.tags["Model"].value == "MV-CA003"
            assert page.tags["Software"].value.startswith("camstrm ")
    known = json.loads(text)
    assert known["camera"] == "links-ä"
    assert known["frame_id"] == result.frame_id == 12345
    assert known["capture_time"] == "2023-11-14T22:13:20.123456+00:00"
    assert known["capture_time_us"] == result.capture_time_us == 1_700_000_000_123_456
    assert known["device_timestamp_ns"] == result.device_timestamp_ns == 987
    assert known["pixel_format"] == result.pixel_format == "BayerRG12p"
    assert known["region"] == [0, 0, 16, 8]
    assert (known["serial"], known["model"], known["vendor"]) == ("00E1", "MV-CA003", "Hikrobot")
    assert known["features"] == {"ExposureTime": 2000.0, "Gain": 1}
    assert known["mosaic"] == ("RGGB" if kind == "tiff" else "")


@pytest.mark.parametrize("name", ["Mono8", "BayerRG8", "Mono16", "RGB8", "YUV422_8"])
@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_the_frame_is_free_before_the_file_is_made(name: str, kind: Any) -> None:
    frame = any_frame(name, 16, 8)
    wish = TakeStill(kind)
    wanted = file_of(frame, wish)[1]
    data = frame.data.copy()
    still = read_still(replace(frame, data=data), wish)
    data[:] = 0
    assert b"".join(write_still(still, wish, FACTS)[1]) == wanted


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (TakeStill(bits=16), "bits: a JPEG has none"),
        (TakeStill("png", quality=80), "quality: a PNG has none"),
        (TakeStill("tiff", scale=0.5), "scale: a TIFF has none"),
        (TakeStill("tiff", max_width=100), "max_width: a TIFF has none"),
        (
            TakeStill(region=Region(16, 0, 1, 1)),
            "region: 1x1 at 16, 0 is outside the picture of 16x8",
        ),
    ],
)
def test_what_cannot_be_had(wish: TakeStill, words: str) -> None:
    with pytest.raises(CallError, match=words) as raised:
        read_still(any_frame("Mono8", 16, 8), wish)
    assert raised.value.code == "wrong"


def test_a_frame_without_pixels() -> None:
    with pytest.raises(PayloadSizeError):
        read_still(raw_frame(b"123", 2, 2, 0x01080001), TakeStill())
