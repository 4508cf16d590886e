"""Payload sizes that a camera reports and that cannot be true."""

from __future__ import annotations

from camstrm.frame import pixel_format

__all__ = ["implausible_payload"]

_MOST = 1 << 30
"""Bytes of one buffer; a 150 megapixel camera with 16 bits needs 0.3 GiB."""

_ALWAYS_FINE = 64 << 20
"""Bytes that need no picture to be believed: chunk data, several parts, line scan."""

_SPARE = 8
"""How many times its picture a larger buffer may hold."""


def implausible_payload(size: int, width: object, height: object, format_code: int) -> str:
    """Return why ``size`` bytes cannot be a camera's payload size, empty if they can.

    ``width``, ``height``: of the node map, anything but numbers where it has none.
    ``format_code``: PFNC, 0 where unknown. A size that is too small is not judged:
    compressed pictures are.
    """
    untrue = f"its payload size cannot be true: {size} bytes"
    if size <= 0:
        return f"{untrue}. Without a size no buffer can be made"
    if size > _MOST:
        return f"{untrue}, and no camera needs more than {_MOST} for one picture"
    if not isinstance(width, int) or not isinstance(height, int) or width <= 0 or height <= 0:
        return ""
    bits = pixel_format(format_code).bits_per_pixel if format_code else 0
    needed = width * height * (bits or 64) // 8
    if size > max(_ALWAYS_FINE, _SPARE * needed):
        return f"{untrue}, and {width} x {height} pixels need {needed}"
    return ""
