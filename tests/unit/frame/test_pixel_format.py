from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from harvesters.util import pfnc
from hypothesis import given
from hypothesis import strategies as st

from camstrm.frame import PREFERRED, Layout, Packing, pixel_format, pixel_format_code
from tests.fakes.pictures.pixel_packing import ALL_CODES, INTERLEAVED, ONE_COMPONENT

HB = 0x80000000


@pytest.mark.parametrize(("name", "code"), ALL_CODES.items())
def test_a_format_that_is_decoded(name: str, code: int) -> None:
    known = pixel_format(code)
    assert (known.code, known.name) == (code, name)
    assert known.decodable
    assert known.remedy == ""
    assert pixel_format_code(name) == code


@pytest.mark.parametrize(("name", "code"), ALL_CODES.items())
def test_name_and_bits_agree_with_harvesters(name: str, code: int) -> None:
    assert pfnc.dict_by_ints[code] == name
    assert pixel_format(code).bits_per_pixel == pfnc.get_effective_pixel_size(code)


def test_everything_that_harvesters_names_alike_has_its_code() -> None:
    for code, name in pfnc.dict_by_ints.items():
        assert pixel_format_code(name) in (code, None)
        assert pixel_format(code).name in (name, f"unknown 0x{code:08X}")


@pytest.mark.parametrize(("name", "entry"), ONE_COMPONENT.items())
def test_one_component(name: str, entry: tuple[int, int, str]) -> None:
    code, bits, packing = entry
    known = pixel_format(code)
    assert known.significant_bits == bits
    plain = Packing.BYTES if bits == 8 else Packing.UINT16
    packings = {"plain": plain, "gige": Packing.GIGE_PACKED, "stream": Packing.LSB_PACKED}
    assert known.packing is packings[packing]
    if name.startswith("Mono"):
        assert (known.layout, known.mosaic) == (Layout.MONO, "")
    else:
        assert known.layout is Layout.BAYER
        assert known.mosaic[:2] == name[5:7]
        assert sorted(known.mosaic) == ["B", "G", "G", "R"]


@pytest.mark.parametrize(("name", "entry"), INTERLEAVED.items())
def test_groups_of_several_components(
    name: str, entry: tuple[int, tuple[tuple[str, int], ...]]
) -> None:
    known = pixel_format(entry[0])
    assert known.block_bytes == len(entry[1])
    assert known.block_pixels == 1 + max(pixel for _, pixel in entry[1])
    if known.layout is Layout.YUV:
        spelled = {"Y": "Y", "Cb": "U", "Cr": "V"}
        assert known.components == "".join(spelled[component] for component, _ in entry[1])


@pytest.mark.parametrize(
    ("name", "pixels", "size"),
    [
        ("Mono8", 1, 1),
        ("Mono16", 1, 2),
        ("Mono12Packed", 2, 3),
        ("Mono10Packed", 2, 3),
        ("Mono12p", 2, 3),
        ("Mono10p", 4, 5),
        ("BayerGB10p", 4, 5),
    ],
)
def test_groups_of_one_component(name: str, pixels: int, size: int) -> None:
    known = pixel_format(ALL_CODES[name])
    assert (known.block_pixels, known.block_bytes) == (pixels, size)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0x81080001, "HB_Mono8"),
        (0x81080009, "HB_BayerRG8"),
        (0x82180014, "HB_RGB8"),
        (0x810C0059, "HB_BayerRG12p"),
        (0x80180001, "Jpeg"),
    ],
)
def test_compressed_formats_of_hikrobot(code: int, name: str) -> None:
    known = pixel_format(code)
    assert known.name == name
    assert not known.decodable
    assert known.remedy == "set ImageCompressionMode=Off"
    assert pixel_format_code(name) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("GR", 0x01100109), ("RG", 0x0110010A), ("GB", 0x0110010B), ("BG", 0x0110010C)],
)
def test_fourteen_bit_bayer_is_named_but_not_decoded(name: str, code: int) -> None:
    for known in (pixel_format(code), pixel_format(0x010E0105 + code - 0x01100109)):
        assert known.name in (f"Bayer{name}14", f"Bayer{name}14p")
        assert not known.decodable
        assert "Mono8" in known.remedy
        assert "Compression" not in known.remedy


