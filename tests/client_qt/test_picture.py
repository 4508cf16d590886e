from __future__ import annotations

import struct

import pytest
import simplejpeg
from msgspec.structs import replace

from camstrm.errors import WireError
from client_qt.session.picture import decode_picture
from tests.fakes.pictures.viewer_pictures import grey_jpeg, jpeg, picture_frame


def test_colours_come_out_right() -> None:
    decoded = decode_picture(picture_frame(0, jpeg(64, 48, (220, 60, 20)), 64, 48))
    assert (decoded.image.width(), decoded.image.height()) == (64, 48)
    colour = decoded.image.pixelColor(30, 20)
    assert [colour.red(), colour.green(), colour.blue()] == pytest.approx([220, 60, 20], abs=4)


def test_grey_and_the_image_shows_the_arrays_memory() -> None:
    decoded = decode_picture(picture_frame(0, grey_jpeg(40, 30, 99), 40, 30))
    assert decoded.image.pixelColor(5, 5).green() == pytest.approx(99, abs=2)
    decoded.pixels[:] = 7
    assert decoded.image.pixelColor(5, 5).green() == 7


@pytest.mark.parametrize(
    ("view", "size"),
    [
        ((0, 0), (664, 576)),
        ((664, 576), (664, 576)),
        ((333, 1000), (664, 576)),
        ((332, 288), (332, 288)),
        ((2000, 288), (332, 288)),
        ((100, 90), (166, 144)),
        ((10, 10), (83, 72)),
    ],
)
def test_small_view_gets_a_picture_that_still_fills_it(
    view: tuple[int, int], size: tuple[int, int]
) -> None:
    decoded = decode_picture(picture_frame(0, grey_jpeg(664, 576), 664, 576), view)
    assert (decoded.image.width(), decoded.image.height()) == size
    assert decoded.full_size == (664, 576)


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "not a JPEG"),
        (b"\xff\xd8\xff", "not a JPEG"),
        (b"garbage" * 100, "not a JPEG"),
        (jpeg(64, 48)[:-40], "damaged JPEG"),
    ],
)
def test_damaged_data_is_an_error(payload: bytes, problem: str) -> None:
    with pytest.raises(WireError, match=problem):
        decode_picture(picture_frame(0, payload, 64, 48))


def test_lying_header_is_refused() -> None:
    frame = replace(picture_frame(3, grey_jpeg(64, 48), 64, 48), width=640)
    with pytest.raises(WireError, match="camera 3: JPEG is 64x48, its header says 640x48"):
        decode_picture(frame)


def test_huge_picture_is_refused_before_memory_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(grey_jpeg(64, 48))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 60_000, 60_000)

    def decode(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(simplejpeg, "decode_jpeg", decode)
    with pytest.raises(WireError, match="60000x60000 is above 64 megapixels"):
        decode_picture(picture_frame(0, bytes(data), 60_000, 60_000))


def test_unknown_encoding_is_refused() -> None:
    with pytest.raises(WireError, match="encoding 9"):
        decode_picture(picture_frame(0, grey_jpeg(8, 8), 8, 8, encoding=9))
