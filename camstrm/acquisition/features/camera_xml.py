"""Camera XML as cameras really have it: read, repaired once if the parser refuses it.

GenApi's parser (expat) takes UTF-8, UTF-16 in plain files and ISO-8859-1, and nothing before
the XML declaration. Public reports show cameras whose XML holds bytes of Windows-1252 in its
tool tips, has lines before the declaration or comes as UTF-16 in a zip file (harvesters issues
207, 226, 368, 446).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camstrm.acquisition.gentl.binding import genapi
from camstrm.acquisition.gentl.error_text import decode_text

__all__ = ["RefusedXmlError", "load_node_map", "read_xml", "repaired", "xml_text"]

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_UTF_16 = re.compile(rb"(?s)(?:..)*?(?:(<\0[?!R]\0)|(\0<\0[?!R]))")
"""UTF-16 without a byte order mark: the first "<?", "<!" or "<R", little- or big-endian."""

_END = "</RegisterDescription>"

_ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 has not, also not as a reference."""

_BARE_AMPERSAND = re.compile(
    r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)|&(?!(?:[A-Za-z_][\w.-]*|#\d+|#x[0-9A-Fa-f]+);)", re.DOTALL
)
"""Also what may hold bare ones, as group 1: formulas stand in CDATA sections."""

_MOST_XML = 64 * 1024 * 1024
"""Bytes that an unpacked XML may have; the largest of 92 real ones has 1.3 MB."""


class RefusedXmlError(Exception):
    """An XML that the parser does not take.

    ``line`` is 1-based (None: the parser names none), ``detail`` is the parser's own text.
    """

    def __init__(self, detail: str, line: int | None = None) -> None:
        super().__init__(detail, line)
        self.detail = detail
        self.line = line


@dataclass(frozen=True)
class _Repaired:
    text: str
    notes: tuple[str, ...]
    dropped_lines: int


def load_node_map(data: bytes) -> tuple[Any, tuple[str, ...]]:
    """Return a node map (without a port) of an XML or a zip file with one, and what was repaired.

    Raises RefusedXmlError with the line in the file as it came.
    """
    xml = _unzipped(data)
    attempt = repaired(xml)
    if not attempt.notes:
        return _parsed(xml), ()
    try:
        return _parsed(attempt.text), attempt.notes
    except RefusedXmlError as error:
        line = None if error.line is None else error.line + attempt.dropped_lines
        raise RefusedXmlError(error.detail, line) from None


def xml_text(data: bytes) -> str:
    """Return an XML, or the one in a zip file, as text that an XML parser takes.

    Raises RefusedXmlError for a file that holds none.
    """
    return repaired(_unzipped(data)).text


def read_xml(port: Any) -> bytes:
    """Return the file that a GenTL port's first usable URL names, as it is (XML or zip).

    URL forms: GenTL 1.6, section 4.1.2. Raises RefusedXmlError where there is none.
    """
    urls = [str(info.url) for info in port.url_info_list]
    for url in urls:
        scheme, _, rest = url.partition(":")
        if scheme.lower() == "local":
            _, address, size = rest.split("?")[0].split(";")
            _, data = port.read(int(address, 16), int(size, 16))
            return bytes(data)
        if scheme.lower() == "file":
            path = re.sub(r"^/*(?=/|[A-Za-z]:)", "", rest.split("?")[0])
            try:
                return Path(path).read_bytes()
            except OSError as error:
                raise RefusedXmlError(f"{path}: {error.strerror}") from None
    where = ", ".join(urls) or "nowhere"
    raise RefusedXmlError(f"it is not in the camera but at: {where}")


def repaired(xml: bytes) -> _Repaired:
    """Return an XML as the parser takes it, and what was changed."""
    notes: list[str] = []
    text = _decoded(xml, notes)
    start = _start(text)
    dropped, text = text[:start], text[start:]
    if dropped:
        notes.append("text before its beginning left out")
    end = text.rfind(_END) + len(_END)
    if end >= len(_END):
        if text[end:].strip("\0\r\n\t "):
            notes.append("text behind its end left out")
        text = text[:end]
    if _ILLEGAL.search(text):
        notes.append("control characters left out")
        text = _ILLEGAL.sub(" ", text)
    escaped = _BARE_AMPERSAND.sub(lambda found: found.group(1) or "&amp;", text)
    if escaped != text:
        notes.append("'&' written as '&amp;'")
        text = escaped
    declaration = re.match(r"<\?xml[^>]*\?>", text)
    body = text[declaration.end() :] if declaration else text
    return _Repaired(_DECLARATION + body, tuple(notes), dropped.count("\n"))


def _decoded(xml: bytes, notes: list[str]) -> str:
    for bom, encoding in _BOMS:
        if xml.startswith(bom):
            return _read_as(xml[len(bom) :], encoding, notes)
    wide = _UTF_16.match(xml[:1024])
    if wide is not None:
        return _read_as(xml, "utf-16-le" if wide.group(1) else "utf-16-be", notes)
    # Padding behind the end may be any bytes.
    end = xml.rfind(_END.encode()) + len(_END)
    rest = b""
    if end >= len(_END):
        xml, rest = xml[:end], xml[end:]
    declared = re.search(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.:-]+)", xml[:1024])
    encoding = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    return _read_as(xml, encoding, notes) + rest.decode("ascii", "replace")


