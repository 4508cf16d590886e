"""PFNC pixel formats: what a 32-bit code means and how its pixels are laid out in memory.

Codes and names follow the GenICam Pixel Format Naming Convention 2.x (bit 31: custom;
bits 24-30: 1 one component, 2 several; bits 16-23: bits per pixel in memory). A camera's
own enum entry names are no guide: makers use GigE Vision 1.x symbols (``RGB8Packed``) and
their own, so decide from the code and use :func:`pixel_format_code` to go from an entry
to its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "PREFERRED",
    "Layout",
    "Packing",
    "PixelFormat",
    "pixel_format",
    "pixel_format_code",
]


class Layout(Enum):
    """Which components a pixel has, in memory order."""

    MONO = "mono"
    BAYER = "bayer"
    RGB = "rgb"
    BGR = "bgr"
    RGBA = "rgba"
    BGRA = "bgra"
    YUV = "yuv"
    UNSUPPORTED = "unsupported"


class Packing(Enum):
    """How the bits of components are laid out in bytes.

    ``BYTES``: 8 bits each. ``UINT16``: the low bits of a little-endian 16-bit word.
    ``GIGE_PACKED``: GigE Vision 1.x, two pixels in three bytes (high byte, both low parts,
    high byte), also for 10 bits. ``LSB_PACKED``: PFNC suffix ``p``, a bit stream that
    starts at the lowest bit of the first byte.
    """

    BYTES = "bytes"
    UINT16 = "uint16"
    GIGE_PACKED = "gige_packed"
    LSB_PACKED = "lsb_packed"


_CUSTOM_BIT = 0x80000000
_HB_PREFIX = "HB_"
_UNKNOWN = "unknown"
_COMPRESSED_REMEDY = "set ImageCompressionMode=Off"
_CHOOSE_REMEDY = (
    "set PixelFormat to one that the camera offers of BayerRG8 (GR, GB, BG), Mono8, BGR8, RGB8, "
    "YUV422_8"
)


@dataclass(frozen=True)
class PixelFormat:
    """One pixel format; make it with :func:`pixel_format`.

    ``code``: 32-bit PFNC value. ``name``: PFNC name, ``HB_...`` for Hikrobot's compressed
    formats, ``unknown 0x........`` otherwise. ``bits_per_pixel``: in memory, from the code
    (PFNC's "effective" size). ``significant_bits``: of one component. ``mosaic``: Bayer
    colours of the first two pixels of line 0 and of line 1 (``RGGB``), else empty.
    ``components``: for YUV, the bytes of a block of pixels (``UYVY``; U
    stands for Cb, V for Cr), else empty.
    """

    code: int
    name: str
    bits_per_pixel: int
    layout: Layout
    packing: Packing = Packing.BYTES
    significant_bits: int = 8
    mosaic: str = ""
    components: str = ""

    @property
    def decodable(self) -> bool:
        """Return whether camstrm can make a picture of it."""
        return self.layout is not Layout.UNSUPPORTED

    @property
    def remedy(self) -> str:
        """Say what to set on the camera; empty if the format is decodable."""
        if self.decodable:
            return ""
        compressed = self.code & _CUSTOM_BIT and not self.name.startswith(_UNKNOWN)
        return _COMPRESSED_REMEDY if compressed else _CHOOSE_REMEDY

    @property
    def block_pixels(self) -> int:
        """Count the pixels of a block, the shortest run that fills whole bytes (1, 2 or 4)."""
        if self.layout is Layout.YUV:
            return self.components.count("Y")
        if self.packing is Packing.GIGE_PACKED:
            return 2
        if self.packing is Packing.LSB_PACKED:
            return 4 if self.significant_bits == 10 else 2
        return 1

    @property
    def block_bytes(self) -> int:
        return self.block_pixels * self.bits_per_pixel // 8

    def payload_size(self, width: int, height: int, padding_x: int = 0) -> int:
        """Count the bytes that a ``width`` x ``height`` image needs; 0 if there is no pixel.

        Without padding the whole image is one run of pixels: a line whose bits do not fill
        its last byte shares that byte with the next line, and a block of pixels runs over
        the line's end, as the makers' layout tables count pixels over the whole buffer
        (Basler AW00118302, 9.2.3 "Mono 12 Packed": B0..Bm hold P0..Pn); only the image's
        last byte is filled up. With ``padding_x`` > 0 each line is filled up to a byte, and
        that many bytes are between it and the next (GenTL BUFFER_INFO_XPADDING counts bytes,
        so that the next line must start at one). Bytes after the last line are not counted: a
        part of a larger image ends with its last pixel. A negative padding counts as none.
        For compressed (HB) formats the answer is that of the format before compression.
        """
        if width < 1 or height < 1:
            return 0
        if padding_x > 0:
            line = -(-width * self.bits_per_pixel // 8)
            return (line + padding_x) * (height - 1) + line
        return -(-width * height * self.bits_per_pixel // 8)


def _format(
    code: int,
    name: str,
    layout: Layout,
    packing: Packing = Packing.BYTES,
    significant_bits: int = 8,
    mosaic: str = "",
    components: str = "",
) -> PixelFormat:
    bits_per_pixel = (code >> 16) & 0xFF
    return PixelFormat(
        code, name, bits_per_pixel, layout, packing, significant_bits, mosaic, components
    )


_MONO = (
    (0x01080001, "Mono8", Packing.BYTES, 8),
    (0x01100003, "Mono10", Packing.UINT16, 10),
    (0x01100005, "Mono12", Packing.UINT16, 12),
    (0x01100025, "Mono14", Packing.UINT16, 14),
    (0x01100007, "Mono16", Packing.UINT16, 16),
    (0x010C0004, "Mono10Packed", Packing.GIGE_PACKED, 10),
    (0x010C0006, "Mono12Packed", Packing.GIGE_PACKED, 12),
    (0x010A0046, "Mono10p", Packing.LSB_PACKED, 10),
    (0x010C0047, "Mono12p", Packing.LSB_PACKED, 12),
)

_MOSAICS = {"GR": "GRBG", "RG": "RGGB", "GB": "GBRG", "BG": "BGGR"}
# Suffix, packing, bits, codes of GR, RG, GB, BG.
_BAYER = (
    ("8", Packing.BYTES, 8, (0x01080008, 0x01080009, 0x0108000A, 0x0108000B)),
    ("10", Packing.UINT16, 10, (0x0110000C, 0x0110000D, 0x0110000E, 0x0110000F)),
    ("12", Packing.UINT16, 12, (0x01100010, 0x01100011, 0x01100012, 0x01100013)),
    ("16", Packing.UINT16, 16, (0x0110002E, 0x0110002F, 0x01100030, 0x01100031)),
    ("10Packed", Packing.GIGE_PACKED, 10, (0x010C0026, 0x010C0027, 0x010C0028, 0x010C0029)),
    ("12Packed", Packing.GIGE_PACKED, 12, (0x010C002A, 0x010C002B, 0x010C002C, 0x010C002D)),
    ("10p", Packing.LSB_PACKED, 10, (0x010A0056, 0x010A0058, 0x010A0054, 0x010A0052)),
    ("12p", Packing.LSB_PACKED, 12, (0x010C0057, 0x010C0059, 0x010C0055, 0x010C0053)),
)

_COLOUR = (
    (0x02180014, "RGB8", Layout.RGB),
    (0x02180015, "BGR8", Layout.BGR),
    (0x02200016, "RGBa8", Layout.RGBA),
    (0x02200017, "BGRa8", Layout.BGRA),
)

_YUV = (
    (0x020C001E, "YUV411_8_UYYVYY", "UYYVYY"),
    (0x0210001F, "YUV422_8_UYVY", "UYVY"),
    (0x02100032, "YUV422_8", "YUYV"),
    (0x02180020, "YUV8_UYV", "UYV"),
    (0x020C005A, "YCbCr411_8", "YYUYYV"),
    (0x0210003B, "YCbCr422_8", "YUYV"),
    (0x02100043, "YCbCr422_8_CbYCrY", "UYVY"),
    (0x0218005B, "YCbCr8", "YUV"),
    (0x0218003A, "YCbCr8_CbYCr", "UYV"),
)

# Named so that a message can name them; there is no decoder. BayerXX14, 14p and Mono14p:
# PFNC 2.4; BayerRBGG8 and Jpeg: Hikrobot's PixelType.h.
_NOT_DECODED = (
    (0x01010037, "Mono1p"),
    (0x01020038, "Mono2p"),
    (0x01040039, "Mono4p"),
    (0x01080002, "Mono8s"),
    (0x010E0104, "Mono14p"),
    (0x01080046, "BayerRBGG8"),
    (0x01100109, "BayerGR14"),
    (0x0110010A, "BayerRG14"),
    (0x0110010B, "BayerGB14"),
    (0x0110010C, "BayerBG14"),
    (0x010E0105, "BayerGR14p"),
    (0x010E0106, "BayerRG14p"),
    (0x010E0107, "BayerGB14p"),
    (0x010E0108, "BayerBG14p"),
    (0x02180021, "RGB8_Planar"),
    (0x02300018, "RGB10"),
    (0x02300019, "BGR10"),
    (0x0230001A, "RGB12"),
    (0x0230001B, "BGR12"),
    (0x02300033, "RGB16"),
    (0x0230004B, "BGR16"),
    (0x80180001, "Jpeg"),
)


def _known_formats() -> dict[int, PixelFormat]:
    formats = [
        _format(code, name, Layout.MONO, packing, bits) for code, name, packing, bits in _MONO
    ]
    for suffix, packing, bits, codes in _BAYER:
        formats += [
            _format(code, f"Bayer{start}{suffix}", Layout.BAYER, packing, bits, mosaic)
            for code, (start, mosaic) in zip(codes, _MOSAICS.items(), strict=True)
        ]
    formats += [_format(code, name, layout) for code, name, layout in _COLOUR]
    formats += [_format(code, name, Layout.YUV, components=order) for code, name, order in _YUV]
    formats += [_format(code, name, Layout.UNSUPPORTED) for code, name in _NOT_DECODED]
    return {known.code: known for known in formats}


_BY_CODE = _known_formats()

# GigE Vision 1.x symbols and makers' spellings of PFNC formats.
_SYMBOLS = {
    "RGB8Packed": 0x02180014,
    "BGR8Packed": 0x02180015,
    "RGBA8Packed": 0x02200016,
    "BGRA8Packed": 0x02200017,
    "YUV411Packed": 0x020C001E,
    "YUV422Packed": 0x0210001F,
    "YUV422_YUYV_Packed": 0x02100032,
    "YUYVPacked": 0x02100032,
    "YUV444Packed": 0x02180020,
}
_BY_NAME = {known.name: known.code for known in _BY_CODE.values()} | _SYMBOLS

PREFERRED: tuple[str, ...] = (
    "BayerRG8",
    "BayerGR8",
    "BayerGB8",
    "BayerBG8",
    "Mono8",
    "BGR8",
    "BGR8Packed",
    "RGB8",
    "RGB8Packed",
    "YUV422_8",
    "YUV422_8_UYVY",
    "YUV422Packed",
    "YUV422_YUYV_Packed",
    "YCbCr422_8",
    "YCbCr422_8_CbYCrY",
)
"""Entry names to try, best first, when the camera's own format is not decodable: one byte
per pixel is a third of RGB's bandwidth, and Bayer before Mono keeps the colour."""


def pixel_format(code: int) -> PixelFormat:
    """Describe the pixel format with PFNC value ``code``; never fails.

    Codes that no table holds give a format that is not decodable. So do Hikrobot's
    lossless HB formats, whose code is that of the format before compression with bit 31
    set: only the maker's own library can decompress them.
    """
    known = _BY_CODE.get(code)
    if known is not None:
        return known
    plain = _BY_CODE.get(code ^ _CUSTOM_BIT) if code & _CUSTOM_BIT else None
    if plain is not None:
        return _format(code, _HB_PREFIX + plain.name, Layout.UNSUPPORTED)
    return _format(code, f"{_UNKNOWN} 0x{code & 0xFFFFFFFF:08X}", Layout.UNSUPPORTED)


def pixel_format_code(name: str) -> int | None:
    """Give the code of a PixelFormat enum entry; None for a name that is not known.

    ``name``: a PFNC name, a GigE Vision 1.x symbol (``YUV422Packed``) or Hikrobot's
    ``HB_...``. That a code is given does not mean that it is decodable.
    """
    code = _BY_NAME.get(name.removeprefix(_HB_PREFIX))
    if code is None:
        return None
    return code | _CUSTOM_BIT if name.startswith(_HB_PREFIX) else code
