"""Ask several producers at once and take the answers in a steady order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

from camstrm.cli.progress import Progress

__all__ = ["in_order"]

_OVERTAKE_S = 2.0
"""How long an answer waits for those that come before it. The order is that of the producers
unless one of them is slow; then it comes later, and holds nobody up."""

_SHOW_AFTER_S = 0.7
"""Usual answers take less: what is waited for is shown only when they do not."""

_TURN_S = 0.2
"""Seconds between two looks: how late an answer is taken, and what is waited for is shown."""

Answer = TypeVar("Answer")


def in_order(
    ctis: Sequence[str],
    ask: Callable[[int, threading.Event], Answer],
    progress: Progress,
    timeout_s: float,
    *,
    overtake_s: float = _OVERTAKE_S,
) -> Iterator[tuple[int, Answer]]:
    """Call ``ask(index, stop)`` for each producer in a thread; yield index and answer.

    ``stop`` is set when the caller takes no more answers (Ctrl-C). ``progress`` says whom is
    waited for. What ``ask`` raises is raised here.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, len(ctis))) as pool:
        try:
            began = time.monotonic()
            asked = [pool.submit(ask, index, stop) for index in range(len(ctis))]
            waiting = dict(enumerate(asked))
            there: dict[int, float] = {}
            while waiting:
                open_ones = [future for index, future in waiting.items() if index not in there]
                wait(open_ones, timeout=_TURN_S, return_when=FIRST_COMPLETED)
                now = time.monotonic()
                for index, future in waiting.items():
                    if future.done():
                        there.setdefault(index, now)
                for index in _due(waiting, there, now - overtake_s):
                    del there[index]
                    answer = waiting.pop(index).result()
                    progress.clear()
                    yield index, answer
                late = [ctis[index] for index, future in waiting.items() if not future.done()]
                if late and now - began > _SHOW_AFTER_S:
                    names = ", ".join(Path(cti).name for cti in late)
                    progress.show(f"waiting for {names} ({now - began:.0f} of {timeout_s:g} s)")
        finally:
            stop.set()
            progress.clear()


def _due(
    waiting: dict[int, Future[Answer]], there: dict[int, float], overtakes: float
) -> list[int]:
    """Return what is to be taken now: all until the first that is missing, and old answers."""
    first_missing = min(waiting.keys() - there.keys(), default=len(waiting) + len(there))
    return [i for i in waiting if i in there and (i < first_missing or there[i] <= overtakes)]
