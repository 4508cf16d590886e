from __future__ import annotations

import pytest

from camstrm.acquisition.stream.payload import implausible_payload

MONO8 = 0x01080001


@pytest.mark.parametrize(
    ("size", "width", "height", "code"),
    [
        (307_200, 640, 480, MONO8),
        (1_000, 640, 480, MONO8),
        (307_200 + 4096, 640, 480, MONO8),
        (60 << 20, 640, 480, MONO8),
        (300 << 20, 14192, 10640, 0x01100007),
        (300 << 20, None, None, MONO8),
        (300 << 20, 9000, 9000, 0),
    ],
)
def test_a_size_that_a_stream_could_need(
    size: int, width: int | None, height: int | None, code: int
) -> None:
    assert implausible_payload(size, width, height, code) == ""


@pytest.mark.parametrize(
    ("size", "width", "text"),
    [
        (0, 640, "cannot be true: 0 bytes. Without a size no buffer"),
        (-1, 640, "cannot be true: -1 bytes"),
        (2**31 - 1, None, "no camera needs more than 1073741824"),
        (100 << 20, 640, "104857600 bytes, and 640 x 480 pixels need 307200"),
    ],
)
def test_a_size_that_cannot_be_true_is_a_sentence(size: int, width: int | None, text: str) -> None:
    assert text in implausible_payload(size, width, 480, MONO8)
