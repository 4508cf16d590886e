"""CameraDescription: what a camera's XML says of its features, read without the camera."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property, lru_cache

from camstrm.acquisition.features.camera_xml import xml_text
from camstrm.acquisition.features.xml_nodes import XmlNode, XmlNodes, parse_nodes
from camstrm.feature import FeatureEntry, FeatureInfo

__all__ = ["STREAM_LOCK", "CameraDescription", "describe_camera"]

_EDITION = b"1"
"""To be changed with what is described: readers keep a description for as long as its hash."""

_MOST_DESCRIPTIONS = 8
"""Descriptions kept in a process, for cameras of different models that are opened again."""

_TYPES = {
    "Integer": "integer",
    "IntReg": "integer",
    "MaskedIntReg": "integer",
    "IntConverter": "integer",
    "IntSwissKnife": "integer",
    "ConfRom": "integer",
    "IntKey": "integer",
    "AdvFeatureLock": "integer",
    "SmartFeature": "integer",
    "Float": "float",
    "FloatReg": "float",
    "Converter": "float",
    "SwissKnife": "float",
    "Boolean": "boolean",
    "Enumeration": "enumeration",
    "String": "string",
    "StringReg": "string",
    "Command": "command",
    "Register": "register",
}
"""Types by the tags of GenApi schema 1.1; Category, Port, TextDesc and Node are no features."""

_CAN_STAND_ALONE = frozenset(
    {"Integer", "Float", "Boolean", "Enumeration", "String", "Command", "IntConverter", "Converter"}
)
"""Kinds that are a feature also outside of every category, if nothing refers to them."""

STREAM_LOCK = "TLParamsLocked"
"""SFNC, transport layer control: not 0 while the parameters of the stream must not change."""

_FORMULAS = frozenset({"IntSwissKnife", "SwissKnife"})
_REGISTERS = frozenset({"IntReg", "MaskedIntReg", "FloatReg", "StringReg", "Register"})

_WRITES_TO = ("pValue", "pValueCopy", "pValueIndexed", "pValueDefault")
"""References of a node to those which a write to it goes to (GenApi schema 1.1)."""

_NO_READING = frozenset(
    {"pFeature", "pSelected", "pPort", "pAlias", "pCastAlias", "pError", "pVisibility"}
)
"""References that do not say that a node depends on the one that it refers to."""


_NO_VALUE = _NO_READING | {"pIsLocked", "pIsAvailable", "pIsImplemented", "pInvalidator"}
"""References that have no part in a node's value."""


