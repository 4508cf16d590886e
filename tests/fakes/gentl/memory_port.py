"""A real node map over registers in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from camstrm.acquisition.features.camera_xml import load_node_map
from camstrm.acquisition.features.description import describe_camera
from camstrm.acquisition.gentl.binding import genapi
from tests.vectors import layout

__all__ = ["MemoryCamera", "node_map_over_memory"]

_NODE_MAPS = Path(layout.__file__).parent / "node_maps"


class _Memory(genapi.AbstractPort):  # type: ignore[misc]  # the binding has no types
    def __init__(self, registers: Mapping[int, bytes]) -> None:
        super().__init__()
        self.registers = dict(registers)
        self.reads: list[int] = []
        self.writes: list[int] = []

    def is_open(self) -> bool:
        return True

    def get_access_mode(self) -> Any:
        return genapi.EAccessMode.RW

    def read(self, address: int, length: int) -> bytes:
        self.reads.append(address)
        return self.registers.get(address, b"").ljust(length, b"\0")[:length]

    def write(self, address: int, data: bytes) -> None:
        self.writes.append(address)
        self.registers[address] = bytes(data)


class MemoryCamera:
    """A camera of tests/vectors/node_maps: node map, description, and a count of registers."""

    def __init__(self, name: str, xml: bytes | None = None) -> None:
        self.xml = (_NODE_MAPS / f"{name}.xml").read_bytes() if xml is None else xml
        lines = (_NODE_MAPS / f"{name}.mem").read_text().split()
        self.memory = _Memory(
            {
                int(address, 16): bytes.fromhex(data)
                for address, data in zip(lines[::2], lines[1::2], strict=True)
            }
        )
        self.nodes, _ = load_node_map(self.xml)
        self.nodes.connect(self.memory, "Device")
        self.description = describe_camera(self.xml)

    def reads_of(self, call: Any) -> int:
        """Return how many registers are read while ``call`` runs."""
        before = len(self.memory.reads)
        call()
        return len(self.memory.reads) - before

    def put(self, address: int, value: int, length: int = 4) -> None:
        """Change a register as the camera does by itself."""
        self.memory.registers[address] = value.to_bytes(length, "little")
        for node in self.nodes.nodes:
            node.node.invalidate_node()


def node_map_over_memory(xml: bytes, registers: Mapping[int, bytes] | None = None) -> Any:
    """Return the node map of ``xml``; registers that are not given hold 0."""
    node_map, _ = load_node_map(xml)
    node_map.connect(_Memory(registers or {}), "Device")
    return node_map
