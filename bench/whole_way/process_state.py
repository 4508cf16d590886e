"""What must stay the same in processes that run for months: descriptors, threads, tasks."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ProcessState", "changes", "probed", "state_of"]

_PROBE = Path(__file__).with_name("probe")
_ANSWER_S = 20.0
_LOOK_S = 0.02


@dataclass(frozen=True)
class ProcessState:
    """Of one process; ``tasks``, ``objects``, ``used`` and ``held`` as the probe says them."""

    descriptors: int
    threads: int
    tasks: int = 0
    objects: int = 0
    used: int = 0
    held: int = 0


@contextlib.contextmanager
def probed() -> Iterator[Path]:
    """Let processes that are started in the block answer; yield the folder of their answers."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="camstrm-probe-") as folder:
        paths = [str(_PROBE), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        os.environ |= {"PYTHONPATH": os.pathsep.join(paths), "CAMSTRM_PROBE": folder}
        try:
            yield Path(folder)
        finally:
            for name in ("PYTHONPATH", "CAMSTRM_PROBE"):
                os.environ.pop(name)
                if name in before:
                    os.environ[name] = before[name]


def state_of(pid: int, answers: Path | None) -> ProcessState:
    """Return how a process is; ``answers``: None for one that has no probe."""
    process = Path(f"/proc/{pid}")
    descriptors = len(list((process / "fd").iterdir()))
    threads = len(list((process / "task").iterdir()))
    said: dict[str, Any] = _ask(pid, answers) if answers is not None else {}
    return ProcessState(descriptors, threads, **said)


def _ask(pid: int, answers: Path) -> dict[str, Any]:
    place = answers / str(pid)
    place.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR2)
    deadline_s = time.monotonic() + _ANSWER_S
    while not place.exists():
        if time.monotonic() > deadline_s:
            raise RuntimeError(f"process {pid} does not answer the probe")
        time.sleep(_LOOK_S)
    answer: dict[str, Any] = json.loads(place.read_text())
    return answer


def changes(
    first: Mapping[str, ProcessState], last: Mapping[str, ProcessState], margin: int = 0
) -> list[str]:
    """Say which descriptors, threads and tasks have become more, by more than ``margin``.

    ``margin``: what viewers that come and go may have open just now.
    """
    if first.keys() != last.keys():
        return [f"processes were {sorted(first)}, are {sorted(last)}"]
    return [
        f"{what} of {name}: {getattr(before, what)}, then {getattr(last[name], what)}"
        for name, before in first.items()
        for what in ("descriptors", "threads", "tasks")
        if getattr(last[name], what) > getattr(before, what) + margin
    ]
