"""The C functions of a GenTL producer through ctypes, with nothing in between.

For tests of the simulator itself: neither Harvesters nor camstrm.
"""

from __future__ import annotations

import ctypes
import re
import struct
from collections.abc import Sequence
from ctypes import byref, c_bool, c_int32, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.gentl_signatures import SIGNATURES

__all__ = ["INFINITE", "GentlError", "OpenCamera", "RawGentl"]

INFINITE = 0xFFFFFFFFFFFFFFFF
EXCLUSIVE = 4
SERIAL_NUMBER = 7  # DEVICE_INFO_SERIAL_NUMBER
NEW_BUFFER = 1
ALL_TO_INPUT, ALL_DISCARD = 2, 4
KILL = 1


# INFO_DATATYPE: how a value is unpacked.
_TYPES = {5: "<i", 6: "<I", 8: "<Q", 10: "<Q", 11: "<?", 12: "<Q"}
_STRING = 1


class GentlError(Exception):
    """A call did not return 0."""

    def __init__(self, function: str, code: int, text: bytes) -> None:
        super().__init__(function, code, text)
        self.code = code
        self.text = text


class RawGentl:
    """A loaded producer, initialised; ``with`` closes it again."""

    def __init__(self, cti: Path | str) -> None:
        self._library = ctypes.CDLL(str(cti))
        self._functions = {}
        for name, arguments in SIGNATURES.items():
            function = getattr(self._library, name)
            function.argtypes = arguments
            function.restype = c_int32
            self._functions[name] = function

    def __enter__(self) -> RawGentl:
        self.do("GCInitLib")
        return self

    def __exit__(self, *_: object) -> None:
        self.do("GCCloseLib")

    def code(self, name: str, *arguments: Any) -> int:
        """Call a function; return its GC_ERROR."""
        return int(self._functions[name](*arguments))

    def do(self, name: str, *arguments: Any) -> None:
        """Call a function; raise GentlError unless it succeeds."""
        code = self.code(name, *arguments)
        if code:
            raise GentlError(name, code, self.last_error()[1])

    def last_error(self) -> tuple[int, bytes]:
        """Return code and text of this thread's last error."""
        code, size = c_int32(), c_size_t()
        self.do("GCGetLastError", byref(code), None, byref(size))
        text = ctypes.create_string_buffer(size.value)
        self.do("GCGetLastError", byref(code), text, byref(size))
        return code.value, text.value

    def handle(self, name: str, *arguments: Any) -> int:
        """Call a function whose last argument returns a handle."""
        handle = c_void_p()
        self.do(name, *arguments, byref(handle))
        return handle.value or 0

    def count(self, name: str, *arguments: Any) -> int:
        """Call a function whose last argument returns a uint32."""
        value = c_uint32()
        self.do(name, *arguments, byref(value))
        return value.value

    def text(self, name: str, *arguments: Any) -> str:
        """Call a function that ends with (text, size), twice as GenTL asks."""
        size = c_size_t()
        self.do(name, *arguments, None, byref(size))
        data = ctypes.create_string_buffer(size.value)
        self.do(name, *arguments, data, byref(size))
        return data.value.decode()

    def info(self, name: str, *arguments: Any) -> Any:
        """Call a function that ends with (type, buffer, size); return str, int or bool."""
        kind, size = c_int32(), c_size_t()
        self.do(name, *arguments, byref(kind), None, byref(size))
        data = ctypes.create_string_buffer(size.value)
        self.do(name, *arguments, byref(kind), data, byref(size))
        if kind.value == _STRING:
            return data.value.decode()
        return struct.unpack(_TYPES[kind.value], data.raw)[0]

    def read(self, port: int, address: int, size: int) -> bytes:
        """Read a register."""
        data, length = ctypes.create_string_buffer(size), c_size_t(size)
        self.do("GCReadPort", port, address, data, byref(length))
        return data.raw

    def write(self, port: int, address: int, data: bytes) -> None:
        """Write a register."""
        self.do("GCWritePort", port, address, data, byref(c_size_t(len(data))))

    def xml(self, port: int) -> str:
        """Return the XML of a port whose URL leads to plain text."""
        _, place, length = self.text("GCGetPortURL", port).split("?")[0].split(";")
        return self.read(port, int(place, 16), int(length, 16)).decode()

    def registers(self, port: int) -> dict[str, int]:
        """Return where the integers and floats of a port lie, by their feature's name."""
        pattern = r'<\w+Reg Name="(\w+)_Reg">.*?<Address>(\w+)</Address>'
        found = re.findall(pattern, self.xml(port), re.DOTALL)
        return {name: int(place, 16) for name, place in found}

    def open_system(self) -> int:
        """Open the system and list its interfaces."""
        system = self.handle("TLOpen")
        self.do("TLUpdateInterfaceList", system, byref(c_bool()), 100)
        return system

    def open_interfaces(self) -> list[int]:
        """Open the system and all interfaces, list their devices."""
        system = self.open_system()
        interfaces = []
        for i in range(self.count("TLGetNumInterfaces", system)):
            name = self.text("TLGetInterfaceID", system, i)
            interfaces.append(self.handle("TLOpenInterface", system, name.encode()))
            self.do("IFUpdateDeviceList", interfaces[-1], byref(c_bool()), 100)
        return interfaces


