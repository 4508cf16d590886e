"""Check a .cti before Harvesters loads it.

Harvesters says nothing about a missing or wrong file and crashes (SIGSEGV) on a shared
library that is no producer. So the file is looked at first, and it is loaded in a child
process, which may crash.
"""

from __future__ import annotations

import ctypes
import json
import platform
import stat
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from camstrm.acquisition.child import end_child, run_child
from camstrm.errors import ChildError, ChildTimeoutError, ProducerError

__all__ = ["REQUIRED_SYMBOLS", "check_file", "check_producer", "missing_symbols"]

REQUIRED_SYMBOLS = (
    "GCInitLib GCCloseLib GCGetInfo GCGetLastError GCGetNumPortURLs GCGetPortURLInfo "
    "GCGetPortInfo GCReadPort GCWritePort GCRegisterEvent EventGetInfo EventGetData EventFlush "
    "TLOpen TLClose TLUpdateInterfaceList TLGetNumInterfaces TLGetInterfaceID TLOpenInterface "
    "IFClose IFGetInfo IFUpdateDeviceList IFGetNumDevices IFGetDeviceID IFGetDeviceInfo "
    "IFOpenDevice DevGetPort DevGetInfo DevGetNumDataStreams DevGetDataStreamID "
    "DevOpenDataStream DevClose DSGetInfo DSAnnounceBuffer DSQueueBuffer DSStartAcquisition "
    "DSStopAcquisition DSFlushQueue DSRevokeBuffer DSGetBufferInfo DSClose"
).split()
"""What Harvesters calls without asking whether it is there (GenTL 1.5 function names)."""

_ELF = b"\x7fELF"
_PE = b"MZ"


def check_file(cti: str) -> None:
    """Raise ProducerError unless ``cti`` is a readable shared library of this platform."""
    path = Path(cti)
    try:
        cti.encode()
    except UnicodeEncodeError:
        # GenTL takes UTF-8; Python has kept bytes that this locale has no letters for.
        raise ProducerError(
            cti,
            "its path has letters that the locale of this program does not know",
            "Set a UTF-8 locale, as in: export LC_ALL=C.UTF-8",
        ) from None
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ProducerError(
                cti, "not a file", "Give the path of the .cti itself, not its folder"
            )
        with path.open("rb") as file:
            head = file.read(20)
    except (FileNotFoundError, NotADirectoryError):
        raise ProducerError(
            cti,
            "file not found",
            "Give the path of the maker's .cti; 'camstrm doctor' lists those it finds",
        ) from None
    except OSError as error:
        raise ProducerError(cti, f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        # A NUL in the path.
        raise ProducerError(cti, f"not a path ({error})") from None
    wanted = _PE if sys.platform == "win32" else _ELF
    if sys.platform != "darwin" and not head.startswith(wanted):
        raise ProducerError(
            cti,
            f"not a shared library (starts with {head[:4]!r}, wanted {wanted!r})",
            "A .cti is the maker's GenTL producer for this operating system",
        )
    if wanted == _ELF and sys.platform != "darwin" and len(head) == 20:
        machine = int.from_bytes(head[18:20], "little")
        names = {3: "i386", 40: "arm", 62: "x86_64", 183: "aarch64"}
        here = platform.machine()
        if names.get(machine, here) != here:
            raise ProducerError(
                cti,
                f"built for {names[machine]}, this machine is {here}",
                "Choose the maker's folder for this machine",
            )


def missing_symbols(cti: str) -> tuple[str, ...]:
    """Load ``cti`` into this process and return the GenTL functions that it lacks.

    Raises ProducerError when it cannot be loaded. Loading foreign code may crash: call
    this in a process that may end.
    """
    try:
        library = ctypes.CDLL(cti)
    except OSError as error:
        raise ProducerError(cti, f"cannot be loaded: {error}", _load_remedy(str(error))) from None
    return tuple(name for name in REQUIRED_SYMBOLS if not hasattr(library, name))


def check_producer(
    cti: str,
    environment: Mapping[str, str] | None = None,
    *,
    python: str = sys.executable,
    timeout_s: float = 20.0,
    stop: threading.Event | None = None,
) -> None:
    """Raise ProducerError unless ``cti`` loads in a child and exports what is needed.

    ``environment`` is the child's whole environment (None: this process's own). ``stop``
    ends the check early.
    """
    check_file(cti)
    try:
        answer = run_child(
            [python, "-m", "camstrm.acquisition.gentl.producer_check", cti],
            environment,
            timeout_s=timeout_s,
            # What a library writes when it is loaded is seen when its cameras are listed.
            show=lambda _: None,
            stop=stop,
        ).answer()
    except ChildTimeoutError:
        raise ProducerError(cti, f"loading did not end within {timeout_s:g} s") from None
    except ChildError as error:
        if error.crash:
            raise ProducerError(
                cti,
                f"crashes when it is loaded ({error.crash})",
                "Reinstall the maker's SDK, or choose another version of it",
            ) from None
        raise ProducerError(cti, f"the process that loads it {error.problem}") from None
    if "problem" in answer:
        raise ProducerError(cti, str(answer["problem"]), str(answer["remedy"]))
    missing = tuple(map(str, answer.get("missing", ())))
    if missing:
        raise ProducerError(cti, *not_a_producer(missing))


def not_a_producer(missing: tuple[str, ...]) -> tuple[str, str]:
    """Return problem and remedy for a library that lacks GenTL functions."""
    if len(missing) == len(REQUIRED_SYMBOLS):
        return (
            "a shared library, but no GenTL producer (it exports no GenTL function)",
            "Give the path of the maker's .cti",
        )
    return (
        f"incomplete GenTL producer, it lacks {', '.join(missing)}",
        "Install a version of the maker's SDK that implements GenTL 1.5",
    )


def _load_remedy(text: str) -> str:
    if "cannot open shared object file" in text:
        return (
            "A library that it needs is missing: install the maker's SDK, or name its folder "
            "in the profile's environment (LD_LIBRARY_PATH)"
        )
    if "undefined symbol" in text:
        return (
            "It loaded the wrong version of a shared library. Set LD_LIBRARY_PATH for this "
            "producer ('env' of its [[producer]])"
        )
    return ""


def main(arguments: list[str]) -> int:
    """Child side of :func:`check_producer`."""
    (cti,) = arguments
    answer: dict[str, object]
    try:
        answer = {"missing": missing_symbols(cti)}
    except ProducerError as error:
        answer = {"problem": error.problem, "remedy": error.remedy}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")
    return 0


if __name__ == "__main__":
    end_child(main(sys.argv[1:]))
