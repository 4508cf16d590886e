"""What a JPEG costs to decode besides its pixels: only the cheap kinds are taken."""

from __future__ import annotations

from typing import Final

__all__ = ["costly_kind"]

_PLAIN = (0xC0, 0xC1)
"""Start of frame of a sequential JPEG with Huffman codes (ITU-T T.81, table B.1)."""

_NAMES: Final = {0xC2: "progressive", 0xC9: "arithmetic", 0xCA: "progressive arithmetic"}
_NO_FRAME = (0xC4, 0xC8, 0xCC)
"""DHT, JPG and DAC, whose numbers are between those of the frames."""

_START_OF_SCAN = 0xDA
_MAX_SEGMENTS = 200
"""A camera's picture has about ten before its scan."""


def costly_kind(data: bytes | bytearray | memoryview) -> str:
    """Return why a JPEG must not be decoded: "progressive", "in several scans", ...; else "".

    A decoder keeps all coefficients of a picture that comes in several scans, six bytes for each
    pixel beside the pixels themselves, and goes over all of them with each scan: a few kilobytes
    can ask for thousands. camstrm never sends such; what is no JPEG is for others to say.
    """
    components = 0
    at = 2
    for _ in range(_MAX_SEGMENTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            return ""
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte, B.1.1.2
            at += 1
            continue
        if marker == _START_OF_SCAN:
            return "" if data[at + 4 : at + 5] == bytes((components,)) else "in several scans"
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            if marker not in _PLAIN:
                return _NAMES.get(marker, f"of process {marker - 0xC0}")
            components = data[at + 9] if at + 9 < len(data) else 0
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return f"of more than {_MAX_SEGMENTS} segments"