class OpenCamera:
    """A camera by serial number or device id, with its stream and buffers; ``with`` closes all."""

    def __init__(self, gentl: RawGentl, interfaces: Sequence[int], wanted: str) -> None:
        self.gentl = gentl
        self.interface, self.id = self._find(interfaces, wanted)
        self.device = gentl.handle("IFOpenDevice", self.interface, self.id, EXCLUSIVE)
        self.port = gentl.handle("DevGetPort", self.device)
        self.stream = gentl.handle("DevOpenDataStream", self.device, b"Stream0")
        self.event = gentl.handle("GCRegisterEvent", self.stream, NEW_BUFFER)
        self._memory: list[Any] = []
        self._registers: dict[str, int] = {}

    def __enter__(self) -> OpenCamera:
        return self

    def __exit__(self, *_: object) -> None:
        self.gentl.do("DevClose", self.device)

    def _find(self, interfaces: Sequence[int], wanted: str) -> tuple[int, bytes]:
        for interface in interfaces:
            for i in range(self.gentl.count("IFGetNumDevices", interface)):
                name = self.gentl.text("IFGetDeviceID", interface, i)
                if name == wanted or self._serial(interface, name.encode()) == wanted:
                    return interface, name.encode()
        raise LookupError(wanted)

    def _serial(self, interface: int, name: bytes) -> str:
        """Return a device's serial number, "" if it cannot be asked."""
        try:
            return str(self.gentl.info("IFGetDeviceInfo", interface, name, SERIAL_NUMBER))
        except GentlError:
            return ""

    def address(self, feature: str) -> int:
        """Return where the value of a feature lies."""
        if not self._registers:
            self._registers = self.gentl.registers(self.port)
        return self._registers[feature]

    def set(self, feature: str, value: int | float) -> None:
        """Write a feature: a float is written as such, an int as integer."""
        data = struct.pack("<d" if isinstance(value, float) else "<q", value)
        self.gentl.write(self.port, self.address(feature), data)

    def get(self, feature: str) -> int:
        """Read an integer feature."""
        return int(struct.unpack("<q", self.gentl.read(self.port, self.address(feature), 8))[0])

    def announce(self, count: int, size: int = 0) -> list[int]:
        """Announce and queue buffers of the payload's size, or of ``size`` bytes."""
        handles = []
        for _ in range(count):
            memory = ctypes.create_string_buffer(size or self.get("PayloadSize"))
            self._memory.append(memory)
            handle = self.gentl.handle(
                "DSAnnounceBuffer", self.stream, ctypes.addressof(memory), len(memory), None
            )
            self.gentl.do("DSQueueBuffer", self.stream, handle)
            handles.append(handle)
        return handles

    def start(self, buffers: int = 8, frames: int = INFINITE) -> None:
        """Announce buffers, or queue those that there are; start engine and camera."""
        if self._memory:
            self.gentl.do("DSFlushQueue", self.stream, ALL_TO_INPUT)
        else:
            self.announce(buffers)
        self.set("TLParamsLocked", 1)
        self.gentl.do("DSStartAcquisition", self.stream, 0, frames)
        self.set("AcquisitionStart", 1)

    def stop(self) -> None:
        """Stop camera and engine, take all buffers back."""
        self.set("AcquisitionStop", 1)
        self.gentl.do("DSStopAcquisition", self.stream, KILL)
        self.gentl.do("DSFlushQueue", self.stream, ALL_DISCARD)
        self.set("TLParamsLocked", 0)

    def revoke_all(self) -> None:
        """Take the buffers away from the stopped stream."""
        for _ in range(len(self._memory)):
            handle = self.gentl.handle("DSGetBufferID", self.stream, 0)
            self.gentl.do("DSRevokeBuffer", self.stream, handle, None, None)
        self._memory.clear()

    def fetch(self, timeout_ms: int = 30_000) -> int:
        """Wait for a filled buffer; return its handle."""
        data, size = (c_uint64 * 2)(), c_size_t(16)
        self.gentl.do("EventGetData", self.event, data, byref(size), timeout_ms)
        return int(data[0])

    def buffer(self, handle: int, what: int) -> Any:
        """Return a BUFFER_INFO_CMD of a buffer."""
        return self.gentl.info("DSGetBufferInfo", self.stream, handle, what)

    def bytes_of(self, handle: int) -> bytes:
        """Return what a buffer holds (BUFFER_INFO_SIZE_FILLED bytes)."""
        return ctypes.string_at(self.buffer(handle, 0), self.buffer(handle, 9))

    def queue(self, handle: int) -> None:
        """Give a buffer back."""
        self.gentl.do("DSQueueBuffer", self.stream, handle)

    def next_frame(self) -> int:
        """Give a filled buffer back at once; its handle describes it until it is filled again."""
        handle = self.fetch()
        self.queue(handle)
        return handle

    def is_silent(self) -> bool:
        """Return whether no frame comes any more."""
        try:
            self.fetch(60)
        except GentlError as error:
            return error.code == GcError.TIMEOUT
        return False