def _read_as(data: bytes, encoding: str, notes: list[str]) -> str:
    name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if name == "UTF-16":
            raise RefusedXmlError("it begins as UTF-16 and is not") from None
        chinese = _as_gbk(data)
        if chinese is not None:
            notes.append(f"bytes that are not {name} read as GBK")
            return chinese
        notes.append(f"bytes that are not {name} read as Windows-1252")
    except LookupError:
        notes.append(f"its encoding {encoding!r} is not known: read as Windows-1252")
    else:
        if name not in ("UTF-8", "ISO-8859-1", "US-ASCII"):
            notes.append(f"read as {name}")
        return text
    # Five bytes have no character in Windows-1252.
    return "".join(_windows_1252(byte) for byte in data)


def _as_gbk(data: bytes) -> str | None:
    """Return a text in GBK, None for one that is rather in Windows-1252.

    Chinese characters are pairs of bytes above 0xA0 (GB 2312, which GBK extends). A degree sign
    or an umlaut stands alone between ASCII letters.
    """
    runs = re.findall(rb"[\x80-\xff]+", data)
    if any(len(run) % 2 or min(run) <= 0xA0 for run in runs):
        return None
    try:
        return data.decode("gb2312")
    except UnicodeDecodeError:
        return None


def _windows_1252(byte: int) -> str:
    return bytes((byte,)).decode("cp1252", "replace") if byte >= 0x80 else chr(byte)


def _start(text: str) -> int:
    """Return where the XML begins: its declaration, or without one its first element."""
    at = text.find("<?xml")
    if at < 0 and not text.lstrip().startswith("<"):
        at = text.find("<RegisterDescription")
    return max(at, 0)


def _unzipped(data: bytes) -> bytes:
    if not data.startswith(b"PK\x03\x04"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            xml = [info for info in files if info.filename.lower().endswith(".xml")] or files
            if not xml:
                raise RefusedXmlError("its zip file is empty")
            if xml[0].file_size > _MOST_XML:
                raise RefusedXmlError(f"its zip file holds {xml[0].file_size} bytes")
            return archive.read(xml[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise RefusedXmlError(f"its zip file is damaged: {error}") from None


def _parsed(xml: bytes | str) -> Any:
    node_map = genapi.NodeMap()
    if not xml.strip():
        raise RefusedXmlError("it is empty")
    try:
        node_map.load_xml_from_string(xml)
    except genapi.GenericException as error:
        text = decode_text(str(error), "utf-8")
        place = re.search(r"at line (\d+)", text)
        meaning = re.search(r" : (?:'(.*?)'|(.*?)) : \w+Exception thrown", text)
        detail = (meaning.group(1) or meaning.group(2)) if meaning else text.partition(" : ")[0]
        raise RefusedXmlError(detail, int(place.group(1)) if place else None) from None
    return node_map
