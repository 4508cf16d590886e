"""Build the floors: small C programs that do the least that must be done."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["FOLDER", "NoCompilerError", "build_floor"]

SOURCES = Path(__file__).with_name("floors")
FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"

_FLAGS = "-std=gnu11 -O2 -pthread -Wall -Wextra -Werror".split()
_TIMEOUT_S = 120


class NoCompilerError(Exception):
    """There is no C compiler, so the floors cannot be built."""


def build_floor(name: str, *options: str, folder: Path = FOLDER) -> Path:
    """Return the program built from ``floors/NAME.c``; build it unless it is there already.

    ``options`` go behind the source, as ``-ldl``. Raises NoCompilerError, and
    subprocess.CalledProcessError when the compiler refuses.
    """
    compiler = next(filter(None, map(shutil.which, (os.environ.get("CC", "cc"), "gcc"))), None)
    if compiler is None:
        raise NoCompilerError("no C compiler: wanted cc or gcc (Debian, Ubuntu: apt install gcc)")
    source = SOURCES / f"{name}.c"
    command = [compiler, *_FLAGS, str(source), *options]
    digest = hashlib.sha256("\0".join(command).encode() + source.read_bytes()).hexdigest()[:16]
    target = folder / digest / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            built = Path(scratch) / name
            subprocess.run([*command, "-o", str(built)], check=True, timeout=_TIMEOUT_S)
            built.replace(target)
    return target