class CameraDescription:
    """The features of one camera model and firmware. Immutable; any thread may use it.

    ``hash``: of the XML, in hexadecimal. ``features``: those of the categories in their order,
    then those that no category and no other node refers to.
    """

    def __init__(self, xml_hash: str, xml: XmlNodes) -> None:
        self.hash = xml_hash
        self.head = xml.head
        self.nodes = xml.nodes
        self._categories = dict(self._walked())
        self._selecting = self._reversed_selection()
        self.features = tuple(
            self._described(self.nodes[name], category)
            for name, category in self._categories.items()
        )
        self._by_name = {info.name: info for info in self.features}
        self._affected: dict[str, tuple[str, ...]] = {}
        """Answers of :meth:`affected_by`; two threads may compute the same one."""

    def info(self, name: str) -> FeatureInfo | None:
        """Return a feature by its name, None if the XML has no such feature."""
        return self._by_name.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in their order."""
        return tuple(self._by_name)

    def affected_by(self, name: str) -> tuple[str, ...]:
        """Return which features may have another value, limit or access after a write to one.

        These are the ones that read, through any number of nodes, what the write goes to, those
        that it invalidates and those that it selects; without the feature itself.
        """
        known = self._affected.get(name)
        if known is None:
            reached = self._reached({*self.written_by(name), name}, self._readers)
            known = tuple(n for n in self._by_name if n in reached and n != name)
            self._affected[name] = known
        return known

    def written_by(self, name: str) -> set[str]:
        """Return the nodes that a write to ``name`` goes to, down to the registers."""
        return self._reached({name}, self._targets) - {name}

    def causes(self, condition: str) -> tuple[str, ...]:
        """Return the features that a condition (a node that locks another one) depends on.

        TLParamsLocked is always named, also where it is no feature.
        """
        found: set[str] = set()
        seen, waiting = {condition}, [condition]
        while waiting:
            name = waiting.pop()
            if name in self._by_name or name == STREAM_LOCK:
                found.add(name)
                continue
            found |= self._writers.get(name, set())
            node = self.nodes.get(name)
            for tag, other in node.all_links() if node is not None else ():
                if tag not in _NO_VALUE and other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return tuple(sorted(found))

    def conditions(self, name: str, tag: str) -> tuple[str, ...]:
        """Return the nodes that ``tag`` (``pIsLocked``, ``pIsAvailable``) of a feature names.

        Also those of the nodes that it writes to, which lock it too.
        """
        chain = [name, *sorted(self.written_by(name))]
        return tuple(
            dict.fromkeys(c for n in chain if n in self.nodes for c in self._linked(n, tag))
        )

    def is_writable(self, name: str) -> bool:
        """Return whether the XML lets the feature be written at any time."""
        return self._writable(name, frozenset())

    def order_of_selectors(self, names: set[str]) -> list[str]:
        """Return selectors so that one that selects another one comes before it."""
        order: list[str] = []

        def take(name: str) -> None:
            if name in order or name in waiting:
                return
            waiting.add(name)
            for above in self._selecting.get(name, ()):
                if above in names:
                    take(above)
            order.append(name)

        waiting: set[str] = set()
        for name in sorted(names):
            take(name)
        return order

    def _writable(self, name: str, seen: frozenset[str]) -> bool:
        node = self.nodes.get(name)
        if node is None or name in seen or node.kind in _FORMULAS:
            return False
        imposed = node.texts.get("ImposedAccessMode")
        if imposed == "RO":
            return False
        if node.kind in _REGISTERS:
            # GenApi schema 1.1: a register without an access mode can only be read.
            return node.texts.get("AccessMode", "RO") != "RO"
        targets = [target for tag in _WRITES_TO for target in node.links.get(tag, ())]
        if not targets:
            return node.kind != "Register"
        return any(self._writable(target, seen | {name}) for target in targets)

    def _walked(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each feature and the category that it is in first."""
        seen: set[str] = set()
        waiting: list[tuple[str, tuple[str, ...]]] = [("Root", ())]
        while waiting:
            name, path = waiting.pop()
            node = self.nodes.get(name)
            if node is None or name in seen:
                continue
            seen.add(name)
            if node.kind == "Category":
                below = path if name == "Root" else (*path, self._title(node))
                inside = node.links.get("pFeature", [])
                waiting += [(inner, below) for inner in reversed(inside)]
            elif node.kind in _TYPES:
                yield name, path
        referred = {name for node in self.nodes.values() for _, name in node.all_links()}
        for name, node in self.nodes.items():
            alone = node.kind in _CAN_STAND_ALONE and "pPort" not in node.links
            if alone and name not in seen and name not in referred and self.is_writable(name):
                yield name, ()

    @staticmethod
    def _title(node: XmlNode) -> str:
        return node.texts.get("DisplayName") or node.name

    def _described(self, node: XmlNode, category: tuple[str, ...]) -> FeatureInfo:
        texts = node.texts
        polling = texts.get("PollingTime", "") or self._below(node, "PollingTime")
        selects = [name for name in node.links.get("pSelected", ()) if name in self._categories]
        return FeatureInfo(
            name=node.name,
            type=_TYPES[node.kind],
            category=category,
            display_name=texts.get("DisplayName", ""),
            tooltip=texts.get("ToolTip", ""),
            description=texts.get("Description", ""),
            unit=texts.get("Unit", "") or self._below(node, "Unit"),
            representation=texts.get("Representation", "") or self._below(node, "Representation"),
            visibility=texts.get("Visibility", "Beginner"),
            entries=tuple(
                FeatureEntry(
                    name=entry.texts.get("Symbolic") or entry.name,
                    display_name=entry.texts.get("DisplayName", ""),
                    tooltip=entry.texts.get("ToolTip", ""),
                )
                for entry in node.entries
            ),
            selectors=tuple(self._selecting.get(node.name, ())),
            selects=tuple(dict.fromkeys(selects)),
            streamable=texts.get("Streamable") == "Yes",
            polling_ms=int(polling) if polling.isdecimal() else 0,
        )

    def _below(self, node: XmlNode, tag: str) -> str:
        """Return a text of the node that has a number's value, which GenApi shows for it too."""
        seen: set[str] = set()
        while node.name not in seen:
            seen.add(node.name)
            (target, *_) = node.links.get("pValue", [""])
            below = self.nodes.get(target)
            if below is None:
                return ""
            if tag in below.texts:
                return below.texts[tag]
            node = below
        return ""

    def _reversed_selection(self) -> dict[str, list[str]]:
        selecting: dict[str, list[str]] = {}
        for name in self._categories:
            for selected in self.nodes[name].links.get("pSelected", ()):
                above = selecting.setdefault(selected, [])
                if name not in above and name != selected:
                    above.append(name)
        return selecting

    def _linked(self, name: str, tag: str) -> list[str]:
        return self.nodes[name].links.get(tag, [])

    @cached_property
    def _targets(self) -> dict[str, set[str]]:
        """What a write to a node goes to, at the next step."""
        return {
            name: {target for tag in _WRITES_TO for target in node.links.get(tag, ())}
            for name, node in self.nodes.items()
        }

    @cached_property
    def _reads(self) -> dict[str, set[str]]:
        """What a node's value, limits or access depend on, at the next step."""
        reads: dict[str, set[str]] = {}
        for name, node in self.nodes.items():
            reads[name] = {other for tag, other in node.all_links() if tag not in _NO_READING}
        for name, above in self._selecting.items():
            reads.setdefault(name, set()).update(above)
        # Two nodes for one register: GenApi does not know that they are the same.
        places: dict[tuple[str, ...], list[str]] = {}
        for name, node in self.nodes.items():
            place = self._place(node)
            if place:
                places.setdefault(place, []).append(name)
        for same in places.values():
            for name in same:
                reads[name].update(set(same) - {name})
        return reads

    @staticmethod
    def _place(node: XmlNode) -> tuple[str, ...]:
        address = node.texts.get("Address", "")
        if node.kind not in _REGISTERS or not address or "pIndex" in node.links:
            return ()
        where = [str(int(address, 0)) if _is_number(address) else address]
        # Fields of bits of one register are different values.
        where += [node.texts.get(tag, "") for tag in ("Bit", "LSB", "MSB")]
        where += node.links.get("pAddress", [])
        return (*where, *node.links.get("pPort", ()))

    @cached_property
    def _readers(self) -> dict[str, set[str]]:
        readers: dict[str, set[str]] = {}
        for name, read in self._reads.items():
            for other in read:
                readers.setdefault(other, set()).add(name)
        return readers

    @cached_property
    def _writers(self) -> dict[str, set[str]]:
        """Features by the nodes that a write to them goes to."""
        writers: dict[str, set[str]] = {}
        for name in self._by_name:
            for node in self.written_by(name):
                writers.setdefault(node, set()).add(name)
        return writers

    @staticmethod
    def _reached(start: set[str], ways: dict[str, set[str]]) -> set[str]:
        reached, waiting = set(start), list(start)
        while waiting:
            for name in ways.get(waiting.pop(), ()):
                if name not in reached:
                    reached.add(name)
                    waiting.append(name)
        return reached


def _is_number(text: str) -> bool:
    try:
        int(text, 0)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=_MOST_DESCRIPTIONS)
def describe_camera(data: bytes) -> CameraDescription:
    """Return the description of an XML, or of a zip file with one, as the camera has it.

    Raises RefusedXmlError for what is no XML.
    """
    return CameraDescription(
        hashlib.sha256(_EDITION + data).hexdigest(), parse_nodes(xml_text(data))
    )
