"""Viewers that come, get a bundle, and go: ``python -m bench.whole_way.joining PORT TOKEN PER_S``.

TOKEN is a file. For each line of standard input one line: how many came since the last one, and
how many got nothing. Ends with its input.
"""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.child_process import ended_with_input
from bench.whole_way.watched_socket import ConnectionEndedError, WatchedSocket

__all__ = ["Joined", "Joining", "joining"]

_BINARY = 2
_BUNDLE_S = 10.0


class Joined(NamedTuple):
    """How many came since the last question, and how many of them got no bundle."""

    joins: int
    failures: int


class Joining:
    """The process, as its parent sees it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def report(self) -> Joined:
        """Ask it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        joins, failures = self._process.stdout.readline().split()
        return Joined(int(joins), int(failures))


@contextlib.contextmanager
def joining(port: int, token_file: Path, per_s: float) -> Iterator[Joining]:
    """Let viewers come and go while the block runs."""
    command = (sys.executable, "-m", "bench.whole_way.joining", str(port), str(token_file))
    with ended_with_input((*command, str(per_s)), stdout=subprocess.PIPE) as process:
        yield Joining(process)


def _join(port: int, token: str) -> bool:
    """Watch until the first bundle; leave without a word. Return whether there was one."""
    try:
        with contextlib.closing(WatchedSocket(port, token)) as viewer:
            end_s = time.monotonic() + _BUNDLE_S
            while (left_s := end_s - time.monotonic()) > 0:
                if select.select([viewer], [], [], left_s)[0] and any(
                    opcode == _BINARY for opcode, _ in viewer.messages()
                ):
                    return True
    except (OSError, ConnectionEndedError) as error:
        print(f"a viewer that came: {error}", file=sys.stderr)
    return False


def main(arguments: list[str]) -> int:
    """Come and go."""
    port, token_file, per_s = arguments
    token = Path(token_file).read_text()
    joins = failures = 0
    next_s = time.monotonic()
    while True:
        while select.select([sys.stdin], [], [], max(0.0, next_s - time.monotonic()))[0]:
            if not sys.stdin.readline():
                return 0
            print(joins, failures, flush=True)
            joins = failures = 0
        joins += 1
        failures += not _join(int(port), token)
        next_s = max(next_s + 1 / float(per_s), time.monotonic())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
