"""A still: one frame as a file, at the sensor's own resolution, with what is known of it inside."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import numpy as np

from camstrm import __version__
from camstrm.errors import CallError
from camstrm.feature import FeatureValue
from camstrm.frame import Layout, RawFrame, pixel_format
from camstrm.imaging.full_depth import DeepImage, colour_image, mosaic_image
from camstrm.imaging.jpeg import encode_jpeg
from camstrm.imaging.measure import region_within
from camstrm.imaging.png import encode_png
from camstrm.imaging.raw_values import RawValues
from camstrm.imaging.scale import fit_size, shrink
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.tiff import encode_tiff
from camstrm.wire.bundle import Buffer
from camstrm.wire.operations import Still, TakeStill
from camstrm.wire.views import MAX_SIDE, Region

__all__ = ["CameraFacts", "FrameStill", "read_still", "write_still"]

_JPEG_QUALITY = 90
_MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff"}
_MAX_COMMENT = 65533
"""Bytes of text that a JPEG's comment has room for."""


@dataclass(frozen=True)
class CameraFacts:
    """What a still says of its camera; ``features``: values of the main features by name."""

    name: str
    serial: str = ""
    model: str = ""
    vendor: str = ""
    features: Mapping[str, FeatureValue] = field(default_factory=dict)


@dataclass(frozen=True)
class FrameStill:
    """What is needed of a frame for its file: the frame itself can be released."""

    image: DeepImage = field(repr=False)
    region: Region
    frame: RawFrame
    """For its size, times and number; its data must not be used."""


def read_still(frame: RawFrame, wish: TakeStill) -> FrameStill:
    """Copy what ``wish`` shows out of the frame: 5 to 15 ms for 2656x2304 12p.

    Raises ImageError for a frame that camstrm cannot decode, CallError ("wrong") for a region
    outside the picture or for what the wished format does not have.
    """
    _refuse_foreign(wish)
    raw = RawValues(frame)
    untouched = wish.format == "tiff" and wish.raw and raw.format.layout is Layout.BAYER
    region = region_within(wish.region, raw.width, raw.height, raw.cell if untouched else 1)
    image = mosaic_image(raw, region) if untouched else colour_image(raw, region)
    return FrameStill(image, region, frame)


def write_still(
    still: FrameStill, wish: TakeStill, facts: CameraFacts
) -> tuple[Still, Sequence[Buffer]]:
    """Encode a still; return what is said of the file, and the file in parts."""
    image, frame, region = still.image, still.frame, still.region
    if wish.format != "tiff":
        image = _for_viewing(image, wish)
    text = _description(image, still, facts)
    parts: Sequence[Buffer]
    if wish.format == "tiff":
        taken = datetime.fromtimestamp(frame.times.capture_time_us / 1e6, timezone.utc)
        parts = encode_tiff(
            image,
            text,
            make=facts.vendor,
            model=facts.model,
            taken=taken,
            software=f"camstrm {__version__}",
        )
    elif wish.format == "png":
        parts = encode_png(image.pixels, text, image.bits)
    else:
        jpeg = encode_jpeg(image.pixels, image.channels, wish.quality or _JPEG_QUALITY)
        parts = _with_comment(jpeg, text)
    height, width = image.pixels.shape[:2]
    result = Still(
        media_type=_MEDIA_TYPES[wish.format],
        size=sum(len(part) for part in parts),
        width=width,
        height=height,
        region=region,
        pixel_format=pixel_format(frame.pixel_format).name,
        bits=image.bits,
        frame_id=frame.frame_id,
        capture_time_us=frame.times.capture_time_us,
        device_timestamp_ns=frame.times.device_timestamp_ns,
    )
    return result, parts


def _refuse_foreign(wish: TakeStill) -> None:
    """Refuse what the wished format does not have: an argument is never ignored."""
    foreign: dict[str, dict[str, object]] = {
        "jpeg": {"bits": wish.bits},
        "png": {"quality": wish.quality},
        "tiff": {
            "scale": wish.scale,
            "max_width": wish.max_width,
            "max_height": wish.max_height,
            "quality": wish.quality,
            "bits": wish.bits,
        },
    }
    for name, value in foreign[wish.format].items():
        if value is not None:
            raise CallError(f"{name}: a {wish.format.upper()} has none", code="wrong")


def _for_viewing(image: DeepImage, wish: TakeStill) -> DeepImage:
    """Reduce an image to the size and depth that a JPEG or a PNG is to have."""
    pixels, bits = image.pixels, image.bits
    height, width = pixels.shape[:2]
    scale = wish.scale or 1.0
    size = fit_size(
        width,
        height,
        min(wish.max_width or MAX_SIDE, math.ceil(width * scale)),
        min(wish.max_height or MAX_SIDE, math.ceil(height * scale)),
    )
    pixels = shrink(pixels, *size, Scratch())
    if pixels.dtype != np.uint8 and wish.bits != 16:
        pixels, bits = (pixels >> (bits - 8)).astype(np.uint8), 8
    return DeepImage(pixels, image.channels, bits)


def _description(image: DeepImage, still: FrameStill, facts: CameraFacts) -> str:
    """Return JSON in ASCII, the only characters that all three formats have room for."""
    frame, region = still.frame, still.region
    times = frame.times
    taken = datetime.fromtimestamp(times.capture_time_us / 1e6, timezone.utc)
    known: dict[str, Any] = {
        "software": f"camstrm {__version__}",
        "camera": facts.name,
        "serial": facts.serial,
        "model": facts.model,
        "vendor": facts.vendor,
        "frame_id": frame.frame_id,
        "capture_time": taken.isoformat(timespec="microseconds"),
        "capture_time_us": times.capture_time_us,
        "device_timestamp_ns": times.device_timestamp_ns,
        "pixel_format": pixel_format(frame.pixel_format).name,
        "pixel_format_code": f"0x{frame.pixel_format & 0xFFFFFFFF:08X}",
        "bits": image.bits,
        "mosaic": image.mosaic,
        "region": [region.x, region.y, region.width, region.height],
        "sensor": [frame.width, frame.height],
        "features": dict(facts.features),
    }
    return json.dumps(known)


def _with_comment(jpeg: bytes, text: str) -> list[Buffer]:
    """Put a comment behind the header, which has to be first (JFIF 1.02)."""
    content = text.encode("ascii")[:_MAX_COMMENT]
    start = 2
    if jpeg[2:4] == b"\xff\xe0":
        start = 4 + int.from_bytes(jpeg[4:6], "big")
    comment = b"\xff\xfe" + (len(content) + 2).to_bytes(2, "big") + content
    data = memoryview(jpeg)
    return [data[:start], comment, data[start:]]
