"""Child processes: some end with their standard input, some answer with a line of JSON."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

__all__ = ["ROOT", "ended_with_input", "report_of", "wait_or_kill"]

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


def report_of(module: str, *arguments: object, timeout_s: float) -> dict[str, Any]:
    """Run a module of the benchmark, Qt without a screen; return the JSON of its last line.

    Raises RuntimeError with the end of what it wrote when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report
