"""OpenCalls: calls that went on to a far side, each with the way back for its reply."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from camstrm.wire import Call, Reply, refusal
from camstrm.wire.calls import Code

__all__ = ["MAX_OPEN", "CallBack", "LoopTime", "OpenCalls", "refuse_call"]

MAX_OPEN = 2048
"""Calls that may be open at one far side: twice as many as 100 viewers have with 8 each."""


class CallBack(Protocol):
    """Gets what comes back to a call, with the id that the call came with."""

    def replied(self, reply: Reply) -> None:
        """Take the one reply."""

    def data_came(self, call_id: int, piece: memoryview) -> None:
        """Take a piece of the data that belongs to the reply, in order and before it."""


def refuse_call(call: Call, back: CallBack) -> None:
    """Answer a call where nobody can do anything."""
    back.replied(refusal(call.id, "unknown", "nobody answers calls here"))


class LoopTime(Protocol):
    """What is used of an event loop for a deadline."""

    def time(self) -> float:
        """Return seconds of a clock that does not go back."""

    def call_at(self, when: float, callback: Callable[[], object], /) -> asyncio.TimerHandle:
        """Call back at that time."""


@dataclass(frozen=True)
class _Way:
    """The way back of one call."""

    call_id: int  # that the call came with
    back: CallBack
    due_s: float  # when it is answered in any case, in the loop's seconds; infinite: never


class OpenCalls:
    """Gives each call that goes on an id of its own, and finds whose the reply is.

    Every hop does this for its far side, so that callers choose their ids freely. Each call
    that was opened gets exactly one reply: the far side's, or a refusal by
    :meth:`refuse_all` when that is gone, or by the deadline, where there is one. Replies and
    data for other ids (their caller was answered before) are dropped.

    Belongs to one event loop.
    """

    def __init__(
        self,
        *,
        timeout_s: float = float("inf"),
        loop: LoopTime | None = None,
        limit: int = MAX_OPEN,
    ) -> None:
        """Answer each call after ``timeout_s`` on ``loop``'s clock (None: the running loop's)."""
        self._timeout_s = timeout_s
        self._loop = loop
        self._limit = limit
        self._ids = itertools.count(1)
        self._ways: dict[int, _Way] = {}
        """By the id that the far side knows, in the order of the deadlines."""
        self._timer: asyncio.TimerHandle | None = None
        """Calls at the first deadline, or earlier; None while no call has one."""

    def __len__(self) -> int:
        return len(self._ways)

    def open(self, call: Call, back: CallBack) -> Call | None:
        """Return the call as it goes to the far side; None if it was refused."""
        if len(self._ways) >= self._limit:
            back.replied(refusal(call.id, "busy", f"{self._limit} calls are open", "Ask again"))
            return None
        own_id = next(self._ids)
        due_s = float("inf")
        if self._timeout_s < due_s:
            loop = self._loop or asyncio.get_running_loop()
            due_s = loop.time() + self._timeout_s
            if self._timer is None:
                self._timer = loop.call_at(due_s, self._look)
        self._ways[own_id] = _Way(call.id, back, due_s)
        return replace(call, id=own_id)

    def replied(self, reply: Reply) -> None:
        """Pass the far side's reply on to the caller."""
        way = self._ways.pop(reply.id, None)
        if way is not None:
            way.back.replied(replace(reply, id=way.call_id))

    def data_came(self, call_id: int, piece: memoryview) -> None:
        """Pass a piece of data on to the caller."""
        way = self._ways.get(call_id)
        if way is not None:
            way.back.data_came(way.call_id, piece)

    def refuse(self, own_id: int, code: Code, problem: str, remedy: str = "") -> None:
        """Answer one call here, by the id that the far side knows, if it is open."""
        self.replied(refusal(own_id, code, problem, remedy))

    def refuse_all(self, code: Code, problem: str, remedy: str = "") -> None:
        """Answer all calls here: the far side is gone."""
        ways, self._ways = self._ways, {}
        self._stop_timer()
        for way in ways.values():
            way.back.replied(refusal(way.call_id, code, problem, remedy))

    def forget(self, back: CallBack) -> None:
        """Drop what is open for a caller that is gone; it gets no reply."""
        self._ways = {i: way for i, way in self._ways.items() if way.back is not back}
        if not self._ways:
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Answer the calls whose deadline is over, and wait for the next one."""
        self._timer = None
        loop = self._loop or asyncio.get_running_loop()
        now = loop.time()
        for own_id, way in list(self._ways.items()):
            if way.due_s > now:
                self._timer = loop.call_at(way.due_s, self._look)
                return
            self.refuse(
                own_id,
                "timeout",
                f"no answer within {self._timeout_s:g} s",
                "Whether it was done is not known: look at what the camera has now",
            )
