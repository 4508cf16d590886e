from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.binding import _MACHINES, empty_library

SONAME = "libcamstrm-empty-test.so.1"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in _MACHINES, reason="ELF of a known machine"
)


def write_library(folder: Path) -> Path:
    path = folder / "some-other-name.so"
    path.write_bytes(empty_library(SONAME, _MACHINES[platform.machine()]))
    return path


def test_the_loader_takes_the_empty_library(tmp_path: Path) -> None:
    assert ctypes.CDLL(str(write_library(tmp_path)))._name


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
