"""ViewerCalls: calls of viewers and of HTTP routes on their way to the grabber, and back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol, get_args

from msgspec import Struct

from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.server_calls import ServerCalls
from camstrm.feed.open_calls import LoopTime, OpenCalls
from camstrm.histogram import Histogram
from camstrm.wire import (
    CALL_TIMEOUT_S,
    MAX_CALL_DATA,
    MAX_CALLS,
    OPERATIONS,
    TO_VIEWER,
    Call,
    Reply,
    pack,
    refusal,
)
from camstrm.wire.calls import Code

__all__ = ["CallGate", "ReadingGate", "ViewerCalls"]

MAX_ASKED = 64
"""Calls of HTTP routes that may be open at a time."""

MAX_DATA = 2 * MAX_CALL_DATA
"""Bytes of data of all calls that are held at a time."""

READING = frozenset(
    ("features", "values", "watch", "save", "diff", "diagnose", "measure", "events")
)
"""Operations that change nothing; what is not here may."""

_CODES = frozenset(get_args(Code))

_NO_GRABBER = "no grabber is connected to the bridge"


class CallGate(Protocol):
    """Decides which calls of viewers go on to the cameras."""

    def check(self, viewer: ViewerSender, call: Call) -> Reply | None:
        """Return the answer to a call that goes no further, None for one that may pass.

        The answer is a refusal, or the result of what is done here (``lease``).
        """

    def answered(self, viewer: ViewerSender, call: Call, reply: Reply) -> None:
        """Learn what became of a call that has passed, also of a viewer that is gone."""


class ReadingGate:
    """Lets nothing pass that could change a camera: the gate of a bridge that has no other."""

    def check(self, viewer: ViewerSender, call: Call) -> Reply | None:  # noqa: ARG002  all alike
        if call.do in READING:
            return None
        if call.do not in OPERATIONS:
            return refusal(call.id, "unknown", f"there is no operation {call.do[:64]!r}")
        return refusal(call.id, "refused", f"viewers of this bridge may not {call.do}")

    def answered(self, viewer: ViewerSender, call: Call, reply: Reply) -> None:
        pass


class ViewerCalls:
    """Passes calls on to the grabber; each gets one reply, within CALL_TIMEOUT_S.

    Viewers' calls pass the ``gate``; those of :meth:`ask` do not: the route has decided.
    Belongs to the bridge's event loop, or to ``loop`` for its time.
    """

    def __init__(self, gate: CallGate | None = None, loop: LoopTime | None = None) -> None:
        self.gate: CallGate = gate or ReadingGate()
        self.server = ServerCalls()
        """What the bridge does itself."""
        self._open = OpenCalls(timeout_s=CALL_TIMEOUT_S, loop=loop)
        self._send: Callable[[Call], bool] | None = None
        """The way to the grabber, False if that has no room; None without a grabber."""
        self._ids: dict[ViewerSender, set[int]] = {}
        """The open calls of each viewer that has some, by the ids that it chose."""
        self._asked = 0
        """Open calls of :meth:`ask`."""
        self.answers: Counter[tuple[str, str]] = Counter()
        """How many calls were answered, by operation and "ok" or the code of the refusal."""
        self.durations: dict[str, Histogram] = {}
        """Seconds from a call that passed the gate to its answer, by operation."""
        self._data_size = 0
        """Bytes of data that :meth:`ask` holds for all of them."""

    def __len__(self) -> int:
        return len(self._open)

    def grabber_came(self, send: Callable[[Call], bool]) -> None:
        """Send calls to this grabber from now on; ``send`` returns False if it has no room."""
        self.grabber_went()
        self._send = send

    def grabber_went(self) -> None:
        """Answer all that is open: the grabber that was asked is gone."""
        self._send = None
        self._open.refuse_all(
            "gone",
            "the grabber ended before it answered",
            "Whether it was done is not known: look at what the camera has now",
        )

    def replied(self, reply: Reply) -> None:
        """Take the grabber's reply."""
        self._open.replied(reply)

    def data_came(self, call_id: int, piece: memoryview) -> None:
        """Take data of a reply that is to come."""
        self._open.data_came(call_id, piece)

    def take(self, viewer: ViewerSender, call: Call) -> None:
        """Pass a viewer's call on, or answer it."""
        ids = self._ids.get(viewer, set())
        answer = self._refusal(ids, call) or self.gate.check(viewer, call)
        if answer is not None:
            self._count(call, answer)
            viewer.put_reply(TO_VIEWER.encode(answer))
            return
        self._ids.setdefault(viewer, ids).add(call.id)
        back = _ViewerCall(self, viewer, call)
        if self.server.concerns(call):
            self.server.take(viewer, call, back.replied)
        else:
            self._pass_on(call, back)

    def viewer_left(self, viewer: ViewerSender) -> None:
        """Send this viewer no reply any more; what it asked for is done nevertheless."""
        self._ids.pop(viewer, None)
        self.server.leave(viewer)

    async def ask(
        self, camera: int, do: str, arguments: Struct
    ) -> tuple[Reply, Sequence[memoryview]]:
        """Return the reply to a call and the data that came with it, in pieces.

        Joining 37 MB would keep all viewers waiting for 20 ms. For HTTP routes, which have
        decided who may ask. Raises nothing for a call that fails: the reply says it.
        """
        call, since_s = Call(0, camera, do, pack(arguments)), time.monotonic()
        if self._asked >= MAX_ASKED:
            problem = f"{MAX_ASKED} requests wait for cameras already"
            return refusal(0, "busy", problem, "Ask again in a moment"), ()
        asked = _AskedCall(self._has_room_for)
        self._asked += 1
        try:
            self._pass_on(call, asked)
            reply = await asked.reply
            self._count(call, reply, since_s)
            return reply, asked.pieces if reply.ok else ()
        finally:
            self._asked -= 1
            self._data_size -= asked.size
            self._open.forget(asked)

    def end_viewer_call(
        self, viewer: ViewerSender, call: Call, reply: Reply, since_s: float
    ) -> None:
        """Answer a viewer's call that had passed the gate at ``since_s`` (monotonic clock)."""
        self._count(call, reply, since_s)
        self.gate.answered(viewer, call, reply)
        ids = self._ids.get(viewer)
        if ids is None:
            return
        ids.discard(call.id)
        if not ids:
            del self._ids[viewer]
        viewer.put_reply(TO_VIEWER.encode(reply))

    def _refusal(self, ids: set[int], call: Call) -> Reply | None:
        """Return why a viewer's call is not even looked at."""
        if call.id in ids:
            problem = f"the id {call.id} is that of a call that is open"
            return refusal(call.id, "wrong", problem, "Take another id for each open call")
        if len(ids) >= MAX_CALLS:
            problem = f"this viewer has {MAX_CALLS} open calls, which is the most"
            return refusal(call.id, "busy", problem, "Wait for a reply")
        operation = OPERATIONS.get(call.do)
        if operation is not None and operation.data:
            return refusal(
                call.id,
                "refused",
                f"the result of {call.do} is too large for a message of this connection",
                "Fetch it over HTTP: GET /cam/NAME.jpg, /cam/NAME.png or /cam/NAME.tiff",
            )
        return None

    def _pass_on(self, call: Call, back: _ViewerCall | _AskedCall) -> None:
        if self._send is None:
            back.replied(refusal(call.id, "gone", _NO_GRABBER, "Start 'camstrm grab'"))
            return
        passed = self._open.open(call, back)
        if passed is not None and not self._send(passed):
            problem = "the grabber does not take more calls at the moment"
            self._open.refuse(passed.id, "busy", problem, "Ask again")

    def _count(self, call: Call, reply: Reply, since_s: float | None = None) -> None:
        """Count the answer to a call, which may name whatever operation it likes."""
        do = call.do if call.do in OPERATIONS else "unknown"
        code = reply.code if reply.code in _CODES else "failed"
        self.answers[do, "ok" if reply.ok else code] += 1
        if since_s is not None:
            self.durations.setdefault(do, Histogram()).add(time.monotonic() - since_s)

    def _has_room_for(self, size: int) -> bool:
        """Take room for data, if there is any."""
        if self._data_size + size > MAX_DATA:
            return False
        self._data_size += size
        return True


