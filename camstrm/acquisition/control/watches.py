"""Watches: what waits for something of a camera to change, and when to look."""

from __future__ import annotations

from camstrm.acquisition.control.task import Task

__all__ = ["LOOK_INTERVAL_S", "MAX_WATCHES", "Watches"]

LOOK_INTERVAL_S = 0.2
"""Seconds between two looks at the camera: five a second."""

_SHORT_S = 0.001
"""Seconds that are not worth a wait."""

MAX_WATCHES = 1024
"""Looks that may wait for one camera: more than 100 viewers with all their calls."""


class Watches:
    """Looks that wait. No lock and no clock of its own: its user has them."""

    def __init__(self) -> None:
        self.waiting: list[Task] = []
        self._looked_s = float("-inf")
        """When the last round began, monotonic."""

    def add(self, watch: Task) -> None:
        """Let a look wait. Raises OverflowError if there is no room."""
        if len(self.waiting) >= MAX_WATCHES:
            raise OverflowError
        self.waiting.append(watch)

    def due_in_s(self, now_s: float) -> float | None:
        """Return in how many seconds the next round is due, 0 if it is; None: nobody waits."""
        if not self.waiting:
            return None
        due_s = self._looked_s + LOOK_INTERVAL_S - now_s
        return due_s if due_s > _SHORT_S else 0.0

    def begin(self, now_s: float) -> int:
        """Begin a round; return the milliseconds since the last one, for ``node_map.poll``.

        At most a minute: a viewer that looks after a long time wants all that is polled to be read.
        """
        elapsed_s, self._looked_s = now_s - self._looked_s, now_s
        return round(1000 * min(elapsed_s, 60.0))

    def take_all(self) -> list[Task]:
        """Return all that wait; none is left."""
        watches, self.waiting = self.waiting, []
        return watches
