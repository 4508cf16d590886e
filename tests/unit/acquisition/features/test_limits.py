from __future__ import annotations

from typing import Any

import pytest

from camstrm.acquisition.features.limits import number_text
from tests.fakes.gentl.scenes_in_child import play

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><RegisterDescription ModelName="M" VendorName="T" '
    'StandardNameSpace="None" SchemaMajorVersion="1" SchemaMinorVersion="1" '
    'SchemaSubMinorVersion="0" MajorVersion="1" MinorVersion="0" SubMinorVersion="0" ToolTip="t" '
    'ProductGuid="AA4B7E09-DA29-4956-A1EC-56226E31CF9C" '
    'VersionGuid="A5400240-452F-43af-8CDD-4B721C1D261A" '
    'xmlns="http://www.genicam.org/GenApi/Version_1_1">'
    '<Category Name="Root"><pFeature>F</pFeature></Category>'
)
END = '<Port Name="Device"/></RegisterDescription>'


def register(name: str, address: int, kind: str = "IntReg", more: str = "") -> str:
    sign = "<Sign>Unsigned</Sign>" if kind != "FloatReg" else ""
    return (
        f'<{kind} Name="{name}"><Address>{address}</Address><Length>4</Length>'
        f"<AccessMode>RW</AccessMode><pPort>Device</pPort>{more}{sign}"
        f"<Endianess>LittleEndian</Endianess></{kind}>"
    )


STORED = register("R", 0x10)
ZERO = register("Z", 0x20)
STEPLESS = (
    '<Integer Name="I"><pValue>R</pValue><Min>10</Min><Max>1000</Max><pInc>Z</pInc></Integer>'
    + STORED
    + ZERO
)
CONVERT = "<FormulaTo>FROM*1</FormulaTo><FormulaFrom>TO*1</FormulaFrom><pValue>I</pValue>"

ENDS_THE_PROCESS = {
    "plain": f'<Float Name="F"><pValue>I</pValue></Float>{STEPLESS}',
    "converter": f'<Converter Name="F">{CONVERT}</Converter>{STEPLESS}',
    "behind": (
        f'<Float Name="F"><pValue>C</pValue></Float><Converter Name="C">{CONVERT}</Converter>'
        + STEPLESS
    ),
    "indexed": (
        '<Float Name="F"><pIndex>X</pIndex><pValueIndexed Index="0">I</pValueIndexed>'
        '<pValueDefault>I</pValueDefault></Float><Integer Name="X"><Value>0</Value></Integer>'
        + STEPLESS
    ),
    "limited": (
        '<Float Name="F"><pValue>C</pValue><pMin>L</pMin><pMax>H</pMax></Float>'
        f'<Converter Name="C">{CONVERT}</Converter><Integer Name="L"><Value>0</Value></Integer>'
        f'<Integer Name="H"><Value>1000</Value></Integer>{STEPLESS}'
    ),
    "masked": (
        '<Float Name="F"><pValue>I</pValue></Float><Integer Name="I"><pValue>M</pValue>'
        "<Min>10</Min><Max>1000</Max><pInc>Z</pInc></Integer>"
        + register("M", 0x10, "MaskedIntReg", "<LSB>0</LSB><MSB>15</MSB>")
        + ZERO
    ),
}
IS_WRITTEN = {
    "float": (
        '<Float Name="F"><pValue>R</pValue><Min>1</Min><Max>1000</Max><Inc>0</Inc></Float>'
        + register("R", 0x30, "FloatReg")
    ),
    "limit": (
        '<Float Name="F"><pValue>R2</pValue><pMin>I</pMin><Max>1000</Max></Float>'
        + register("R2", 0x30, "FloatReg")
        + STEPLESS
    ),
    "step": (
        '<Float Name="F"><pValue>I</pValue></Float><Integer Name="I"><pValue>R</pValue>'
        "<Min>10</Min><Max>1000</Max><Inc>10</Inc></Integer>" + STORED
    ),
}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """What became of 110 for F, where its integer holds 100, in a process that may die."""
    nodes = ENDS_THE_PROCESS | IS_WRITTEN
    told: dict[str, Any] = play(
        "write_numbers", xml={name: HEAD + body + END for name, body in nodes.items()}
    )
    return told


@pytest.mark.parametrize("name", ENDS_THE_PROCESS)
def test_a_float_that_genapi_would_divide_by_zero_for_is_not_written(
    written: dict[str, Any], name: str
) -> None:
    assert written[name] == [
        [False, "the camera says that its increment is 0: it cannot be set"],
        [True, ""],
    ]


@pytest.mark.parametrize("name", IS_WRITTEN)
def test_an_increment_of_zero_elsewhere_does_no_harm(written: dict[str, Any], name: str) -> None:
    assert written[name] == [[True, ""], [True, ""]]


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (2**63 - 1, "9223372036854775807"), (1e6, "1000000"), (0.1, "0.1"), (1e22, "1e+22")],
)
def test_numbers_are_exact(value: float, text: str) -> None:
    assert number_text(value) == text
