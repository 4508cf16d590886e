"""An empty libpython, for an interpreter that has no shared library.

genicam's modules name ``libpython3.X.so.1.0`` as needed, although everything that they
use of it is in the interpreter. Debian's and Ubuntu's python3 is one without that
library (package libpython3.X, often not installed), and the import fails. The dynamic
loader is content if a library of that name is loaded already, so an empty one is.

Numbers are those of the ELF specification (elf(5)).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

__all__ = ["can_load_stub", "empty_library", "load_stub"]

_MACHINES = {"x86_64": 62, "aarch64": 183}
"""e_machine of the platforms that genicam has wheels for."""

_ELF_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_TAG = struct.Struct("<QQ")
_HASH = struct.Struct("<IIII")
_SYMBOL_SIZE = 24

_IDENT = b"\x7fELF\x02\x01\x01"  # 64 bits, little-endian, version 1
_ET_DYN = 3
_PT_LOAD, _PT_DYNAMIC, _PT_GNU_STACK = 1, 2, 0x6474E551
_READ_WRITE = 6
_DT_NULL, _DT_HASH, _DT_STRTAB, _DT_SYMTAB = 0, 4, 5, 6
_DT_STRSZ, _DT_SYMENT, _DT_SONAME = 10, 11, 14

_PAGE = 0x10000
"""Alignment of the loaded segment: the largest page of both platforms."""


def can_load_stub() -> bool:
    """Return whether this is a platform that a library can be written for."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def load_stub(soname: str) -> None:
    """Load an empty library of that name into this process, for all that is loaded later."""
    file = os.memfd_create(soname)
    try:
        os.write(file, empty_library(soname, _MACHINES[platform.machine()]))
        ctypes.CDLL(f"/proc/self/fd/{file}", mode=ctypes.RTLD_GLOBAL)
    finally:
        os.close(file)


def empty_library(soname: str, machine: int) -> bytes:
    """Return an ELF shared library (64 bits, little-endian) that holds nothing but its name."""
    strings = b"\0" + soname.encode() + b"\0"
    tags, headers = 7, 3
    dynamic_at = _ELF_HEADER.size + headers * _PROGRAM_HEADER.size
    dynamic_size = tags * _TAG.size
    hash_at = dynamic_at + dynamic_size
    symbols_at = hash_at + _HASH.size
    strings_at = symbols_at + _SYMBOL_SIZE
    size = strings_at + len(strings)
    return b"".join(
        (
            _ELF_HEADER.pack(
                *(_IDENT, _ET_DYN, machine, 1, 0),  # version 1, no entry point
                *(_ELF_HEADER.size, 0, 0),  # program headers follow, no section headers, no flags
                *(_ELF_HEADER.size, _PROGRAM_HEADER.size, headers, 64, 0, 0),
            ),
            # The loader writes into the dynamic section: everything is readable and writable.
            _PROGRAM_HEADER.pack(_PT_LOAD, _READ_WRITE, 0, 0, 0, size, size, _PAGE),
            _PROGRAM_HEADER.pack(
                *(_PT_DYNAMIC, _READ_WRITE, dynamic_at, dynamic_at, dynamic_at),
                *(dynamic_size, dynamic_size, 8),
            ),
            # Without it the loader would ask for an executable stack.
            _PROGRAM_HEADER.pack(_PT_GNU_STACK, _READ_WRITE, 0, 0, 0, 0, 0, 16),
            _TAG.pack(_DT_SONAME, 1),  # offset in the strings
            _TAG.pack(_DT_HASH, hash_at),
            _TAG.pack(_DT_STRTAB, strings_at),
            _TAG.pack(_DT_SYMTAB, symbols_at),
            _TAG.pack(_DT_STRSZ, len(strings)),
            _TAG.pack(_DT_SYMENT, _SYMBOL_SIZE),
            _TAG.pack(_DT_NULL, 0),
            _HASH.pack(1, 1, 0, 0),  # one bucket, one symbol: the empty one
            bytes(_SYMBOL_SIZE),
            strings,
        )
    )
