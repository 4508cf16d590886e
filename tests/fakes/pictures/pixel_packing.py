"""Write pixels into bytes by the letter of the PFNC layouts, one bit at a time.

Slow and independent of camstrm: the decoders are tested against this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from camstrm.frame import FrameTimes, RawFrame

# Name: code, significant bits, packing. Written down from the PFNC list.
ONE_COMPONENT: dict[str, tuple[int, int, str]] = {
    "Mono8": (0x01080001, 8, "plain"),
    "Mono10": (0x01100003, 10, "plain"),
    "Mono12": (0x01100005, 12, "plain"),
    "Mono14": (0x01100025, 14, "plain"),
    "Mono16": (0x01100007, 16, "plain"),
    "Mono10Packed": (0x010C0004, 10, "gige"),
    "Mono12Packed": (0x010C0006, 12, "gige"),
    "Mono10p": (0x010A0046, 10, "stream"),
    "Mono12p": (0x010C0047, 12, "stream"),
    "BayerGR8": (0x01080008, 8, "plain"),
    "BayerRG8": (0x01080009, 8, "plain"),
    "BayerGB8": (0x0108000A, 8, "plain"),
    "BayerBG8": (0x0108000B, 8, "plain"),
    "BayerGR10": (0x0110000C, 10, "plain"),
    "BayerRG10": (0x0110000D, 10, "plain"),
    "BayerGB10": (0x0110000E, 10, "plain"),
    "BayerBG10": (0x0110000F, 10, "plain"),
    "BayerGR12": (0x01100010, 12, "plain"),
    "BayerRG12": (0x01100011, 12, "plain"),
    "BayerGB12": (0x01100012, 12, "plain"),
    "BayerBG12": (0x01100013, 12, "plain"),
    "BayerGR16": (0x0110002E, 16, "plain"),
    "BayerRG16": (0x0110002F, 16, "plain"),
    "BayerGB16": (0x01100030, 16, "plain"),
    "BayerBG16": (0x01100031, 16, "plain"),
    "BayerGR10Packed": (0x010C0026, 10, "gige"),
    "BayerRG10Packed": (0x010C0027, 10, "gige"),
    "BayerGB10Packed": (0x010C0028, 10, "gige"),
    "BayerBG10Packed": (0x010C0029, 10, "gige"),
    "BayerGR12Packed": (0x010C002A, 12, "gige"),
    "BayerRG12Packed": (0x010C002B, 12, "gige"),
    "BayerGB12Packed": (0x010C002C, 12, "gige"),
    "BayerBG12Packed": (0x010C002D, 12, "gige"),
    "BayerGR10p": (0x010A0056, 10, "stream"),
    "BayerRG10p": (0x010A0058, 10, "stream"),
    "BayerGB10p": (0x010A0054, 10, "stream"),
    "BayerBG10p": (0x010A0052, 10, "stream"),
    "BayerGR12p": (0x010C0057, 12, "stream"),
    "BayerRG12p": (0x010C0059, 12, "stream"),
    "BayerGB12p": (0x010C0055, 12, "stream"),
    "BayerBG12p": (0x010C0053, 12, "stream"),
}

# Name: code, bytes of one group, each as (component, pixel within the group).
INTERLEAVED: dict[str, tuple[int, tuple[tuple[str, int], ...]]] = {
    "RGB8": (0x02180014, (("R", 0), ("G", 0), ("B", 0))),
    "BGR8": (0x02180015, (("B", 0), ("G", 0), ("R", 0))),
    "RGBa8": (0x02200016, (("R", 0), ("G", 0), ("B", 0), ("a", 0))),
    "BGRa8": (0x02200017, (("B", 0), ("G", 0), ("R", 0), ("a", 0))),
    "YUV8_UYV": (0x02180020, (("Cb", 0), ("Y", 0), ("Cr", 0))),
    "YCbCr8": (0x0218005B, (("Y", 0), ("Cb", 0), ("Cr", 0))),
    "YCbCr8_CbYCr": (0x0218003A, (("Cb", 0), ("Y", 0), ("Cr", 0))),
    "YUV422_8": (0x02100032, (("Y", 0), ("Cb", 0), ("Y", 1), ("Cr", 0))),
    "YUV422_8_UYVY": (0x0210001F, (("Cb", 0), ("Y", 0), ("Cr", 0), ("Y", 1))),
    "YCbCr422_8": (0x0210003B, (("Y", 0), ("Cb", 0), ("Y", 1), ("Cr", 0))),
    "YCbCr422_8_CbYCrY": (0x02100043, (("Cb", 0), ("Y", 0), ("Cr", 0), ("Y", 1))),
    "YUV411_8_UYYVYY": (
        0x020C001E,
        (("Cb", 0), ("Y", 0), ("Y", 1), ("Cr", 0), ("Y", 2), ("Y", 3)),
    ),
    "YCbCr411_8": (
        0x020C005A,
        (("Y", 0), ("Y", 1), ("Cb", 0), ("Y", 2), ("Y", 3), ("Cr", 0)),
    ),
}

ALL_CODES = {name: entry[0] for name, entry in (ONE_COMPONENT | INTERLEAVED).items()}


def raw_frame(
    data: bytes | NDArray[np.uint8], width: int, height: int, code: int, padding_x: int = 0
) -> RawFrame:
    """Make a RawFrame with a read-only view, as a camera's worker does."""
    view = np.frombuffer(bytes(data), np.uint8)
    assert not view.flags.writeable
    return RawFrame(view, width, height, code, FrameTimes(0), padding_x=padding_x)