class _ViewerCall:
    """The way back to a viewer (a CallBack)."""

    def __init__(self, calls: ViewerCalls, viewer: ViewerSender, call: Call) -> None:
        self._calls = calls
        self._viewer = viewer
        self._call = call
        self._since_s = time.monotonic()

    def replied(self, reply: Reply) -> None:
        self._calls.end_viewer_call(self._viewer, self._call, reply, self._since_s)

    def data_came(self, call_id: int, piece: memoryview) -> None:
        """Drop it: no operation with data passes."""


class _AskedCall:
    """The way back to a route (a CallBack), which collects the data."""

    def __init__(self, has_room_for: Callable[[int], bool]) -> None:
        self.reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.pieces: list[memoryview] = []
        """Data that has come, in order."""
        self.size = 0
        """Bytes of it."""
        self._has_room_for = has_room_for

    def replied(self, reply: Reply) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)

    def data_came(self, call_id: int, piece: memoryview) -> None:
        if self.reply.done():
            return
        if self.size + len(piece) > MAX_CALL_DATA or not self._has_room_for(len(piece)):
            problem = "its data is more than the bridge has room for"
            self.replied(refusal(call_id, "failed", problem, "Ask for less, or one after another"))
            return
        self.size += len(piece)
        self.pieces.append(piece)
