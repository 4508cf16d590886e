from __future__ import annotations

import numpy as np
import pytest
import simplejpeg
from msgspec.structs import replace

from camstrm.client.picture import Picture
from camstrm.errors import WireError
from camstrm.wire import CameraFrame, CameraInfo, CameraState, Encoding, FrameFlag, Region

RED = np.full((48, 64, 3), (200, 30, 40), np.uint8)
FRAME = CameraFrame(
    0,
    CameraState.STREAMING,
    Encoding.JPEG,
    FrameFlag.DEVICE_TIMESTAMP,
    device_timestamp_ns=5,
    width=64,
    height=48,
    source_width=640,
    source_height=480,
    payload=simplejpeg.encode_jpeg(RED, 95),
)
CAMERA = CameraInfo(0, "left")


def picture(frame: CameraFrame) -> Picture:
    return Picture(CAMERA, frame, 0.5)


@pytest.mark.parametrize("exact", [False, True])
def test_colours(exact: bool) -> None:
    rgb = picture(FRAME).image(exact=exact)
    assert rgb.dtype == np.uint8
    assert np.abs(rgb.astype(int) - RED).max() <= 4
    assert np.array_equal(picture(FRAME).image("BGR", exact=exact), rgb[:, :, ::-1])
    assert picture(FRAME).image("GRAY").shape == (48, 64)


def test_what_the_header_says() -> None:
    shown = picture(FRAME)
    assert (shown.frame_id, shown.device_timestamp_ns) == (None, 5)
    assert shown.region == Region(0, 0, 640, 480)
    assert bytes(shown.jpeg) == FRAME.payload
    assert repr(shown) == "<Picture 'left' 64x48 frame None>"
    view = replace(FRAME, view=3, x=8, y=16, region_width=64, region_height=48)
    assert picture(view).region == Region(8, 16, 64, 48)


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (replace(FRAME, width=65), "JPEG is 64x48, its header says 65x48"),
        (replace(FRAME, encoding=2), "encoding 2"),
        (replace(FRAME, payload=b"\xff\xd8nothing"), "not a JPEG"),
        (replace(FRAME, payload=bytes(FRAME.payload)[:-20]), "damaged JPEG"),
    ],
)
def test_damaged_pictures(frame: CameraFrame, problem: str) -> None:
    with pytest.raises(WireError, match=problem):
        picture(frame).image()