def _pack_plain(values: Sequence[int], bits: int) -> bytes:
    return b"".join(value.to_bytes(1 if bits == 8 else 2, "little") for value in values)


def _pack_gige(values: Sequence[int], bits: int) -> bytes:
    """GigE Vision 1.x: high byte, low parts of both (second one in the high half), high byte."""
    low = bits - 8
    packed = bytearray()
    for i in range(0, len(values), 2):
        first, *second = values[i : i + 2]
        packed.append(first >> low)
        middle = first & ((1 << low) - 1)
        if second:
            middle |= (second[0] & ((1 << low) - 1)) << 4
        packed.append(middle)
        packed += bytes(value >> low for value in second)
    return bytes(packed)


def _pack_stream(values: Sequence[int], bits: int) -> bytes:
    """PFNC ``p``: bit 0 of the first pixel is bit 0 of the first byte, and so on."""
    stream = np.array([value >> bit & 1 for value in values for bit in range(bits)], np.uint8)
    return np.packbits(stream, bitorder="little").tobytes()


_PACKERS: dict[str, Callable[[Sequence[int], int], bytes]] = {
    "plain": _pack_plain,
    "gige": _pack_gige,
    "stream": _pack_stream,
}


def pack_values(name: str, values: NDArray[np.int64], padding_x: int = 0) -> RawFrame:
    """Pack (height, width) values of a one-component format; padding bytes are 0xEE."""
    code, bits, packing = ONE_COMPONENT[name]
    height, width = values.shape
    pack = _PACKERS[packing]
    if padding_x:
        data = b"".join(pack(line.tolist(), bits) + b"\xee" * padding_x for line in values)
    else:
        data = pack(values.reshape(-1).tolist(), bits)
    return raw_frame(data, width, height, code, padding_x)


def ycbcr_of(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Convert (h, w, 3) to Y, Cb, Cr by JFIF's formulas (BT.601, 0-255)."""
    red, green, blue = (rgb[:, :, i].astype(float) for i in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    blueness = (blue - luma) / 1.772 + 128
    redness = (red - luma) / 1.402 + 128
    ycbcr = np.stack([luma, blueness, redness], axis=-1)
    return np.asarray(np.clip(np.round(ycbcr), 0, 255), np.float64)


def pack_colour(name: str, rgb: NDArray[np.uint8], padding_x: int = 0) -> RawFrame:
    """Pack (height, width, 3) RGB; shared colour is that of the group's first pixel.

    Alpha is 7, padding bytes are 0xEE.
    """
    code, order = INTERLEAVED[name]
    height, width, _ = rgb.shape
    ycbcr = ycbcr_of(rgb).astype(np.uint8)
    planes = {"R": rgb[:, :, 0], "G": rgb[:, :, 1], "B": rgb[:, :, 2]}
    planes |= {"Y": ycbcr[:, :, 0], "Cb": ycbcr[:, :, 1], "Cr": ycbcr[:, :, 2]}
    planes["a"] = np.full((height, width), 7, np.uint8)
    pixels_per_group = 1 + max(pixel for _, pixel in order)
    bits_per_pixel = 8 * len(order) // pixels_per_group

    def run_bytes(rows: slice) -> bytes:
        flat = {kind: plane[rows].reshape(-1) for kind, plane in planes.items()}
        count = flat["Y"].size
        packed = bytearray()
        for start in range(0, count, pixels_per_group):
            for kind, pixel in order:
                packed.append(int(flat[kind][min(start + pixel, count - 1)]))
        return bytes(packed[: -(-count * bits_per_pixel // 8)])

    if padding_x:
        lines = (run_bytes(slice(y, y + 1)) + b"\xee" * padding_x for y in range(height))
        data = b"".join(lines)
    else:
        data = run_bytes(slice(None))
    return raw_frame(data, width, height, code, padding_x)
