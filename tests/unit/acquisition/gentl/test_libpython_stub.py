from __future__ import annotations

import ctypes
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.libpython_stub import _MACHINES, can_load_stub, empty_library

SONAME = "libcamstrm-empty-test.so.1"

pytestmark = pytest.mark.skipif(not can_load_stub(), reason="ELF of a known machine")


def write_library(folder: Path) -> Path:
    path = folder / "some-other-name.so"
    path.write_bytes(empty_library(SONAME, _MACHINES[platform.machine()]))
    return path


def test_the_loader_takes_the_empty_library(tmp_path: Path) -> None:
    assert ctypes.CDLL(str(write_library(tmp_path)))._name


@pytest.mark.parametrize(("machine", "name"), [(62, "X86-64"), (183, "AArch64")])
def test_readelf_finds_nothing_but_the_name(tmp_path: Path, machine: int, name: str) -> None:
    path = tmp_path / "some-other-name.so"
    path.write_bytes(empty_library(SONAME, machine))
    done = subprocess.run(
        ["readelf", "--wide", "--file-header", "--program-headers", "--dynamic", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert done.stderr == "", "readelf warns of what is not well formed"
    words = " ".join(done.stdout.split())
    size = path.stat().st_size
    assert "Class: ELF64 Data: 2's complement, little endian" in words
    assert f"Type: DYN (Shared object file) Machine: Advanced Micro Devices {name}" in words or (
        f"Type: DYN (Shared object file) Machine: {name}" in words
    )
    assert re.search(rf"LOAD 0x0+ 0x0+ 0x0+ 0x0*{size:x} 0x0*{size:x} RW 0x10000", words)
    assert re.search(r"GNU_STACK (0x0+ ){5}RW 0x10", words), "no executable stack"
    assert re.search(r"DYNAMIC 0x0*e8 0x0*e8 0x0*e8 0x0*70 0x0*70 RW 0x8", words)
    tags = re.findall(r"^ 0x[0-9a-f]+ \((\w+)\)", done.stdout, re.MULTILINE)
    assert tags == ["SONAME", "HASH", "STRTAB", "SYMTAB", "STRSZ", "SYMENT", "NULL"]
    assert f"Library soname: [{SONAME}]" in words


def test_a_library_that_needs_the_name_finds_it(tmp_path: Path) -> None:
    """As genicam's modules need libpython's: what is loaded under that name is enough."""
    empty = write_library(tmp_path)
    source = tmp_path / "needy.c"
    source.write_text("int seven(void) { return 7; }\n")
    named, needy = tmp_path / "named.so", tmp_path / "needy.so"
    compiler: list[str | Path] = ["cc", "-shared", "-fPIC", source]
    for command in (
        [*compiler, "-o", named, f"-Wl,-soname,{SONAME}"],
        [*compiler, "-o", needy, "-Wl,--no-as-needed", named],
    ):
        subprocess.run(command, check=True, timeout=60)
    script = (
        "import ctypes, sys\n"
        "if sys.argv[2]: ctypes.CDLL(sys.argv[2], mode=ctypes.RTLD_GLOBAL)\n"
        "print(ctypes.CDLL(sys.argv[1]).seven())\n"
    )
    results = [
        subprocess.run(
            [sys.executable, "-c", script, needy, first],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "LD_LIBRARY_PATH": ""},
        )
        for first in ("", str(empty))
    ]
    assert SONAME in results[0].stderr
    assert results[1].stdout == "7\n"
