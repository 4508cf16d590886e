"""EventCalls: the operation ``events``, a long poll."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from camstrm.bridge.events.event_log import EventLog, Sight, visible
from camstrm.errors import WireError
from camstrm.wire import Call, Reply, pack, refusal, unpack
from camstrm.wire.server_operations import Event, Events, ReadEvents

__all__ = ["POLL_S", "EventCalls"]

POLL_S = 5.0
"""Seconds after which a call is answered in any case."""

SETTLE_S = 0.2
"""Seconds from the first event to the answer: what happens together comes together, and a viewer
gets at most five answers a second."""


class _Viewer(Protocol):
    """What is used of a viewer."""

    @property
    def id(self) -> int:
        """Number of its connection."""

    @property
    def sight(self) -> Sight:
        """The cameras that it may know of."""


class _Timer(Protocol):
    def cancel(self) -> object:
        """Do not call."""


class _LoopTime(Protocol):
    def call_later(self, delay: float, callback: Callable[[], object], /) -> _Timer:
        """Call back after so many seconds."""


@dataclass(eq=False)
class _Waiting:
    """A call that waits for news."""

    viewer: _Viewer
    call_id: int
    after: int
    answer: Callable[[Reply], None]
    timer: _Timer | None = None
    """Answers it: after POLL_S without news, after SETTLE_S with some."""
    news: bool = False


class EventCalls:
    """Answers when there is news. Belongs to the bridge's loop; it is a ServerOperation."""

    def __init__(self, log: EventLog, loop: _LoopTime) -> None:
        self._log = log
        self._loop = loop
        self._waiting: dict[int, list[_Waiting]] = {}
        """By the number of the viewer's connection; it has few open calls."""
        log.on_event = self._happened

    def take(self, viewer: _Viewer, call: Call, answer: Callable[[Reply], None]) -> None:
        """Answer a call now, if there is something newer than it says, or later."""
        try:
            after = unpack(call.with_, ReadEvents, "events.with").after
        except WireError as error:
            answer(refusal(call.id, "wrong", str(error)))
            return
        found = self._log.since(after, viewer.sight)
        if found.events:
            answer(_reply(call.id, found))
            return
        waiting = _Waiting(viewer, call.id, after, answer)
        waiting.timer = self._loop.call_later(POLL_S, lambda: self._end(waiting))
        self._waiting.setdefault(viewer.id, []).append(waiting)

    def leave(self, viewer: _Viewer) -> None:
        """Forget the calls of a viewer that is gone."""
        for waiting in self._waiting.pop(viewer.id, ()):
            if waiting.timer is not None:
                waiting.timer.cancel()

    def _happened(self, event: Event) -> None:
        for calls in self._waiting.values():
            for waiting in calls:
                if not waiting.news and visible(event, waiting.viewer.sight):
                    waiting.news = True
                    self._answer_later(waiting)

    def _answer_later(self, waiting: _Waiting) -> None:
        if waiting.timer is not None:
            waiting.timer.cancel()
        waiting.timer = self._loop.call_later(SETTLE_S, lambda: self._end(waiting))

    def _end(self, waiting: _Waiting) -> None:
        calls = self._waiting.get(waiting.viewer.id, [])
        if waiting in calls:
            calls.remove(waiting)
            if not calls:
                del self._waiting[waiting.viewer.id]
            found = self._log.since(waiting.after, waiting.viewer.sight)
            waiting.answer(_reply(waiting.call_id, found))


def _reply(call_id: int, events: Events) -> Reply:
    return Reply(call_id, ok=True, result=pack(events))
