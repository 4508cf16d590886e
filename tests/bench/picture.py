"""Picture path per format: raw frame to JPEG, beside the JPEG encoder alone."""

from __future__ import annotations

import cv2
import numpy as np
import simplejpeg

from camstrm.frame import FrameTimes, RawFrame, pixel_format, pixel_format_code
from camstrm.imaging import PictureEncoder, to_image
from tests.bench.measure import in_turns
from tests.bench.report import Findings, Row

WIDTH, HEIGHT, QUALITY = 2656, 2304, 80

FORMATS = ("Mono8", "Mono12p", "Mono12Packed", "BayerRG8", "BayerRG12p", "RGB8", "YUV422_8")


def run(*, short: bool) -> Findings:
    """Return a row for each format: ms, and the ratio to encoding the finished picture."""
    cv2.setNumThreads(1)
    rounds = 5 if short else 40
    rows = []
    for name in FORMATS:
        frame = _frame(name)
        encoder = PictureEncoder(quality=QUALITY)
        encoder.encode(frame)
        small = cv2.resize(to_image(frame), (WIDTH // 2, HEIGHT // 2))
        grey = small.ndim == 2
        floor_image = np.ascontiguousarray(small[..., None] if grey else small)

        def ours(encoder: PictureEncoder = encoder, frame: RawFrame = frame) -> None:
            encoder.encode(frame)

        def floor(image: np.ndarray = floor_image, grey: bool = grey) -> None:
            if grey:
                simplejpeg.encode_jpeg(image, quality=QUALITY, colorspace="GRAY")
            else:
                simplejpeg.encode_jpeg(image, quality=QUALITY, colorsubsampling="420")

        mine, least = in_turns((ours, floor), rounds)
        kind = "grey JPEG alone" if grey else "4:2:0 JPEG alone"
        rows.append(Row(f"{name} {WIDTH}x{HEIGHT} halved", mine * 1e3, "ms", mine / least, kind))
    return Findings(rows)


def _frame(name: str) -> RawFrame:
    code = pixel_format_code(name)
    assert code is not None
    size = pixel_format(code).payload_size(WIDTH, HEIGHT)
    # Smooth with a little noise, as a camera's picture; noise alone would be all encoder.
    line = np.sin(np.arange(size, dtype=np.float32) / 5000.0) * 100 + 128
    noise = np.random.default_rng(1).normal(0, 2, size)
    data = (line + noise).clip(0, 255).astype(np.uint8)
    return RawFrame(data, WIDTH, HEIGHT, code, FrameTimes(0, 0.0))
