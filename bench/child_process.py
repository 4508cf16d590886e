"""Child processes that end with their standard input."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

__all__ = ["ROOT", "ended_with_input", "wait_or_kill"]

ROOT = Path(__file__).resolve().parents[1]
_STOP_TIMEOUT_S = 15.0


@contextlib.contextmanager
def ended_with_input(
    command: Sequence[str], *, stdout: int | None = None, stderr: IO[str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run ``command`` in the repository while the block runs, then close its input."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, text=True
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        wait_or_kill(process)
        if process.stdout is not None:
            process.stdout.close()


def wait_or_kill(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Wait for a process that was asked to end, 15 seconds at most."""
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_TIMEOUT_S)
