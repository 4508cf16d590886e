"""Viewer: what the hub knows about somebody who gets bundles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from camstrm.bridge.viewers.outbox import ViewerOutbox

__all__ = ["Viewer"]


def _nothing() -> None:
    """Leave it to the task that waits for the outbox."""


@dataclass(eq=False)
class Viewer:
    """Somebody who gets bundles: a WebSocket or an MJPEG response (``kind``).

    ``nudge`` is called whenever something was put into the outbox: who sends may do so
    at once, without a turn of a task.
    """

    outbox: ViewerOutbox
    address: str
    kind: str
    nudge: Callable[[], None] = _nothing
