"""Bytes that are there already, on their way through a PacketSplitter."""

from __future__ import annotations

from camstrm.wire import Packet, PacketSplitter


def receive_data(splitter: PacketSplitter, data: bytes | bytearray) -> list[Packet]:
    """Feed bytes of any cut; return the packets that are complete with them.

    When it raises, packets that were complete before the error are lost with it.
    """
    view = memoryview(data)
    packets: list[Packet] = []
    while len(view):
        target = splitter.get_buffer()
        count = min(len(target), len(view))
        target[:count] = view[:count]
        view = view[count:]
        packets += splitter.bytes_received(count)
    splitter.bytes_received(0)
    return packets
