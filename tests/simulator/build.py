"""Build the GenTL simulator producer with the system's C++ compiler.

``python -m tests.simulator.build [FOLDER]`` prints the path of ``camsim.cti``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["DEFAULT_FOLDER", "NoCompilerError", "SimulatorBuildError", "build_simulator"]

SOURCES = Path(__file__).with_name("producer")
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "build" / "simulator"
NAME = "camsim.cti"

_FLAGS = "-std=c++17 -fPIC -pthread -fvisibility=hidden -Wall -Wextra -Werror".split()
_OPTIMISED = ("-O2",)
_SANITIZED = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")
_HALVES = 2
_TIMEOUT_S = 300


class SimulatorBuildError(Exception):
    """The simulator cannot be built: no compiler, or the compiler refused."""


class NoCompilerError(SimulatorBuildError):
    """There is no C++ compiler; tests that need the simulator are skipped then."""


def compiler() -> str:
    """Return the C++ compiler: ``$CXX``, c++ or g++; raise NoCompilerError without one."""
    for name in filter(None, (os.environ.get("CXX", ""), "c++", "g++")):
        found = shutil.which(name)
        if found is not None:
            return found
    raise NoCompilerError(
        "no C++ compiler: wanted c++ or g++ for the GenTL simulator; "
        "install one (Debian, Ubuntu: apt install g++)"
    )


def build_simulator(folder: Path = DEFAULT_FOLDER, *, sanitized: bool = False) -> Path:
    """Return ``camsim.cti``, built below ``folder`` unless it is there already.

    A sub-folder is named after a hash of sources, compiler and flags, so that a change of
    any of them makes another build, and processes that build at the same time do not disturb each
    other. ``sanitized`` builds with AddressSanitizer and UndefinedBehaviorSanitizer.
    Raises SimulatorBuildError.
    """
    command = [compiler(), *_FLAGS, f"-I{SOURCES}", *(_SANITIZED if sanitized else _OPTIMISED)]
    target = folder / _fingerprint(command) / NAME
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            _compile(command, Path(scratch))
            (Path(scratch) / NAME).replace(target)
    return target


def _fingerprint(command: Sequence[str]) -> str:
    digest = hashlib.sha256("\0".join(command).encode())
    for path in sorted(SOURCES.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(command: Sequence[str], scratch: Path) -> None:
    """Compile in two halves at the same time: one compiler run for each file takes longer."""
    files = sorted(SOURCES.glob("*.cpp"))
    objects, running = [], []
    for half in range(_HALVES):
        unit = scratch / f"half{half}.cpp"
        unit.write_text("".join(f'#include "{path.name}"\n' for path in files[half::_HALVES]))
        objects.append(str(unit.with_suffix(".o")))
        running.append(
            subprocess.Popen(
                [*command, "-c", "-o", objects[-1], str(unit)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    outputs = [child.communicate(timeout=_TIMEOUT_S)[0] for child in running]
    if any(child.returncode for child in running):
        raise SimulatorBuildError("the simulator does not compile:\n" + "".join(outputs))
    done = subprocess.run(
        [*command, "-shared", "-o", str(scratch / NAME), *objects],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise SimulatorBuildError(f"the simulator cannot be linked:\n{done.stderr}")


def main(arguments: Sequence[str]) -> int:
    """Build and print the path."""
    try:
        print(build_simulator(*(Path(argument) for argument in arguments[:1])))
    except SimulatorBuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
