"""Loop: one thread that waits for sockets and timers.

The grabber's main process has one model, this loop; it never blocks on a camera.
"""

from __future__ import annotations

import heapq
import itertools
import selectors
import socket
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["HasFileno", "Loop", "Timer"]

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

_AWAY_S = 0.25
"""A turn of the loop that ends so much later than planned was a pause, not a wait."""


class HasFileno(Protocol):
    """Anything a selector can watch."""

    def fileno(self) -> int:
        """Return the file descriptor."""


class Timer:
    """A call that will be made once, unless cancelled."""

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        """Do not make the call."""
        self.cancelled = True


class Loop:
    """Waits for readiness and time; calls back in its own thread.

    :meth:`wake` and :meth:`stop` may be called from other threads and signal handlers.
    """

    running_s: float
    """Seconds for which the loop has been running; a clock for patience with others.

    It stands still while this process does: stopped by a signal or a debugger, in a paused
    container or virtual machine, without CPU. After a pause, what the others said meanwhile
    is still unread, and they must not be judged by the length of it. Moves once a turn,
    before the sources that are ready are called.
    """

    def __init__(self) -> None:
        self.running_s = 0.0
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._stopping = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self.watch(self._wake_in, READ, self._woken)

    def watch(self, source: HasFileno, events: int, call: Callable[[int], None]) -> None:
        """Call ``call(events)`` when ``source`` is ready; replaces an earlier watch."""
        try:
            key = self._selector.get_key(source)
        except KeyError:
            self._selector.register(source, events, call)
            return
        # Asked for after each packet, mostly with what is watched already.
        if key.events != events or key.data != call:
            self._selector.modify(source, events, call)

    def unwatch(self, source: HasFileno) -> None:
        """Stop watching; to be called before ``source`` is closed."""
        try:
            self._selector.unregister(source)
        except (KeyError, ValueError):
            # Not watched: a source may fail before it was ever watched.
            return

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call back at ``when`` on the monotonic clock, in seconds."""
        timer = Timer(when, call)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Timer:
        """Call back after ``delay_s`` seconds."""
        return self.call_at(time.monotonic() + delay_s, call)

    def run(self, until: Callable[[], bool] | None = None) -> None:
        """Run until :meth:`stop`, or until ``until()`` is true after an event.

        A stop that came before the run ends it at once: a signal may arrive while the
        caller is still starting up.
        """
        turned_s = time.monotonic()
        while not self._stopping and not (until is not None and until()):
            timeout = self._timeout()
            ready = self._selector.select(timeout)
            turned_s = self._note_turn(turned_s, timeout)
            for key, events in ready:
                # A callback may have unwatched a source that is in this very batch.
                current = self._selector.get_map().get(key.fd)
                if current is not None and current.fileobj is key.fileobj:
                    current.data(events)
            self._run_timers()
        self._stopping = False

    def stop(self) -> None:
        """End :meth:`run` soon."""
        self._stopping = True
        self.wake()

    def wake(self) -> None:
        """Make :meth:`run` look at its condition now."""
        try:
            self._wake_out.send(b"\0")
        except OSError:
            # Full of wake-ups already; or closed, and a signal comes late.
            return

    def close(self) -> None:
        """Release the selector and the wake-up sockets."""
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _note_turn(self, before_s: float, planned_s: float | None) -> float:
        now = time.monotonic()
        took_s = now - before_s
        # With no timer there is no plan, and nobody whose patience could end.
        away = planned_s is not None and took_s > planned_s + _AWAY_S
        self.running_s += planned_s if away and planned_s is not None else took_s
        return now

    def _timeout(self) -> float | None:
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        return max(0.0, self._timers[0][0] - time.monotonic())

    def _run_timers(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                timer.call()

    def _woken(self, _events: int) -> None:
        try:
            while self._wake_in.recv(4096):
                pass
        except BlockingIOError:
            return