@pytest.mark.parametrize("code", [0, 0x12345678, 0x80000000, 0xFFFFFFFF, 0x81FF0001])
def test_unknown_codes(code: int) -> None:
    known = pixel_format(code)
    assert known.name == f"unknown 0x{code:08X}"
    assert not known.decodable
    assert "PixelFormat" in known.remedy


@given(st.integers(0, 0xFFFFFFFF))
def test_any_code_is_described(code: int) -> None:
    known = pixel_format(code)
    assert known.code == code
    assert known.decodable == (code in ALL_CODES.values())
    assert known.bits_per_pixel == (code >> 16) & 0xFF
    assert bool(known.remedy) != known.decodable


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("RGB8Packed", "RGB8"),
        ("BGR8Packed", "BGR8"),
        ("RGBA8Packed", "RGBa8"),
        ("BGRA8Packed", "BGRa8"),
        ("YUV411Packed", "YUV411_8_UYYVYY"),
        ("YUV422Packed", "YUV422_8_UYVY"),
        ("YUV422_YUYV_Packed", "YUV422_8"),
        ("YUYVPacked", "YUV422_8"),
        ("YUV444Packed", "YUV8_UYV"),
    ],
)
def test_symbols_of_makers(symbol: str, name: str) -> None:
    assert pixel_format_code(symbol) == ALL_CODES[name]


@pytest.mark.parametrize("name", ["", "mono8", "HB_", "HB_Nothing", "PolarizedBayerRG8"])
def test_names_that_nobody_knows(name: str) -> None:
    assert pixel_format_code(name) is None


def test_preferred_names_are_decodable_and_bayer_comes_first() -> None:
    codes = [pixel_format_code(name) for name in PREFERRED]
    assert all(code is not None and pixel_format(code).decodable for code in codes)
    assert PREFERRED.index("BayerGB8") < PREFERRED.index("Mono8") < PREFERRED.index("BGR8Packed")
    assert len(set(PREFERRED)) == len(PREFERRED)


@pytest.mark.parametrize(
    ("name", "width", "height", "padding_x", "size"),
    [
        ("Mono8", 640, 480, 0, 307200),
        ("Mono8", 3, 2, 1, 7),
        ("Mono8", 3, 2, -5, 6),
        ("Mono12", 3, 2, 0, 12),
        ("Mono12p", 2656, 2304, 0, 9179136),
        ("Mono12p", 3, 3, 0, 14),
        ("Mono12p", 3, 3, 1, 17),
        ("Mono12Packed", 1, 1, 0, 2),
        ("Mono10Packed", 1280, 1024, 0, 1966080),
        ("Mono10p", 5, 1, 0, 7),
        ("Mono10p", 5, 2, 0, 13),
        ("Mono10p", 5, 2, 3, 17),
        ("YUV411_8_UYYVYY", 8, 2, 0, 24),
        ("YUV422_8", 3, 3, 0, 18),
        ("BGRa8", 800, 800, 0, 2560000),
        ("Mono8", 0, 480, 0, 0),
        ("Mono8", 640, -1, 0, 0),
    ],
)
def test_payload_size(name: str, width: int, height: int, padding_x: int, size: int) -> None:
    assert pixel_format(ALL_CODES[name]).payload_size(width, height, padding_x) == size


def test_payload_size_does_not_overflow() -> None:
    assert pixel_format(ALL_CODES["Mono16"]).payload_size(2**40, 2**40) == 2**81


def test_a_format_is_frozen() -> None:
    known = pixel_format(ALL_CODES["Mono8"])
    with pytest.raises(FrozenInstanceError):
        known.name = "x"  # type: ignore[misc]  # what is tested


def test_compression_bit_is_kept_in_the_size_of_the_plain_format() -> None:
    assert pixel_format(HB | ALL_CODES["BayerRG8"]).payload_size(4, 4) == 16
