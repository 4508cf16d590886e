"""The nodes of a camera's XML as they are written there, without GenApi and without the camera.

GenApi's binding answers ``get_property`` in 20 ms for a node of a large XML, and shows only the
nodes that a node reads. Here are all references, also those of locks and invalidators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast
from xml.etree import ElementTree as ET

from camstrm.acquisition.features.camera_xml import RefusedXmlError

__all__ = ["XmlNode", "XmlNodes", "parse_nodes"]

_CHUNK = 32 * 1024
"""Characters that are given to the parser at a time. It holds the GIL for 1 ms then (measured
with 1.2 MB, which take 40 ms), so no frame waits for it."""

_NO_NODES = frozenset({"pTerminal", "pDependent"})
"""Tags that begin like a reference and are none of the schema."""


@dataclass
class XmlNode:
    """A node; names of tags are those of the GenApi schema 1.1.

    ``kind``: its tag. ``texts``: content of each other element in it, the first of a tag.
    ``links``: names of the nodes that it refers to, by the tag (``pValue``, ``pIsLocked``,
    ``pVariable``, ...), also from its inline formulas. ``entries``: of an enumeration.
    """

    name: str
    kind: str
    texts: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    entries: list[XmlNode] = field(default_factory=list)

    def all_links(self) -> Iterator[tuple[str, str]]:
        """Yield tag and name of each reference, also of the entries."""
        for node in (self, *self.entries):
            for tag, names in node.links.items():
                for name in names:
                    yield tag, name


@dataclass
class XmlNodes:
    """What an XML says: ``head``, the attributes of its root, and its nodes by name."""

    head: dict[str, str]
    nodes: dict[str, XmlNode]


def parse_nodes(text: str) -> XmlNodes:
    """Read the text of a camera's XML. Raises RefusedXmlError with the parser's words."""
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(events=("start", "end"))
    found = XmlNodes({}, {})
    depth, holders = 0, 0
    # The root, and in it any number of Group elements, hold the nodes.
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
            for event, element in cast("Iterator[tuple[str, ET.Element]]", parser.read_events()):
                tag = _tag(element)
                if event == "start":
                    if depth == holders and (depth == 0 or tag == "Group"):
                        holders += 1
                    if depth == 0:
                        found.head = dict(element.attrib)
                    depth += 1
                    continue
                depth -= 1
                if depth < holders:
                    holders = depth
                if depth == holders and depth > 0:
                    for node in _nodes(element):
                        found.nodes.setdefault(node.name, node)
                    element.clear()
        parser.close()
    except ET.ParseError as error:
        line, _ = error.position
        raise RefusedXmlError(re.sub(r": line \d+.*", "", str(error)), line) from None
    return found


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _nodes(element: ET.Element) -> Iterator[XmlNode]:
    name, kind = element.get("Name", ""), _tag(element)
    if kind != "StructReg":
        if name:
            yield _filled(XmlNode(name, kind), element)
        return
    shared = _filled(XmlNode(name, kind), element)
    for entry in element:
        if _tag(entry) == "StructEntry" and entry.get("Name"):
            node = _filled(XmlNode(entry.get("Name", ""), "MaskedIntReg"), entry)
            node.texts = {**shared.texts, **node.texts}
            node.links = {**shared.links, **node.links}
            yield node


def _filled(node: XmlNode, element: ET.Element) -> XmlNode:
    for child in element:
        tag = _tag(child)
        if tag == "EnumEntry":
            node.entries.append(_filled(XmlNode(child.get("Name", ""), tag), child))
        elif tag == "StructEntry":
            continue
        elif len(child):
            # An inline formula: what it reads is read by this node.
            _filled(node, child)
        else:
            text = (child.text or "").strip()
            if tag[:1] == "p" and tag[1:2].isupper() and tag not in _NO_NODES:
                if text:
                    node.links.setdefault(tag, []).append(text)
            else:
                node.texts.setdefault(tag, text)
    return node
