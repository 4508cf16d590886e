"""A real node map over registers in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from camstrm.acquisition.features.camera_xml import load_node_map
from camstrm.acquisition.gentl.binding import genapi

__all__ = ["node_map_over_memory"]


class _Memory(genapi.AbstractPort):  # type: ignore[misc]  # the binding has no types
    def __init__(self, registers: Mapping[int, bytes]) -> None:
        super().__init__()
        self._registers = dict(registers)

    def is_open(self) -> bool:
        return True

    def get_access_mode(self) -> Any:
        return genapi.EAccessMode.RW

    def read(self, address: int, length: int) -> bytes:
        return self._registers.get(address, b"").ljust(length, b"\0")

    def write(self, address: int, data: bytes) -> None:
        self._registers[address] = bytes(data)


def node_map_over_memory(xml: bytes, registers: Mapping[int, bytes] | None = None) -> Any:
    """Return the node map of ``xml``; registers that are not given hold 0."""
    node_map, _ = load_node_map(xml)
    node_map.connect(_Memory(registers or {}), "Device")
    return node_map
