from __future__ import annotations

import cv2
import numpy as np
import pytest
import simplejpeg

from camstrm.client.jpeg_scans import costly_kind
from camstrm.client.picture import jpeg_size
from camstrm.errors import WireError
from tests.fakes.pictures.viewer_pictures import jpeg, picture_frame

PIXELS = np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3)


def encoded(*options: int) -> bytes:
    return bytes(cv2.imencode(".jpg", PIXELS, options)[1])


@pytest.mark.parametrize("subsampling", ["444", "422", "420"])
def test_what_camstrm_sends_is_taken(subsampling: str) -> None:
    data = simplejpeg.encode_jpeg(PIXELS, colorspace="BGR", colorsubsampling=subsampling)
    assert costly_kind(data) == ""
    assert costly_kind(memoryview(data)) == ""
    grey = simplejpeg.encode_jpeg(PIXELS[:, :, :1].copy(), colorspace="GRAY")
    assert costly_kind(grey) == ""
    assert costly_kind(encoded()) == ""


def test_a_progressive_picture_is_refused_before_it_is_decoded() -> None:
    data = encoded(cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    assert costly_kind(data) == "progressive"
    with pytest.raises(WireError, match="a JPEG that is progressive; wanted a sequential one"):
        jpeg_size(picture_frame(0, data, 64, 48), "picture of camera 0")


def test_a_picture_whose_colours_come_one_after_the_other_is_refused() -> None:
    data = bytearray(encoded())
    data[data.index(b"\xff\xda") + 4] = 1
    assert costly_kind(bytes(data)) == "in several scans"


@pytest.mark.parametrize(
    ("process", "kind"), [(0xC9, "arithmetic"), (0xC3, "of process 3"), (0xCF, "of process 15")]
)
def test_other_processes_are_refused(process: int, kind: str) -> None:
    data = encoded().replace(b"\xff\xc0", bytes((0xFF, process)), 1)
    assert costly_kind(data) == kind


def test_endless_segments_are_refused_soon() -> None:
    assert costly_kind(b"\xff\xd8" + b"\xff" * 1_000_000) == "of more than 200 segments"
    assert "segments" in costly_kind(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 100_000)


@pytest.mark.parametrize("cut", range(0, 700, 7))
def test_a_damaged_one_is_not_its_business(cut: int) -> None:
    assert costly_kind(jpeg(64, 48)[:cut]) in ("", "in several scans")
