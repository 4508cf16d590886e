"""The genicam binding, importable also where Python has no shared library.

genicam's modules name ``libpython3.X.so.1.0`` as needed, although everything that they
use of it is in the interpreter. Debian's and Ubuntu's python3 is one without that
library (package libpython3.X, often not installed), and the import fails. The dynamic
loader is content if a library of that name is loaded already, so an empty one is.

Errors whose text is not UTF-8 are raised as what they are (see error_text.py).
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import struct
import sys

from camstrm.acquisition.gentl.error_text import GentlErrorTranslator
from camstrm.acquisition.gentl.library import GcError

__all__ = ["empty_library", "genapi", "gentl"]

_MACHINES = {"x86_64": 62, "aarch64": 183}
"""e_machine of the ELF specification for the platforms that genicam has wheels for."""


def empty_library(soname: str, machine: int) -> bytes:
    """Return an ELF shared library (64 bits, little-endian) that holds nothing but its name."""
    strings = b"\0" + soname.encode() + b"\0"
    dynamic_at, entries = 64 + 3 * 56, 7
    hash_at = dynamic_at + entries * 16
    symbols_at = hash_at + 16
    strings_at = symbols_at + 24
    size = strings_at + len(strings)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",  # 64 bits, little-endian, version 1
        3,  # ET_DYN
        machine,
        1,
        0,
        64,  # program headers follow
        0,
        0,
        64,
        56,
        3,
        64,
        0,
        0,
    )
    # The loader writes into the dynamic section: everything is readable and writable.
    load = struct.pack("<IIQQQQQQ", 1, 6, 0, 0, 0, size, size, 0x10000)
    dynamic = struct.pack(
        "<IIQQQQQQ", 2, 6, dynamic_at, dynamic_at, dynamic_at, entries * 16, entries * 16, 8
    )
    # Without PT_GNU_STACK the loader would ask for an executable stack.
    stack = struct.pack("<IIQQQQQQ", 0x6474E551, 6, 0, 0, 0, 0, 0, 16)
    tags = (
        (14, 1),  # DT_SONAME: offset in the strings
        (4, hash_at),  # DT_HASH
        (5, strings_at),  # DT_STRTAB
        (6, symbols_at),  # DT_SYMTAB
        (10, len(strings)),  # DT_STRSZ
        (11, 24),  # DT_SYMENT
        (0, 0),
    )
    table = b"".join(struct.pack("<QQ", tag, value) for tag, value in tags)
    hashes = struct.pack("<IIII", 1, 1, 0, 0)
    return header + load + dynamic + stack + table + hashes + bytes(24) + strings


def _load_empty(soname: str) -> None:
    file = os.memfd_create(soname)
    try:
        os.write(file, empty_library(soname, _MACHINES[platform.machine()]))
        ctypes.CDLL(f"/proc/self/fd/{file}", mode=ctypes.RTLD_GLOBAL)
    finally:
        os.close(file)


def _camel_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


try:
    from genicam import genapi, gentl
except ImportError as _error:
    _missing = re.search(r"libpython3[\d.]*\.so[\d.]*", str(_error))
    if _missing is None or sys.platform != "linux" or platform.machine() not in _MACHINES:
        raise
    _load_empty(_missing.group())
    from genicam import genapi, gentl

# The classes of gentl look their C functions up in this name at each call.
_names = vars(gentl)
if not isinstance(_names["_gentl"], GentlErrorTranslator):
    _names["_gentl"] = GentlErrorTranslator(
        _names["_gentl"],
        {
            code: kind
            for code in GcError
            if (kind := _names.get(f"{_camel_case(code.name)}Exception")) is not None
        },
        gentl.GenericException,
    )
