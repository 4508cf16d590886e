"""Keep tokens on the command line out of the list of processes."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["hide_tokens", "without_tokens"]

_PROC = Path("/proc/self")

_ARGUMENTS_BEGIN = 48
"""Field of /proc/PID/stat (proc_pid_stat(5), arg_start) with the address of the first argument; the
next field has the end of the last one."""

_LARGEST = 1 << 20
"""Bytes of arguments that are looked at."""

_TOKENS = re.compile(
    rb"(?:(?<=\0)--t(?:o(?:k(?:e(?:n)?)?)?)?[=\0]|[?&]token=)([^\0&#]+)",
)
"""The option, also as argparse lets it be shortened, and the token in an address."""


def without_tokens(arguments: bytes) -> bytes:
    """Return arguments, with a NUL behind each, with asterisks for their tokens."""

    def hidden(found: re.Match[bytes]) -> bytes:
        return found[0][: -len(found[1])] + b"*" * len(found[1])

    return _TOKENS.sub(hidden, arguments)


def hide_tokens() -> None:
    """Overwrite the tokens of this process's command line, which all users may read.

    On Linux; elsewhere, and where /proc does not allow it, nothing happens. They can still be
    seen between the start of the process and this call.
    """
    try:
        fields = (_PROC / "stat").read_text().rpartition(")")[2].split()
        # The text behind the name begins with the third field.
        begin, end = (int(fields[field - 3]) for field in (_ARGUMENTS_BEGIN, _ARGUMENTS_BEGIN + 1))
        if not 0 < end - begin <= _LARGEST:
            return
        with (_PROC / "mem").open("r+b", buffering=0) as memory:
            memory.seek(begin)
            arguments = memory.read(end - begin)
            hidden = without_tokens(arguments)
            if hidden != arguments:
                memory.seek(begin)
                memory.write(hidden)
    except (OSError, ValueError, IndexError):
        return
