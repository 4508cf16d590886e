from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from camstrm.acquisition.features.camera_xml import (
    RefusedXmlError,
    load_node_map,
    read_xml,
    repaired,
)
from camstrm.acquisition.gentl.binding import genapi
from camstrm.acquisition.gentl.module_nodes import _node_map
from tests.vectors import layout

XML = (Path(layout.__file__).parent / "node_maps" / "slow_abs.xml").read_bytes()


def with_tooltip(text: bytes, encoding: bytes = b"utf-8") -> bytes:
    return XML.replace(b"utf-8", encoding).replace(b'ToolTip="t"', b'ToolTip="' + text + b'"')


def tooltip(data: bytes) -> str:
    node_map, _ = load_node_map(data)
    assert node_map.Width.node.name == "Width"
    return str(node_map.device_info.tooltip)


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (with_tooltip("20 °C € ®".encode("cp1252")), "20 °C € ®", "bytes that are not UTF-8"),
        (with_tooltip("°".encode("cp1252"), b"windows-1252"), "°", "read as WINDOWS-1252"),
        (with_tooltip("相机".encode("gbk"), b"gb2312"), "相机", "read as GB2312"),
        (with_tooltip("カメラ".encode("shift_jis"), b"shift_jis"), "カメラ", "read as SHIFT_JIS"),
        (with_tooltip(b"\xb0", b"klingon"), "°", "its encoding 'klingon' is not known"),
        (with_tooltip("°".encode(), b"utf-16").decode().encode("utf-16"), "°", "read as UTF-16"),
        (with_tooltip("°".encode()).decode().encode("utf-16"), "°", "read as UTF-16"),
        (with_tooltip("°".encode()).decode().encode("utf-16-be"), "°", "read as UTF-16"),
        (b"\0\0" + XML, "t", "text before its beginning left out"),
        (with_tooltip(b"a & b &amp; &#65;"), "a & b & A", "'&' written as '&amp;'"),
        (with_tooltip(b"a\0b\x0bc"), "a b c", "control characters left out"),
        (XML + b"\nfootnote", "t", "text behind its end left out"),
        (XML + b"\0\0\n", "t", ""),
        (b"\xef\xbb\xbf" + XML, "t", ""),
        (b"<!-- \n -->" + XML.partition(b"\n")[2], "t", ""),
    ],
    ids=range(15),
)
@pytest.mark.parametrize("zipped", [False, True])
def test_an_xml_is_read_as_it_is_meant(data: bytes, text: str, note: str, zipped: bool) -> None:
    if zipped:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("folder/", b"")
            archive.writestr("license.txt", b"text")
            archive.writestr("camera.XML", data)
        notes = load_node_map(file.getvalue())[1]
        assert tooltip(file.getvalue()) == text
    else:
        notes = load_node_map(data)[1]
        assert tooltip(data) == text
    assert note in "; ".join(notes)
    assert bool(notes) == bool(note)


def test_an_xml_that_needs_no_repair_is_left_alone() -> None:
    assert repaired(XML).notes == ()
    assert load_node_map(XML)[1] == ()


@pytest.mark.parametrize(
    ("data", "line", "detail"),
    [
        (XML[:3000], 18, "unclosed token"),
        (b"junk\n\n" + XML[:3000], 20, "unclosed token"),
        (b"\x7fELF\x01\x02", 1, "not well-formed (invalid token)"),
        (b"", None, "it is empty"),
        (b"PK\x03\x04 and no more", None, "its zip file is damaged: File is not a zip file"),
        (b"\xff\xfeodd", None, "it begins as UTF-16 and is not"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_line(
    data: bytes, line: int | None, detail: str
) -> None:
    with pytest.raises(RefusedXmlError) as caught:
        load_node_map(data)
    assert (caught.value.line, caught.value.detail) == (line, detail)


class Port:
    """A GenTL port with URLs and memory."""

    name = "Device"

    def __init__(self, *urls: str, memory: bytes = b"") -> None:
        self.url_info_list = [SimpleNamespace(url=url) for url in urls]
        self._memory = memory

    def read(self, address: int, size: int) -> tuple[int, bytes]:
        return size, self._memory[address : address + size]


def test_the_first_url_that_can_be_used_is_read(tmp_path: Path) -> None:
    memory = b"..<xml/>"
    assert read_xml(Port("Local:///a.xml;2;6?SchemaVersion=1.1.0", memory=memory)) == b"<xml/>"
    assert read_xml(Port("http://maker/a.xml", "local:a.xml;0x2;6", memory=memory)) == b"<xml/>"
    path = tmp_path / "a.xml"
    path.write_bytes(b"<file/>")
    assert read_xml(Port(f"file://{path}?SchemaVersion=1.1.0")) == b"<file/>"
    assert read_xml(Port(f"file:{path}")) == b"<file/>"


@pytest.mark.parametrize(
    ("urls", "detail"),
    [
        (("http://maker/a.xml",), "it is not in the camera but at: http://maker/a.xml"),
        ((), "it is not in the camera but at: nowhere"),
        (("file:///no/such.xml",), "/no/such.xml: No such file or directory"),
    ],
)
def test_an_xml_that_is_not_there_is_refused(urls: tuple[str, ...], detail: str) -> None:
    with pytest.raises(RefusedXmlError) as caught:
        read_xml(Port(*urls))
    assert caught.value.detail == detail


@pytest.mark.parametrize(
    "error",
    [
        genapi.LogicalErrorException("The target port does not hold any URL."),
        genapi.AccessException("Feature not present (reference not valid)"),
        NotImplementedError("http"),
        AssertionError(),
    ],
)
def test_a_module_whose_xml_cannot_be_read_has_no_features(error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    node_map = _node_map(SimpleNamespace(), fail, port=Port())
    assert getattr(node_map, "Width", None) is None
    assert [node.node.name for node in node_map.nodes] == ["Root"]
