"""A GenICam node map in plain Python, with what camstrm uses of genicam's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from camstrm.acquisition.gentl.binding import genapi

READ_ONLY = genapi.EAccessMode.RO
WRITE_ONLY = genapi.EAccessMode.WO
READ_WRITE = genapi.EAccessMode.RW
NOT_AVAILABLE = genapi.EAccessMode.NA
NOT_IMPLEMENTED = genapi.EAccessMode.NI

INTEGER = genapi.EInterfaceType.intfIInteger
FLOAT = genapi.EInterfaceType.intfIFloat
BOOLEAN = genapi.EInterfaceType.intfIBoolean
ENUMERATION = genapi.EInterfaceType.intfIEnumeration
STRING = genapi.EInterfaceType.intfIString
COMMAND = genapi.EInterfaceType.intfICommand
CATEGORY = genapi.EInterfaceType.intfICategory


class _Face:
    def __init__(self, node: FakeNode) -> None:
        self._node = node
        self.name = ""
        self.display_name = ""
        self.tooltip = ""
        self.children: tuple[FakeNode, ...] = ()
        self.principal_interface_type = node.kind

    def is_feature(self) -> bool:
        return True

    def get_access_mode(self) -> Any:
        return self._node.access


class FakeNode:
    """One node; ``stored`` is what the camera makes of a written value.

    ``error`` is raised by a write, ``unreadable`` by a read.
    """

    def __init__(
        self,
        kind: Any,
        value: Any = None,
        *,
        access: Any = READ_WRITE,
        low: float = 0,
        high: float = 100,
        inc: float = 1,
        unit: str = "",
        entries: Sequence[str] = (),
        codes: Mapping[str, int] | None = None,
        stored: Callable[[Any], Any] = lambda value: value,
        on_write: Callable[[Any], None] = lambda _: None,
        error: Exception | None = None,
        unreadable: Exception | None = None,
    ) -> None:
        self.kind = kind
        self.access = access
        self.min, self.max, self.inc, self.unit = low, high, inc, unit
        self.symbolics = tuple(entries)
        self.codes = dict(codes or {})
        self.written: list[Any] = []
        self.executed = 0
        self._value = value
        self._stored = stored
        self._on_write = on_write
        self._error = error
        self._unreadable = unreadable
        self.node = _Face(self)

    @property
    def value(self) -> Any:
        if self._unreadable is not None:
            raise self._unreadable
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        if self._error is not None:
            raise self._error
        numeric = self.kind in (INTEGER, FLOAT)
        if numeric and not self.min <= value <= self.max:
            raise genapi.OutOfRangeException(f"Value = {value} is out of range")
        self.written.append(value)
        self._value = self._stored(value)
        self._on_write(self._value)

    def execute(self) -> None:
        if self._error is not None:
            raise self._error
        self.executed += 1

    def get_int_value(self) -> int:
        return self.codes[self._value]


class FakeNodeMap:
    """Nodes by name; a name that is not there is an AttributeError, as with genicam."""

    def __init__(self, **nodes: FakeNode) -> None:
        self.__dict__.update(nodes)
        for name, node in nodes.items():
            node.node.name = name
        self._nodes = tuple(nodes.values())

    @property
    def nodes(self) -> tuple[FakeNode, ...]:
        """All nodes, without those that are only set later."""
        return self._nodes
